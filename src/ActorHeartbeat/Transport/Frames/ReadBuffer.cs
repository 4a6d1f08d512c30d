using System.Buffers;
using System.Runtime.CompilerServices;

namespace ActorHeartbeat.Transport.Frames;

/// <summary>
/// Reads ahead for a WebSocket, which asks for headers a few bytes at a time. The buffer is rented while it holds bytes or a read is
/// in flight; an idle connection, which waits with an empty read, has none.
/// </summary>
internal sealed class ReadBuffer(Stream inner) : DuplexStream(inner)
{
    /// <summary>About sixty messages of 128 B per system call, and still one of the pool's small arrays.</summary>
    private const int Size = 8 * 1024;

    private byte[] _bytes = [];
    private int _start;
    private int _end;

    /// <summary>Whether the next read completes at once.</summary>
    public bool HasBytes => _start < _end;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (HasBytes)
            return new ValueTask<int>(Take(buffer.Span));
        // A read as large as the buffer gains nothing from it, and an empty read must not hold it.
        return buffer.IsEmpty || buffer.Length >= Size ? Inner.ReadAsync(buffer, cancellationToken) : FillAsync(buffer, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> FillAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        _bytes = ArrayPool<byte>.Shared.Rent(Size);
        var count = 0;
        try
        {
            count = await Inner.ReadAsync(_bytes, cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (count == 0)
                Return();
        }

        (_start, _end) = (0, count);
        return count == 0 ? 0 : Take(buffer.Span);
    }

    private int Take(Span<byte> destination)
    {
        var count = Math.Min(destination.Length, _end - _start);
        _bytes.AsSpan(_start, count).CopyTo(destination);
        _start += count;
        if (!HasBytes)
            Return();
        return count;
    }

    private void Return()
    {
        var bytes = _bytes;
        _bytes = [];
        (_start, _end) = (0, 0);
        ArrayPool<byte>.Shared.Return(bytes);
    }
}
