using System.Net.WebSockets;
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
) : WebSocketConnection(opened, settings, observer, time)
{
    private readonly MessageReceiver _receiver = new(opened.Socket, opened.ReadBuffer, observer);
    private int _started;

    public override void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
            _ = Task.Run(RunAsync, CancellationToken.None);
    }

    protected override ValueTask WriteAsync(OutboundMessage message) =>
        FramedWriter.WriteAsync(
            Socket,
            message.Payload,
            message.Kind == MessageKind.Text ? WebSocketMessageType.Text : WebSocketMessageType.Binary,
            SendFlags);

    private async Task RunAsync()
    {
        await ReleaseHandshakeAsync().ConfigureAwait(false);
        var end = await ReceiveToTheEndAsync().ConfigureAwait(false);
        await DrainAsync().ConfigureAwait(false);
        Dispose();
        Observer.OnEnded(end);
    }

    private async Task<ConnectionEnd> ReceiveToTheEndAsync()
    {
        try
        {
            if (await _receiver.ReceiveAsync(Dropped).ConfigureAwait(false) == ReceiveEnd.TooBig)
            {
                RefuseTooBig();
                await _receiver.DiscardAsync().ConfigureAwait(false);
            }

            return await AnswerCloseAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (WebSocketEnds.IsEnd(exception))
        {
            return Broken(exception);
        }
        catch (Exception exception)
        {
            return WebSocketEnds.Undelivered(exception);
        }
    }
}
