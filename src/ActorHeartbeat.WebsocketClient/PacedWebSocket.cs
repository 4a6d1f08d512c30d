using System.Net.WebSockets;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;
using ActorHeartbeat.Transport.WebSockets;

namespace ActorHeartbeat.WebsocketClient;

/// <summary>
/// The socket as Websocket.Client sees it. A read waits for the start and for the delivery of the previous
/// message, a message over the limit closes with 1009, and the end is reported once, whatever the client does.
/// </summary>
internal sealed class PacedWebSocket(WebSocketConnection connection, IConnectionObserver observer, Action<ConnectionEnd> onEnd) : WebSocket
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _delivery = Task.CompletedTask;
    private long _received;
    private long _writes;
    private int _ended;

    public override WebSocketCloseStatus? CloseStatus => connection.Socket.CloseStatus;

    public override string? CloseStatusDescription => connection.Socket.CloseStatusDescription;

    /// <summary>
    /// Open until the end is reported. The client stops reading a socket in any other state, which would lose
    /// messages that the peer sends before it answers our Close frame, and the reason why a socket broke.
    /// </summary>
    public override WebSocketState State => Volatile.Read(ref _ended) == 0 ? WebSocketState.Open : connection.Socket.State;

    public override string? SubProtocol => connection.Socket.SubProtocol;

    /// <summary>The type of the last message read; the client reports every message as binary when it does not decode its text.</summary>
    public WebSocketMessageType MessageType { get; private set; }

    /// <summary>Messages written so far.</summary>
    public long Writes => Volatile.Read(ref _writes);

    /// <summary>Lets the first read through.</summary>
    public void Open() => _opened.TrySetResult();

    /// <summary>Holds the next read back until the message is delivered.</summary>
    public void WaitFor(Task delivery) => _delivery = delivery;

    public override async Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            await _opened.Task.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            if (!_delivery.IsCompletedSuccessfully)
                await connection.ReadAheadAsync(_delivery.WaitAsync(connection.Dropped)).ConfigureAwait(false);
            var part = await ReceiveWithinLimitAsync(buffer).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Close)
                End(await connection.AnswerCloseAsync().ConfigureAwait(false));
            return part;
        }
        catch (Exception exception) when (WebSocketEnds.IsEnd(exception))
        {
            End(connection.Broken(exception));
            throw;
        }
        catch (Exception exception)
        {
            End(WebSocketEnds.Undelivered(exception));
            throw;
        }
    }

    public override async Task SendAsync(
        ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
    {
        if (endOfMessage)
            await FramedWriter.WriteAsync(connection.Socket, buffer, messageType, connection.SendFlags).ConfigureAwait(false);
        else
            await connection.Socket.SendAsync(buffer, messageType, connection.SendFlags, CancellationToken.None).ConfigureAwait(false);
        Interlocked.Increment(ref _writes);
    }

    // The connection performs the closing handshake: the client would send its own codes.
    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public override Task CloseOutputAsync(
        WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;

    // After the end is known the socket closes in its own time, because a Close frame may still be on its way.
    public override void Abort()
    {
        if (Volatile.Read(ref _ended) == 0)
            connection.Drop();
    }

    // The connection disposes the real socket after the end is known.
    public override void Dispose()
    {
    }

    private async Task<WebSocketReceiveResult> ReceiveWithinLimitAsync(ArraySegment<byte> buffer)
    {
        while (true)
        {
            var part = await connection.Socket.ReceiveAsync(buffer, CancellationToken.None).ConfigureAwait(false);
            _received += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
                return part;
            MessageType = part.MessageType;
            if (_received <= observer.Limits.Message)
            {
                if (part.EndOfMessage)
                    _received = 0;
                else
                    observer.OnPartOfMessage();
                return part;
            }

            // From here on all bytes are discarded until the peer's Close frame or the deadline, even if the limit changes.
            _received = long.MaxValue / 2;
            connection.RefuseTooBig();
        }
    }

    private void End(ConnectionEnd end)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
            onEnd(end);
    }
}
