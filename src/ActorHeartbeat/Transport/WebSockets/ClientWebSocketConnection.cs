using System.Buffers;
using System.Net.WebSockets;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport.Dialing;

namespace ActorHeartbeat.Transport.WebSockets;

/// <summary>
/// A connection over the framework's WebSocket. One pump, <see cref="RunAsync"/>, reads whole messages from the first frame to the end,
/// hands them over one after the other, and makes all reports. Other members only act on the socket; the pump then sees the result.
/// </summary>
internal sealed class ClientWebSocketConnection(
    OpenedWebSocket opened, EndpointSettings settings, IConnectionObserver observer, TimeProvider time)
    : WebSocketConnection(opened, settings, observer, time)
{
    private const int FirstSize = 4 * 1024;

    /// <summary>
    /// Read buffers taken in a row before the pump yields its thread: a peer that sends without pause would never make it wait.
    /// </summary>
    private const int FairShare = 64;

    private int _started;

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

    /// <remarks>
    /// Waits for the next message with an empty read, which takes no buffer. It stands here, and in no method of its own, because each
    /// method on the way to it would take 150 bytes of every idle connection.
    /// </remarks>
    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // not on the thread of the caller
        ConnectionEnd end;
        try
        {
            var unwaited = 0;
            ValueWebSocketReceiveResult ready;
            do
            {
                var waiting = Socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
                unwaited = waiting.IsCompleted ? unwaited + 1 : 0;
                ready = await waiting.ConfigureAwait(false);
                if (unwaited == FairShare)
                {
                    unwaited = 0;
                    await Task.Yield();
                }
            }
            while (await TakeAsync(ready).ConfigureAwait(false));

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

    /// <summary>Takes the messages at hand. False after the last: the peer's Close frame has been read.</summary>
    private ValueTask<bool> TakeAsync(ValueWebSocketReceiveResult ready) =>
        ready.MessageType == WebSocketMessageType.Close ? new ValueTask<bool>(false)
        : ready.EndOfMessage ? TakeEmptyAsync(ready.MessageType)
        : TakeAtHandAsync();

    private async ValueTask<bool> TakeEmptyAsync(WebSocketMessageType type)
    {
        await DeliverAsync(type, default).ConfigureAwait(false);
        return true;
    }

    /// <summary>Rents a buffer from the first byte of a message until no more bytes are at hand.</summary>
    private async ValueTask<bool> TakeAtHandAsync()
    {
        var buffer = new MessageBuffer(FirstSize);
        try
        {
            do
            {
                buffer.Begin(Observer.Limits.Message);
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await Socket.ReceiveAsync(buffer.Free(), CancellationToken.None).ConfigureAwait(false);
                    if (part.MessageType == WebSocketMessageType.Close)
                        return false;
                    if (!buffer.Advance(part.Count))
                    {
                        await RefuseAsync().ConfigureAwait(false);
                        return false;
                    }
                    if (!part.EndOfMessage)
                        Observer.OnPartOfMessage();
                }
                while (!part.EndOfMessage);

                await DeliverAsync(part.MessageType, buffer.Message).ConfigureAwait(false);
            }
            while (HasBytesAtHand);
        }
        catch (OperationCanceledException) when (IsDropped)
        {
            // The observer may still be looking at the buffer: it must not go back to the pool.
            buffer.Forget();
            throw;
        }
        finally
        {
            buffer.Return();
        }

        return true;
    }

    /// <summary>Closes because of a message over the limit, then reads and discards everything up to the peer's Close frame.</summary>
    private async Task RefuseAsync()
    {
        RefuseTooBig();
        var buffer = ArrayPool<byte>.Shared.Rent(FirstSize);
        try
        {
            ValueWebSocketReceiveResult part;
            do
                part = await Socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).ConfigureAwait(false);
            while (part.MessageType != WebSocketMessageType.Close);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>An observer that never completes must not keep an aborted connection from ending.</summary>
    private ValueTask DeliverAsync(WebSocketMessageType type, ReadOnlyMemory<byte> payload)
    {
        var delivery = Observer.OnMessageAsync(type == WebSocketMessageType.Text ? MessageKind.Text : MessageKind.Binary, payload);
        return delivery.IsCompletedSuccessfully ? delivery : new ValueTask(ReadAheadAsync(delivery.AsTask().WaitAsync(Dropped)));
    }
}
