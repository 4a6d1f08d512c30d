using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;
using ActorHeartbeat.Transport.Dialing;
using ActorHeartbeat.Transport.WebSockets;
using Websocket.Client;
using WebSocket = System.Net.WebSockets.WebSocket;
using WebSocketError = System.Net.WebSockets.WebSocketError;
using WebSocketException = System.Net.WebSockets.WebSocketException;
using WebSocketMessageType = System.Net.WebSockets.WebSocketMessageType;

namespace ActorHeartbeat.WebsocketClient;

/// <summary>
/// A connection whose messages Websocket.Client reads and writes. The <see cref="PacedWebSocket"/> that the client
/// reads from adds what the client lacks, such as backpressure, a bound on messages and the peer's close code.
/// </summary>
internal sealed class WebsocketClientConnection : WebSocketConnection, IObserver<ResponseMessage>
{
    private readonly IWebsocketClient _client;
    private readonly PacedWebSocket _paced;
    private readonly IDisposable _subscription;

    public WebsocketClientConnection(
        IWebsocketClient client, OpenedWebSocket opened, EndpointSettings settings, IConnectionObserver observer, TimeProvider time)
        : base(opened, settings, observer, time)
    {
        _client = client;
        _paced = new PacedWebSocket(this, observer, OnEnd);
        _subscription = client.MessageReceived.Subscribe(this);
    }

    /// <summary>The socket for the client to use.</summary>
    public WebSocket Paced => _paced;

    public override void Start() => _paced.Open();

    /// <summary>Drops a connection that was never returned to the caller.</summary>
    public void Discard()
    {
        _subscription.Dispose();
        Drop();
        Dispose();
    }

    void IObserver<ResponseMessage>.OnNext(ResponseMessage message)
    {
        var kind = _paced.MessageType == WebSocketMessageType.Text ? MessageKind.Text : MessageKind.Binary;
        _paced.WaitFor(DeliverAsync(kind, message.Binary ?? message.Stream?.ToArray() ?? []));
    }

    /// <summary>
    /// Moves the exception of an observer into the next read, which reports
    /// it. In the client's loop it would end the reading without a report.
    /// </summary>
    private async Task DeliverAsync(MessageKind kind, byte[] payload) =>
        await Observer.OnMessageAsync(kind, payload).ConfigureAwait(false);

    void IObserver<ResponseMessage>.OnError(Exception error) => Drop();

    void IObserver<ResponseMessage>.OnCompleted()
    {
    }

    protected override async ValueTask WriteAsync(OutboundMessage message)
    {
        var before = _paced.Writes;
        if (message.Payload.IsEmpty)
            await _paced
                .SendAsync(ArraySegment<byte>.Empty, TypeOf(message.Kind), endOfMessage: true, CancellationToken.None)
                .ConfigureAwait(false); // the client refuses an empty message
        else if (message.Kind == MessageKind.Text)
            await _client.SendInstant(System.Text.Encoding.UTF8.GetString(message.Payload.Span)).ConfigureAwait(false);
        else
            await _client.SendInstant(message.Payload.ToArray()).ConfigureAwait(false);
        if (_paced.Writes == before)
            throw new WebSocketException(WebSocketError.InvalidState); // the client silently drops a message it cannot send
    }

    private static WebSocketMessageType TypeOf(MessageKind kind) =>
        kind == MessageKind.Text ? WebSocketMessageType.Text : WebSocketMessageType.Binary;

    /// <summary>
    /// Runs off the client's own stack: disposing the client does not block, but it must not happen inside its reading loop.
    /// </summary>
    private void OnEnd(ConnectionEnd end) => _ = Task.Run(
        async () =>
        {
            _subscription.Dispose();
            _client.Dispose();
            await DrainAsync().ConfigureAwait(false);
            Dispose();
            Observer.OnEnded(end);
        },
        CancellationToken.None);
}
