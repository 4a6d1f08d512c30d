using System.Numerics;

namespace ActorHeartbeat.Feeds;

/// <summary>
/// Bytes in the order in which they came, in one array that starts empty and doubles as it fills; its owner keeps the bound, and holds
/// it in a field that is not read-only. Not thread-safe.
/// </summary>
internal struct ByteRing
{
    private const int SmallestLength = 1024;

    private byte[]? _bytes; // null while nothing was ever added
    private int _start;

    public int Count { get; private set; }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (Count + bytes.Length > (_bytes?.Length ?? 0))
            Grow(Count + bytes.Length);
        var end = UpToEnd(Count, bytes.Length);
        bytes[..end.Length].CopyTo(end);
        bytes[end.Length..].CopyTo(_bytes);
        Count += bytes.Length;
    }

    /// <summary>Copies the bytes that are <paramref name="offset"/> after the oldest.</summary>
    public readonly void CopyTo(int offset, Span<byte> destination)
    {
        var end = UpToEnd(offset, destination.Length);
        end.CopyTo(destination);
        _bytes.AsSpan(0, destination.Length - end.Length).CopyTo(destination[end.Length..]);
    }

    /// <summary>Removes the oldest bytes; there must be as many.</summary>
    public void RemoveOldest(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        Count -= count;
        _start = Count == 0 ? 0 : (_start + count) & (_bytes!.Length - 1); // the length is a power of two
    }

    /// <summary>Removes all bytes and releases the memory.</summary>
    public void Clear() => this = default;

    private void Grow(int needed)
    {
        var larger = new byte[Math.Max(SmallestLength, (int)BitOperations.RoundUpToPowerOf2((uint)needed))];
        if (_bytes is not null)
            CopyTo(0, larger.AsSpan(0, Count));
        (_bytes, _start) = (larger, 0);
    }

    /// <summary>Of a range of bytes those that lie before the end of the array; the rest lies at its beginning.</summary>
    private readonly Span<byte> UpToEnd(int offset, int length)
    {
        if (length == 0)
            return default;
        var from = (_start + offset) & (_bytes!.Length - 1);
        return _bytes.AsSpan(from, Math.Min(length, _bytes.Length - from));
    }
}
