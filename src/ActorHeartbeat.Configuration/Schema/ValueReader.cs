using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Reads one kind of value, and writes it back in the same spelling.</summary>
internal abstract class ValueReader<T>
{
    /// <summary>The allowed values, as text to follow "expected", such as <c>a duration such as 10s or 500ms</c>.</summary>
    public abstract string Expected { get; }

    /// <summary>Reads a value. Returns false when it is refused, which is reported.</summary>
    public abstract bool TryRead(Cursor at, [MaybeNullWhen(false)] out T value);

    /// <summary>Writes the value as JSON that <see cref="TryRead"/> reads back as the same value, unless a part is masked.</summary>
    /// <param name="json">Receives the value.</param>
    /// <param name="value">The value.</param>
    /// <param name="asWritten">False shows the shape of a value that may hold a secret.</param>
    public abstract void Write(Utf8JsonWriter json, T value, bool asWritten);

    /// <summary>Whether a value of this kind can hold a secret, such as a token in a URL.</summary>
    public virtual bool MayHoldSecret => false;

    /// <summary>Combines the values of two layers: the higher replaces the lower, unless names are combined.</summary>
    public virtual T Over(T higher, T lower) => higher;

    /// <summary>Whether the value is an object with names of the operator's choice.</summary>
    public virtual bool HasNames => false;
}

/// <summary>A value of one word or number.</summary>
/// <param name="expected">What is allowed.</param>
/// <param name="parse">Returns the value, or false when the text is none.</param>
/// <param name="spell">The text of a value.</param>
/// <param name="words">All allowed words, when they can be listed, to guess the one that was meant.</param>
internal sealed class Scalar<T>(string expected, Func<string, (bool, T)> parse, Func<T, string> spell, IReadOnlyList<string>? words = null)
    : ValueReader<T>
{
    /// <summary>Whether the text is a JSON number or boolean as it is.</summary>
    public bool Bare { get; init; }

    public override string Expected => expected;

    public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (at.Text is not { } text)
            return at.Refuse(expected);
        (var understood, value) = parse(text);
        return understood || at.Refuse(expected, words);
    }

    public override void Write(Utf8JsonWriter json, T value, bool asWritten)
    {
        if (Bare)
            json.WriteRawValue(spell(value));
        else
            json.WriteStringValue(spell(value));
    }
}

/// <summary>A value of one word whose reader gives a more precise reason than "expected".</summary>
/// <param name="expected">What is allowed.</param>
/// <param name="judge">The value, or the reason there is none.</param>
/// <param name="spell">The text of a value.</param>
internal sealed class Judged<T>(string expected, Func<string, (T?, string?)> judge, Func<T, string> spell) : ValueReader<T>
{
    /// <summary>Whether errors must not show the text.</summary>
    public bool HoldsSecret { get; init; }

    public override bool MayHoldSecret => HoldsSecret;

    public override string Expected => expected;

    public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (at.Text is not { } text)
            return at.Refuse(expected);
        (value, var reason) = judge(text);
        return reason is null ? value is not null : at.Report(reason);
    }

    public override void Write(Utf8JsonWriter json, T value, bool asWritten) => json.WriteStringValue(spell(value));
}

/// <summary>
/// A value of a kind, within bounds. An error names the kind for a value of another kind, and the bounds for a value outside them.
/// </summary>
internal sealed class Bounded<T>(ValueReader<T> value, Bounds<T> bounds) : ValueReader<T>
    where T : struct
{
    public override string Expected => value.Expected;

    public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out T read) =>
        value.TryRead(at, out read) && (bounds.Hold(read) || (at with { Expected = null }).Refuse(bounds.Expected));

    public override void Write(Utf8JsonWriter json, T read, bool asWritten) => value.Write(json, read, asWritten);
}

/// <summary>A value that can hold a secret. It is shown by its shape unless the endpoint shows its messages.</summary>
/// <param name="value">Reads the value, and writes it without the parts that are always secret.</param>
/// <param name="shape">The text of a value by its shape.</param>
internal sealed class Guarded<T>(ValueReader<T> value, Func<T, string> shape) : ValueReader<T>
{
    public override string Expected => value.Expected;

    public override bool MayHoldSecret => true;

    public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out T read) => value.TryRead(at, out read);

    public override void Write(Utf8JsonWriter json, T read, bool asWritten)
    {
        if (asWritten)
            value.Write(json, read, asWritten);
        else
            json.WriteStringValue(shape(read));
    }
}
