using System.Runtime.CompilerServices;

namespace ActorHeartbeat.Transport.Frames;

/// <summary>
/// Sits between a WebSocket and its stream and knows the frames that the framework's API hides (RFC 6455 section 5.5): sends pings and
/// reports pongs, activity and the peer's close code. Bytes pass through unchanged.
/// </summary>
internal sealed class FrameTap(Stream inner, IConnectionSink sink) : DuplexStream(inner)
{
    private readonly OutboundFrames _outbound = new(inner);
    private InboundFrames _inbound;

    /// <inheritdoc cref="InboundFrames.CloseCode"/>
    public int PeerCloseCode => _inbound.CloseCode;

    /// <inheritdoc cref="InboundFrames.CloseFlaw"/>
    public string? PeerCloseFlaw => _inbound.CloseFlaw;

    /// <inheritdoc cref="OutboundFrames.Failure"/>
    public Exception? WriteFailure => _outbound.Failure;

    /// <inheritdoc cref="OutboundFrames.TryPing"/>
    public bool TryPing(long id) => _outbound.TryPing(id);

    /// <summary>
    /// Sends nothing: a socket holds on to the buffer it sent last, which after the handshake is 4 KB of the HTTP connection that is gone, and lets go
    /// of it when something else is sent.
    /// </summary>
    public ValueTask ReleaseHandshakeAsync() => _outbound.WriteAsync(default, CancellationToken.None);

    /// <remarks>An empty read waits for bytes and takes none: an idle connection stays there, without a state machine of ours.</remarks>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty ? Inner.ReadAsync(buffer, cancellationToken) : ReadAndInspectAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _outbound.WriteAsync(buffer, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        _outbound.End();
        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAndInspectAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var length = await Inner.ReadAsync(buffer, cancellation).ConfigureAwait(false);
        if (length > 0)
        {
            sink.OnActivity();
            _inbound.Inspect(buffer.Span[..length], sink);
        }

        return length;
    }
}
