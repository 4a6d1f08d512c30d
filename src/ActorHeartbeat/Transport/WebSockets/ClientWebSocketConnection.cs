using System.Net;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport.Dialing;

namespace ActorHeartbeat.Transport.WebSockets;

/// <summary>
/// A connection over the framework's WebSocket. One pump, <see cref="RunAsync"/>, reads from the first frame
/// to the end and makes all reports. Other members only act on the socket; the pump then sees the result.
/// </summary>
internal sealed class ClientWebSocketConnection(
    OpenedWebSocket opened,
    EndpointSettings settings,
    IConnectionObserver observer,
    TimeProvider time
) : IConnection
{
    private readonly SupervisedSocket _socket = new(opened, settings.Timeouts, observer, write: null, time);
    private readonly MessageReceiver _receiver = new(opened.Socket, opened.ReadBuffer, observer);
    private int _started;

    public string? Subprotocol => _socket.Socket.SubProtocol;

    public IPEndPoint? RemoteAddress => _socket.RemoteAddress;

    public void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
            _ = Task.Run(RunAsync, CancellationToken.None);
    }

    public ValueTask<SendStatus> SendAsync(OutboundMessage message) => _socket.SendAsync(message);

    public bool TryPing(long id) => _socket.TryPing(id);

    public void Close(int code, string reason) => _socket.Close(code, reason);

    public void Abort()
    {
        _socket.Drop();
        Start();
    }

    private async Task RunAsync()
    {
        await _socket.ReleaseHandshakeAsync().ConfigureAwait(false);
        var end = await ReceiveToTheEndAsync().ConfigureAwait(false);
        await _socket.DrainAsync().ConfigureAwait(false);
        _socket.Dispose();
        observer.OnEnded(end);
    }

    private async Task<ConnectionEnd> ReceiveToTheEndAsync()
    {
        try
        {
            if (await _receiver.ReceiveAsync(_socket.Dropped).ConfigureAwait(false) == ReceiveEnd.TooBig)
            {
                _socket.RefuseTooBig();
                await _receiver.DiscardAsync().ConfigureAwait(false);
            }

            return await _socket.AnswerCloseAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (WebSocketEnds.IsEnd(exception))
        {
            return _socket.Broken(exception);
        }
        catch (Exception exception)
        {
            return WebSocketEnds.Undelivered(exception);
        }
    }
}
