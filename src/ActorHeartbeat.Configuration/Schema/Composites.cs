using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>A list of one kind of value.</summary>
/// <param name="element">Reads an element.</param>
/// <param name="orOne">Whether a value that is no list stands for a list of one.</param>
internal sealed class ListOf<T>(ValueReader<T> element, bool orOne = false) : ValueReader<ValueList<T>>
{
    public override string Expected { get; } = $"a list, each element {element.Expected}";

    public override bool MayHoldSecret => element.MayHoldSecret;

    public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out ValueList<T> value)
    {
        value = null;
        if (orOne && at.Text is not null && element.TryRead(at, out var only))
        {
            value = [only];
            return true;
        }
        if (at.Elements is not { } elements)
            return (!orOne || at.Text is null) && at.Refuse(Expected);
        var read = new T[elements.Count];
        var sound = true;
        for (var index = 0; index < read.Length; index++)
        {
            if (element.TryRead(at.Element(index, elements[index]), out var one))
                read[index] = one;
            else
                sound = false;
        }
        if (sound)
            value = read.Length == 0 ? ValueList<T>.Empty : new ValueList<T>(read);
        return sound;
    }

    public override void Write(Utf8JsonWriter json, ValueList<T> value, bool asWritten)
    {
        json.WriteStartArray();
        foreach (var one in value)
            element.Write(json, one, asWritten);
        json.WriteEndArray();
    }
}

/// <summary>An object with keys of its own that counts as one value: a higher layer replaces it whole.</summary>
/// <param name="what">Its name in messages, such as <c>a rule</c>.</param>
/// <param name="shape">Its keys.</param>
/// <param name="blank">The value before any key is read.</param>
/// <param name="required">Keys that must be present.</param>
internal sealed class ObjectOf<T>(string what, Shape<T> shape, T blank, params string[] required) : ValueReader<T>
{
    /// <summary>Returns why a value with valid keys is invalid as a whole, or null. The layer shows which keys were named.</summary>
    public Func<T, Layer<T>, string?>? Reject { get; init; }

    public override string Expected { get; } = $"{what} with {string.Join(", ", shape.Keys)}";

    public override bool MayHoldSecret => shape.Keys.Any(key => key.MayHoldSecret);

    public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (at.Fields is null)
            return at.Refuse(Expected);
        var layer = shape.Read(at, what);
        if (!layer.IsSound)
            return false;
        if (!Array.TrueForAll(required, key => layer.Find(key) is not null))
            return at.Report($"{what} needs {string.Join(" and ", required.Where(key => layer.Find(key) is null))}");
        var read = layer.Over(blank);
        if (Reject?.Invoke(read, layer) is { } reason)
            return at.Report(reason);
        value = read;
        return true;
    }

    public override void Write(Utf8JsonWriter json, T value, bool asWritten)
    {
        json.WriteStartObject();
        foreach (var key in shape.Keys.Where(key => !Equals(key.ValueIn(value), key.ValueIn(blank)) || required.Contains(key.Path)))
        {
            json.WritePropertyName(key.Path);
            key.Write(json, value, asWritten);
        }
        json.WriteEndObject();
    }
}

/// <summary>
/// A value with a short form for its most used part: <c>max-age = 23h</c> beside <c>max-age { age = 23h, jitter = 0.1 }</c>.
/// </summary>
internal sealed class ShortOr<TShort, T>(ValueReader<TShort> brief, Func<TShort, T> expand, ObjectOf<T> full) : ValueReader<T>
{
    public override string Expected { get; } = $"{brief.Expected}, or {full.Expected}";

    public override bool MayHoldSecret => brief.MayHoldSecret || full.MayHoldSecret;

    public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out T value)
    {
        if (at.Fields is not null)
            return full.TryRead(at, out value);
        value = default;
        if (!brief.TryRead(at with { Expected = at.Expected ?? Expected }, out var read))
            return false;
        value = expand(read);
        return true;
    }

    public override void Write(Utf8JsonWriter json, T value, bool asWritten) => full.Write(json, value, asWritten);
}
