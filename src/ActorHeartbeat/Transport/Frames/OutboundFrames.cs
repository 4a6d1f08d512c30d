using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Transport.Frames;

/// <summary>
/// The writing half of a tap: sends pings, and pongs ahead of the socket's, between the frames of the socket's own writes, one write at a
/// time. A ping or pong that is requested during a write goes out right after it; of several such, only the newest (RFC 6455 section
/// 5.5.3).
/// </summary>
internal sealed class OutboundFrames(Stream inner)
{
    private const byte FinalPing = 0x80 | (byte)Opcode.Ping;
    private const byte FinalPong = 0x80 | (byte)Opcode.Pong;
    private const byte Masked = 0x80;
    private const long None = 0; // ids begin at 1
    private const int MaskOffset = 2;
    private const int PayloadOffset = 6;

    private Turn _turn;
    private FrameHeaderReader _frame;
    private long _wantedId; // one field for the request and its id, so that no ping is taken twice
    private byte[]? _wantedPong; // its payload
    private long _pongs, _answeredAhead; // the socket's pongs so far; how many of the peer's pings have been answered ahead of them
    private volatile bool _over;
    private volatile bool _isClosed;
    private bool _closeBegun;
    private volatile Exception? _failure;

    /// <summary>
    /// The first failure of a write; null when none failed. The kernel reports
    /// an error only once: a read after such a write sees a plain end.
    /// </summary>
    public Exception? Failure => _failure;

    /// <summary>Whether our Close frame is out.</summary>
    public bool IsClosed => _isClosed;

    // Without the turn this is only a hint: the caller that holds the turn checks again after releasing it.
    private bool IsDue =>
        (Volatile.Read(ref _wantedId) != None || Volatile.Read(ref _wantedPong) is not null) && !_over && _frame.AtBoundary;

    /// <summary>
    /// Requests a ping. False when no ping can go out any more: after a Close frame or a failed write, and after the end.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is less than 1.</exception>
    public bool TryPing(long id)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(id);
        if (_over)
            return false;
        Interlocked.Exchange(ref _wantedId, id);
        _ = SendWantedAsync();
        return true;
    }

    /// <summary>Answers a ping before the socket does. Called by the pump, which does not read the socket meanwhile.</summary>
    /// <param name="pings">How many pings have come in, this one included. Nothing is done when the socket has answered them all.</param>
    /// <param name="payload">The payload of the newest.</param>
    public void AnswerAhead(long pings, ReadOnlySpan<byte> payload)
    {
        if (_over || pings <= Math.Max(Volatile.Read(ref _pongs), Volatile.Read(ref _answeredAhead)))
            return;
        Volatile.Write(ref _answeredAhead, pings);
        Interlocked.Exchange(ref _wantedPong, payload.ToArray());
        _ = SendWantedAsync();
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellation)
    {
        // The socket writes a control frame whole, and answers each ping in order.
        if (frames is { IsEmpty: false, Span: [FinalPong, ..] } && ++_pongs <= Volatile.Read(ref _answeredAhead))
            return ValueTask.CompletedTask;
        return _turn.TryTake() ? WriteAndPassOnAsync(frames, cancellation) : AwaitTurnAsync(frames, cancellation);
    }

    public void End() => _over = true;

    private async ValueTask AwaitTurnAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellation)
    {
        do
            await _turn.Back().WaitAsync(cancellation).ConfigureAwait(false);
        while (!_turn.TryTake());
        await WriteAndPassOnAsync(frames, cancellation).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAndPassOnAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellation)
    {
        try
        {
            Follow(frames.Span);
            await inner.WriteAsync(frames, cancellation).ConfigureAwait(false);
            _isClosed = _closeBegun && _frame.AtBoundary;
        }
        catch (Exception exception)
        {
            // How much of the frame went out is unknown, so no frame boundary is left for a ping.
            _over = true;
            _failure ??= exception;
            throw;
        }
        finally
        {
            _turn.GiveBack();
            if (IsDue)
                _ = SendWantedAsync();
        }
    }

    private void Follow(ReadOnlySpan<byte> frames)
    {
        var position = 0;
        while (position < frames.Length)
        {
            if (_frame.PayloadLeft > 0)
                _frame.SkipPayload(frames, ref position);
            else if (_frame.ReadHeader(frames, ref position) && _frame.Opcode == Opcode.Close)
                _over = _closeBegun = true;
        }
    }

    private async Task SendWantedAsync()
    {
        while (IsDue && _turn.TryTake())
        {
            try
            {
                if (IsDue && Interlocked.Exchange(ref _wantedPong, null) is { } payload)
                    await inner.WriteAsync(BuildPong(payload), CancellationToken.None).ConfigureAwait(false);
                else if (IsDue && Interlocked.Exchange(ref _wantedId, None) is not None and var id)
                    await SendPingAsync(id).ConfigureAwait(false);
            }
            catch (Exception exception)
                when (exception is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
            {
                // The pump's read meets the same end and reports it.
                _over = true;
                _failure ??= exception;
            }
            finally
            {
                _turn.GiveBack();
            }
        }
    }

    private async ValueTask SendPingAsync(long id)
    {
        var frame = ArrayPool<byte>.Shared.Rent(PayloadOffset + PingPayload.MaxLength);
        var length = PingPayload.Write(id, frame.AsSpan(PayloadOffset));
        await inner.WriteAsync(Finish(FinalPing, frame, length), CancellationToken.None).ConfigureAwait(false);
        ArrayPool<byte>.Shared.Return(frame); // after a failed write the socket may still look at it
    }

    private static ReadOnlyMemory<byte> BuildPong(byte[] payload)
    {
        var frame = new byte[PayloadOffset + payload.Length];
        payload.CopyTo(frame, PayloadOffset);
        return Finish(FinalPong, frame, payload.Length);
    }

    private static ReadOnlyMemory<byte> Finish(byte first, byte[] frame, int length)
    {
        (frame[0], frame[1]) = (first, (byte)(Masked | length));
        var mask = frame.AsSpan(MaskOffset, PayloadOffset - MaskOffset);
        RandomNumberGenerator.Fill(mask);
        for (var index = 0; index < length; index++)
            frame[PayloadOffset + index] ^= mask[index % mask.Length];
        return frame.AsMemory(0, PayloadOffset + length);
    }
}
