using ActorHeartbeat.Transport.Dialing;

namespace ActorHeartbeat.Transport.WebSockets;

/// <summary>
/// Dials with the framework's HTTP, and puts a tap under its WebSocket that sends and sees RFC 6455 pings and pongs. It does what
/// <see cref="System.Net.WebSockets.ClientWebSocket"/> does, with less memory. Safe to use from many threads; one instance serves all
/// endpoints.
/// </summary>
/// <remarks>
/// Meant to live as long as the process, and need not be disposed: an HTTP handler goes with the last connection dialed through it,
/// so the dialer holds none between connections. A program that outlives its dialer disposes it once the connections have ended.
/// </remarks>
/// <param name="time">The clock for the deadlines of sends and closes, and for the pace at which addresses are tried.</param>
public sealed class ClientWebSocketDialer(TimeProvider time) : IDialer, IDisposable
{
    private readonly WebSocketOpener _opener = new(time);
    private readonly PatientTime _patience = new(time);

    public ClientWebSocketDialer()
        : this(TimeProvider.System)
    {
    }

    /// <summary>Distinct HTTP handlers in use, one for all endpoints with the same TLS settings.</summary>
    public int SharedHandlers => _opener.SharedHandlers;

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The dialer is disposed.</exception>
    public async Task<DialResult> DialAsync(DialRequest request, IConnectionObserver observer, CancellationToken cancellation)
    {
        try
        {
            var opened = await _opener.OpenAsync(request, observer, cancellation).ConfigureAwait(false);
            return new DialResult.Connected(new ClientWebSocketConnection(opened, request.Settings, observer, _patience));
        }
        catch (DialException exception)
        {
            return new DialResult.Failed(exception.Failure);
        }
    }

    /// <inheritdoc/>
    public async Task<HttpResult> AskAsync(HttpQuestion question, CancellationToken cancellation)
    {
        try
        {
            return await _opener.AskAsync(question, cancellation).ConfigureAwait(false);
        }
        catch (DialException exception)
        {
            return new HttpResult.Failed(exception.Failure);
        }
    }

    public void Dispose() => _opener.Dispose();
}
