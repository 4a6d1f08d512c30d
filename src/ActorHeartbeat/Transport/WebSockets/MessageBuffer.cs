using System.Buffers;

namespace ActorHeartbeat.Transport.WebSockets;

/// <summary>
/// A rented buffer that grows with the message it collects, up to one byte
/// over the limit. That is enough to detect a message that is too large.
/// </summary>
internal struct MessageBuffer(int firstSize)
{
    /// <summary>
    /// A pool keeps what it is given, for each thread and each power of two: after a few large messages that is more than all others need.
    /// A larger buffer costs its message one allocation, which is little beside its bytes, and is garbage afterwards.
    /// </summary>
    private const int LargestPooled = 1024 * 1024;

    private byte[] _bytes = Rent(firstSize);
    private int _length;
    private long _enough;

    public readonly ReadOnlyMemory<byte> Message => _bytes.AsMemory(0, _length);

    /// <summary>Begins a message of at most <paramref name="limit"/> bytes.</summary>
    public void Begin(int limit) => (_length, _enough) = (0, limit + 1L);

    /// <summary>Room for more of the message, never empty.</summary>
    public Memory<byte> Free()
    {
        if (_length == _bytes.Length)
            Grow();
        return _bytes.AsMemory(_length, (int)Math.Min(_bytes.Length, _enough) - _length);
    }

    /// <summary>False when the message is larger than the limit.</summary>
    public bool Advance(int count)
    {
        _length += count;
        return _length < _enough;
    }

    public void Forget() => _bytes = [];

    public void Return()
    {
        GiveBack(_bytes);
        _bytes = [];
    }

    private static byte[] Rent(int size) =>
        size <= LargestPooled ? ArrayPool<byte>.Shared.Rent(size) : GC.AllocateUninitializedArray<byte>(size);

    private static void GiveBack(byte[] bytes)
    {
        if (bytes.Length is > 0 and <= LargestPooled)
            ArrayPool<byte>.Shared.Return(bytes);
    }

    private void Grow()
    {
        var larger = Rent((int)Math.Min(_bytes.Length * 2L, _enough));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        GiveBack(_bytes);
        _bytes = larger;
    }
}
