using System.Text.Json;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>Where the peer numbers its messages. The highest number so far is the value of <c>@{sequence}</c>.</summary>
/// <param name="At">JSON pointers (RFC 6901); the first that leads to a whole number counts.</param>
public sealed record SequenceSettings(ValueList<string> At)
{
    private readonly JsonPointer[] _pointers = [.. At.Select(JsonPointer.Parse)];

    /// <summary>By how much each number is higher than the one before; null (default) for any, which only remembers.</summary>
    public long? Step { get; init; }

    /// <summary>What is done when numbers are missing. Default tell.</summary>
    public SequenceGapAction OnGap { get; init; }

    /// <summary>The number of a message; null when it has none.</summary>
    internal long? Read(ReadOnlySpan<byte> message)
    {
        try
        {
            var reader = new Utf8JsonReader(message);
            using var document = JsonDocument.ParseValue(ref reader);
            foreach (var pointer in _pointers)
            {
                if (pointer.Find(document.RootElement) is { ValueKind: JsonValueKind.Number } found && found.TryGetInt64(out var number))
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
}
