using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace ActorHeartbeat.Transport.Frames;

/// <summary>
/// Sits between a WebSocket and its stream and handles the frames that the framework's API hides (RFC 6455
/// section 5.5): sends pings and reports pongs, activity and the peer's close code. Bytes pass through unchanged.
/// </summary>
/// <param name="inner">The connection.</param>
/// <param name="observer">Receives activity and pongs.</param>
/// <param name="socket">The socket under the connection, for half-closing it; null for a stream that cannot be half-closed.</param>
internal sealed class FrameTap(Stream inner, IConnectionObserver observer, Socket? socket = null) : DuplexStream(inner)
{
    private const int DrainSize = 16 * 1024;

    private InboundFrames _inbound;
    private bool _answersPings; // used only by the pump
    private volatile bool _released;

    public OutboundFrames Outbound { get; } = new(inner);

    /// <summary>Whether the socket has bytes that are not read; false when that is not known.</summary>
    public bool HasUnread
    {
        get
        {
            try
            {
                return socket is { Available: > 0 };
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return false; // its end is on the way
            }
        }
    }

    /// <summary>
    /// While on, pings are answered as they arrive, and the newest that has no answer at once: the WebSocket, which answers them
    /// otherwise, is not read meanwhile. Its own answers to these pings are left out later.
    /// </summary>
    public bool AnswersPings
    {
        set
        {
            _answersPings = value;
            if (value)
                Outbound.AnswerAhead(_inbound.Pings, _inbound.LastPing);
        }
    }

    /// <inheritdoc cref="InboundFrames.CloseCode"/>
    public int PeerCloseCode => _inbound.CloseCode;

    /// <inheritdoc cref="InboundFrames.CloseFlaw"/>
    public string? PeerCloseFlaw => _inbound.CloseFlaw;

    /// <inheritdoc cref="InboundFrames.FlawedReason"/>
    public string? PeerFlawedReason => _inbound.FlawedReason;

    /// <remarks>An empty read waits for bytes and takes none. An idle connection waits in it, without a state machine of ours.</remarks>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        observer.OnCaughtUp();
        return buffer.IsEmpty ? Inner.ReadAsync(buffer, cancellationToken) : ReadAndInspectAsync(buffer, cancellationToken);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Outbound.WriteAsync(buffer, cancellationToken);

    /// <summary>
    /// Whether our Close frame is out and the peer has not sent a valid one. Closing a socket
    /// with unread bytes sends a reset, which discards what the peer has not read yet, including
    /// our Close frame. So the connection stays open until <see cref="DrainAsync"/> is done.
    /// </summary>
    public bool MustDrain => socket is not null && !_released && Outbound.IsClosed
        && (_inbound.CloseCode == 0 || _inbound.CloseFlaw is not null);

    /// <summary>Ends our half (FIN), then reads and discards bytes until the peer ends its half.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(DrainSize);
        try
        {
            socket!.Shutdown(SocketShutdown.Send); // not null while MustDrain is true
            while (await Inner.ReadAsync(buffer, cancellation).ConfigureAwait(false) > 0)
            {
                // Bytes that arrive now are of no use.
            }
        }
        catch (Exception exception) when (WebSocketEnds.IsEnd(exception))
        {
            // The peer is gone, or the bound is reached.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Disposes the connection, drained or not.</summary>
    public void Release()
    {
        _released = true;
        Dispose();
        Inner.Dispose();
    }

    protected override void Dispose(bool disposing)
    {
        Outbound.End();
        if (!MustDrain)
            base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAndInspectAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var length = await Inner.ReadAsync(buffer, cancellation).ConfigureAwait(false);
        if (length > 0)
        {
            _inbound.Inspect(buffer.Span[..length], observer);
            if (_answersPings)
                Outbound.AnswerAhead(_inbound.Pings, _inbound.LastPing);
            observer.OnActivity();
        }

        return length;
    }
}
