using System.Buffers.Text;

namespace ActorHeartbeat.Protocol;

/// <summary>The payload of our pings: the id of the ping in decimal digits.</summary>
/// <remarks>
/// RFC 6455 section 5.5.2 allows any bytes, but some servers read the payload as UTF-8
/// and close the connection when it is invalid. Digits are valid text for every reader.
/// </remarks>
public static class PingPayload
{
    /// <summary>The most digits that an id has.</summary>
    public const int MaxLength = 19;

    /// <summary>Writes the payload of the ping <paramref name="id"/>; returns its length.</summary>
    /// <param name="id">At least 1.</param>
    /// <param name="destination">Room for <see cref="MaxLength"/> bytes.</param>
    public static int Write(long id, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(id);
        return Utf8Formatter.TryFormat(id, destination, out var length)
            ? length
            : throw new ArgumentException($"An id takes up to {MaxLength} bytes.", nameof(destination));
    }

    /// <summary>Whether a pong's payload is that of the ping <paramref name="id"/>, byte for byte (RFC 6455 section 5.5.3).</summary>
    public static bool Is(ReadOnlySpan<byte> payload, long id)
    {
        if (id <= 0)
            return false;
        Span<byte> expected = stackalloc byte[MaxLength];
        return payload.SequenceEqual(expected[..Write(id, expected)]);
    }

    /// <summary>The id in a payload; null when the payload is not one of ours.</summary>
    public static long? Id(ReadOnlySpan<byte> payload) =>
        Utf8Parser.TryParse(payload, out long id, out var length) && length == payload.Length && Is(payload, id) ? id : null;
}
