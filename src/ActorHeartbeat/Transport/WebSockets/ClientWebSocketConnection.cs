using System.Net.WebSockets;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport.Dialing;

namespace ActorHeartbeat.Transport.WebSockets;

/// <summary>
/// A connection over the framework's WebSocket. One pump, <see cref="RunAsync"/>, reads from the first frame
/// to the end and makes all reports. Other members only act on the socket; the pump then sees the result.
/// </summary>
internal sealed class ClientWebSocketConnection : WebSocketConnection
{
    private readonly MessageReceiver _receiver;
    private int _started;

    public ClientWebSocketConnection(OpenedWebSocket opened, EndpointSettings settings, IConnectionObserver observer, TimeProvider time)
        : base(opened, settings, observer, time) => _receiver = new MessageReceiver(this, opened.ReadBuffer, observer);

    public override void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
            _ = RunAsync();
    }

    protected override ValueTask WriteAsync(OutboundMessage message) =>
        FramedWriter.WriteAsync(
            Socket,
            message.Payload,
            message.Kind == MessageKind.Text ? WebSocketMessageType.Text : WebSocketMessageType.Binary,
            SendFlags);

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // not on the thread of the caller
        ConnectionEnd end;
        try
        {
            if (await _receiver.ReceiveAsync().ConfigureAwait(false) == ReceiveEnd.TooBig)
            {
                RefuseTooBig();
                await _receiver.DiscardAsync().ConfigureAwait(false);
            }

            end = await AnswerCloseAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (WebSocketEnds.IsEnd(exception))
        {
            end = Broken(exception);
        }
        catch (Exception exception)
        {
            end = WebSocketEnds.Undelivered(exception);
        }

        await DrainAsync().ConfigureAwait(false);
        Dispose();
        Observer.OnEnded(end);
    }
}
