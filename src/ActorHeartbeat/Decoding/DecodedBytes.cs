using System.Buffers;

namespace ActorHeartbeat.Decoding;

/// <summary>The decoded bytes of one message, in a buffer of the shared pool that grows as far as the message needs.</summary>
internal sealed class DecodedBytes : IDisposable
{
    private const int Least = 4 * 1024;

    /// <summary>A larger buffer goes back to the pool before the next message, so that a rare large one is not paid for ever.</summary>
    private const int Kept = 64 * 1024;

    private byte[] _buffer = [];
    private int _count;

    public int Count => _count;

    /// <summary>Valid until the next call of another member.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _count);

    public void Clear()
    {
        _count = 0;
        if (_buffer.Length > Kept)
            Return();
    }

    /// <summary>Room for the next bytes.</summary>
    /// <param name="most">The most bytes of all, not below the count. There is room for one more, which tells of too many.</param>
    public Span<byte> Room(int most)
    {
        var end = (int)Math.Min(most + 1L, Array.MaxLength);
        if (_count == _buffer.Length)
            Grow((int)Math.Min(Math.Max(_buffer.Length * 2L, Least), end));
        return _buffer.AsSpan(_count, Math.Min(_buffer.Length, end) - _count);
    }

    /// <summary>Counts bytes that were written into the room.</summary>
    public void Advance(int count) => _count += count;

    public void Dispose()
    {
        _count = 0;
        Return();
    }

    private void Grow(int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(size);
        Written.CopyTo(larger);
        Return();
        _buffer = larger;
    }

    private void Return()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }
}
