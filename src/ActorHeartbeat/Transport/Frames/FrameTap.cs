using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace ActorHeartbeat.Transport.Frames;

/// <summary>
/// Sits between a WebSocket and its stream and knows the frames that the framework's API hides (RFC 6455 section 5.5): sends pings and
/// reports pongs, activity and the peer's close code. Bytes pass through unchanged.
/// </summary>
/// <param name="inner">The connection.</param>
/// <param name="observer">Hears what is seen.</param>
/// <param name="socket">What the connection stands on, to half-close it; null for a stream that cannot be.</param>
internal sealed class FrameTap(Stream inner, IConnectionObserver observer, Socket? socket = null) : DuplexStream(inner)
{
    private const int DrainSize = 16 * 1024;

    private readonly OutboundFrames _outbound = new(inner);
    private InboundFrames _inbound;
    private volatile bool _released;

    /// <inheritdoc cref="InboundFrames.CloseCode"/>
    public int PeerCloseCode => _inbound.CloseCode;

    /// <inheritdoc cref="InboundFrames.CloseFlaw"/>
    public string? PeerCloseFlaw => _inbound.CloseFlaw;

    /// <inheritdoc cref="OutboundFrames.Failure"/>
    public Exception? WriteFailure => _outbound.Failure;

    /// <inheritdoc cref="OutboundFrames.TryPing"/>
    public bool TryPing(long id) => _outbound.TryPing(id);

    /// <summary>
    /// Sends nothing: a socket holds on to the buffer it sent last, which after the handshake is 4 KB of the HTTP connection that is gone,
    /// and lets go
    /// of it when something else is sent.
    /// </summary>
    public ValueTask ReleaseHandshakeAsync() => _outbound.WriteAsync(default, CancellationToken.None);

    /// <remarks>An empty read waits for bytes and takes none: an idle connection stays there, without a state machine of ours.</remarks>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty ? Inner.ReadAsync(buffer, cancellationToken) : ReadAndInspectAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _outbound.WriteAsync(buffer, cancellationToken);

    /// <summary>
    /// Whether our Close frame is out and the peer has not closed soundly. A socket that is closed over unread bytes sends a reset,
    /// which throws away what the peer has not read yet, our Close frame with it: the connection then stays open until
    /// <see cref="DrainAsync"/> is through.
    /// </summary>
    public bool MustDrain => socket is not null && !_released && _outbound.IsClosed
        && (_inbound.CloseCode == 0 || _inbound.CloseFlaw is not null);

    /// <summary>Ends our half (FIN) and reads away what comes until the peer ends its own.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(DrainSize);
        try
        {
            socket!.Shutdown(SocketShutdown.Send); // there is one where there is something to drain
            while (await Inner.ReadAsync(buffer, cancellation).ConfigureAwait(false) > 0)
            {
                // What comes after a violation is worth nothing.
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

    /// <summary>Lets go of the connection, drained or not.</summary>
    public void Release()
    {
        _released = true;
        Dispose();
        Inner.Dispose();
    }

    protected override void Dispose(bool disposing)
    {
        _outbound.End();
        if (!MustDrain)
            base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAndInspectAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var length = await Inner.ReadAsync(buffer, cancellation).ConfigureAwait(false);
        if (length > 0)
        {
            observer.OnActivity();
            _inbound.Inspect(buffer.Span[..length], observer);
        }

        return length;
    }
}
