using System.Net.WebSockets;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;
using ActorHeartbeat.Transport.Dialing;
using ActorHeartbeat.Transport.WebSockets;
using Client = Websocket.Client.WebsocketClient;

namespace ActorHeartbeat.WebsocketClient;

/// <summary>
/// Dials with the Websocket.Client package, with a new client per attempt. The client's own reconnection is off, because this library
/// decides when to dial again. The handshake, with headers, TLS, proxy and the tap, is that of <see cref="ClientWebSocketDialer"/>.
/// </summary>
public sealed class WebsocketClientDialer(TimeProvider time) : IDialer, IDisposable
{
    private readonly WebSocketOpener _opener = new(time);
    private readonly PatientTime _patience = new(time);

    /// <inheritdoc cref="ClientWebSocketDialer.SharedHandlers"/>
    public int SharedHandlers => _opener.SharedHandlers;

    /// <inheritdoc/>
    public async Task<DialResult> DialAsync(DialRequest request, IConnectionObserver observer, CancellationToken cancellation)
    {
        WebsocketClientConnection? connection = null;
        DialFailure? failure = null;
        Client client = null!; // set before its own start calls OpenAsync
        client = new Client(request.Url, logger: null, OpenAsync)
        {
            IsReconnectionEnabled = false,
            ReconnectTimeout = null,
            ErrorReconnectTimeout = null,
            LostReconnectTimeout = null,
            IsTextMessageConversionEnabled = false,
        };
        try
        {
            await client.StartOrFail().ConfigureAwait(false);
        }
        catch (Exception exception)
            when (failure is not null || exception is Websocket.Client.Exceptions.WebsocketException or OperationCanceledException)
        {
            // A client whose start failed still reports IsStarted; it is not used again.
            client.Dispose();
            connection?.Discard();
            return new DialResult.Failed(
                failure ?? DialFailures.Of(exception, request, DialStage.Upgrading, cancellation.IsCancellationRequested));
        }

        return connection is null
            ? new DialResult.Failed(
                failure ?? new DialFailure(FailureLayer.Unknown, $"{request.Where}: the client did not connect"))
            : new DialResult.Connected(connection);

        async Task<WebSocket> OpenAsync(Uri url, CancellationToken ended)
        {
            try
            {
                var opened = await _opener.OpenAsync(request, observer, cancellation).ConfigureAwait(false);
                connection = new WebsocketClientConnection(client, opened, request.Settings, observer, _patience);
                return connection.Paced;
            }
            catch (DialException exception)
            {
                failure = exception.Failure;
                throw;
            }
        }
    }

    public void Dispose() => _opener.Dispose();
}
