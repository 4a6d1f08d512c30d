using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>Where the peer numbers its messages. The highest number so far is the value of <c>@{sequence}</c>.</summary>
/// <param name="At">
/// JSON pointers (RFC 6901); the first that leads to a whole number counts. It may be written as a text or with a fraction of zero.
/// </param>
public sealed record SequenceSettings(ValueList<string> At)
{
    private readonly JsonPointer[] _pointers = [.. At.Select(JsonPointer.Parse)];
    private readonly JsonWalk _walk = new([.. At.Select(JsonPointer.Parse)]);
    private readonly byte[][] _names = // a message without escapes has one of them if it has a number; an empty one is in every message
        [.. At.Select(at => JsonPointer.Parse(at).LastName is { } name && !int.TryParse(name, out _) ? Encoding.UTF8.GetBytes(name) : [])];

    /// <summary>By how much each number is higher than the one before; null (default) for any, which only remembers.</summary>
    public long? Step { get; init; }

    /// <summary>What is done when numbers are missing. Default tell.</summary>
    public SequenceGapAction OnGap { get; init; }

    /// <summary>The number of a message; null when it has none.</summary>
    internal long? Read(ReadOnlySpan<byte> message)
    {
        if (!CouldHave(message))
            return null;
        try
        {
            var count = _pointers.Length;
            var places = count <= JsonPlace.MostOnStack ? stackalloc JsonPlace[count] : new JsonPlace[count];
            if (!_walk.TryFind(message, places))
                return ReadDocument(message);
            return NumberAt(places, message, out var number) ? number : ReadDocument(message);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Where the number may be.</summary>
    internal IReadOnlyList<JsonPointer> Pointers => _pointers;

    /// <summary>The number by what the pointers lead to.</summary>
    /// <param name="places">Of each pointer, in their order.</param>
    /// <param name="json">The text that they are in.</param>
    /// <param name="number">Receives the number; null when there is none.</param>
    /// <returns>False where only a document tells.</returns>
    internal static bool NumberAt(ReadOnlySpan<JsonPlace> places, ReadOnlySpan<byte> json, out long? number)
    {
        number = null;
        foreach (var place in places)
        {
            if (place is { Token: JsonTokenType.None or JsonTokenType.String, IsHidden: true })
                return false;
            if (place.Token is not (JsonTokenType.Number or JsonTokenType.String) || WholeNumber(place.TextIn(json)) is not { } found)
                continue;
            number = found;
            return true;
        }
        return true;
    }

    private static long? WholeNumber(ReadOnlySpan<byte> text)
    {
        if (Utf8Parser.TryParse(text, out long whole, out var read) && read == text.Length)
            return whole;
        return Utf8Parser.TryParse(text, out decimal number, out read) && read == text.Length
            && decimal.IsInteger(number) && number is >= long.MinValue and <= long.MaxValue
                ? (long)number
                : null;
    }

    /// <summary>As <see cref="Read"/>, but read as a document, which tells what a walk cannot.</summary>
    internal long? ReadDocument(ReadOnlySpan<byte> message)
    {
        try
        {
            var reader = new Utf8JsonReader(message);
            using var document = JsonDocument.ParseValue(ref reader);
            foreach (var pointer in _pointers)
            {
                if (pointer.Find(document.RootElement) is { ValueKind: JsonValueKind.Number or JsonValueKind.String } found
                    && WholeNumber(Encoding.UTF8.GetBytes(found.ToString())) is { } number)
                    return number;
            }
            return null;
        }
        // Half a surrogate pair and an endless exponent are JSON that the framework cannot read.
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private bool CouldHave(ReadOnlySpan<byte> message)
    {
        foreach (var name in _names)
        {
            if (message.IndexOf(name) >= 0)
                return true;
        }
        return message.Contains((byte)'\\');
    }

    public bool Equals(SequenceSettings? other) => other is not null && At.Equals(other.At) && (Step, OnGap) == (other.Step, other.OnGap);

    public override int GetHashCode() => HashCode.Combine(At, Step, OnGap);
}

/// <summary>What is done when numbers are missing.</summary>
public enum SequenceGapAction
{
    /// <summary>Consumers are told of a gap.</summary>
    Tell,

    /// <summary>The connection ends and is dialed again, under backoff.</summary>
    Retry,

    /// <summary>The key is asked for again; of a subscription alone.</summary>
    Resubscribe,
}
