using System.Buffers;
using System.Runtime.CompilerServices;

namespace ActorHeartbeat.Transport.Frames;

/// <summary>
/// Reads ahead for a WebSocket, which asks for headers a few bytes at a time. The buffer is rented while it holds bytes or a read is
/// in flight; an idle connection, which waits with an empty read, has none. While a message cannot be delivered it goes on reading up to
/// a bound, so that pings are answered. Used by the pump alone.
/// </summary>
internal sealed class ReadBuffer(FrameTap tap) : DuplexStream(tap)
{
    /// <summary>About 120 messages of 128 B per system call, and still one of the pool's small arrays.</summary>
    private const int Size = 16 * 1024;

    private byte[] _bytes = [];
    private int _start;
    private int _end;
    private Task<int>? _ahead; // a read into the free end of the buffer, which the next read waits for

    /// <summary>Whether the next read completes at once.</summary>
    public bool HasBytes => _start < _end;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (HasBytes)
            return new ValueTask<int>(Take(buffer.Span));
        if (_ahead is not null)
            return TakeAheadAsync(buffer);
        // A read as large as the buffer gains nothing from it, and an empty read must not hold it.
        return buffer.IsEmpty || buffer.Length >= Size ? Inner.ReadAsync(buffer, cancellationToken) : FillAsync(buffer, cancellationToken);
    }

    /// <summary>Waits for the delivery of a message, and reads ahead meanwhile.</summary>
    /// <param name="delivery">What is waited for.</param>
    /// <param name="bound">The most bytes to hold; behind it the peer feels the backpressure, and its pings wait.</param>
    public async Task ReadAheadAsync(Task delivery, int bound)
    {
        var tap = (FrameTap)Inner;
        tap.AnswersPings = true;
        while (!delivery.IsCompleted && _end - _start < bound)
        {
            _ahead ??= ReadMoreAsync();
            await Task.WhenAny(_ahead, delivery).ConfigureAwait(false);
            if (!_ahead.IsCompletedSuccessfully || await _ahead.ConfigureAwait(false) is not (> 0 and var count))
                break; // delivered; or the end, which the next read meets
            _end += count;
            _ahead = null;
        }
        tap.AnswersPings = false;
        await delivery.ConfigureAwait(false);
    }

    private Task<int> ReadMoreAsync()
    {
        if (_end == _bytes.Length)
            MakeRoom();
        return Inner.ReadAsync(_bytes.AsMemory(_end)).AsTask();
    }

    private void MakeRoom()
    {
        var before = _bytes;
        var held = before.AsSpan(_start, _end - _start);
        _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(Size, 2 * held.Length));
        held.CopyTo(_bytes);
        (_start, _end) = (0, held.Length);
        if (before.Length > 0)
            ArrayPool<byte>.Shared.Return(before);
    }

    private async ValueTask<int> TakeAheadAsync(Memory<byte> buffer)
    {
        var count = 0;
        try
        {
            count = await _ahead!.ConfigureAwait(false); // the caller has checked that there is one
        }
        finally
        {
            _ahead = null;
            if (count == 0)
                Return();
        }

        _end += count;
        return count == 0 ? 0 : Take(buffer.Span);
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
        if (!HasBytes && _ahead is null)
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
