using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>A value, or a word for none; null means the same as the word.</summary>
/// <param name="word">The word, such as <c>off</c>, <c>unlimited</c> or <c>auto</c>; null when only null stands for none.</param>
/// <param name="value">Reads the value.</param>
internal sealed class OptionalValue<T>(string? word, ValueReader<T> value) : ValueReader<T?>
    where T : struct
{
    public override string Expected { get; } = word is null ? value.Expected : $"{word}, or {value.Expected}";

    public override bool MayHoldSecret => value.MayHoldSecret;

    public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out T? read)
    {
        read = null;
        if (at.IsNull || (word is not null && at.Text == word))
            return true;
        if (!value.TryRead(at with { Expected = at.Expected ?? Expected }, out var inner))
            return false;
        read = inner;
        return true;
    }

    public override void Write(Utf8JsonWriter json, T? read, bool asWritten)
    {
        if (read is { } present)
            value.Write(json, present, asWritten);
        else
            json.WriteStringValue(word);
    }
}

/// <inheritdoc cref="OptionalValue{T}"/>
internal sealed class OptionalObject<T>(string? word, ValueReader<T> value) : ValueReader<T?>
    where T : class
{
    public override string Expected { get; } = word is null ? value.Expected : $"{word}, or {value.Expected}";

    public override bool MayHoldSecret => value.MayHoldSecret;

    public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out T? read)
    {
        read = null;
        return at.IsNull
            || (word is not null && at.Text == word)
            || value.TryRead(at with { Expected = at.Expected ?? Expected }, out read);
    }

    public override void Write(Utf8JsonWriter json, T? read, bool asWritten)
    {
        if (read is not null)
            value.Write(json, read, asWritten);
        else
            json.WriteStringValue(word);
    }
}
