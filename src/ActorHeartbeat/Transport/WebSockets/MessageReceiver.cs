using System.Buffers;
using System.Net.WebSockets;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Transport.Frames;

namespace ActorHeartbeat.Transport.WebSockets;

/// <summary>
/// Reads whole messages and hands them over, one after the other. Waits for the next message with an
/// empty read. Rents a buffer only from the first byte of a message until no more bytes are at hand.
/// </summary>
/// <param name="connection">Tells when the socket is dropped.</param>
/// <param name="readBuffer">The bytes at hand.</param>
/// <param name="observer">Receives the messages.</param>
internal sealed class MessageReceiver(WebSocketConnection connection, ReadBuffer readBuffer, IConnectionObserver observer)
{
    private const int FirstSize = 4 * 1024;

    /// <summary>
    /// Read buffers taken in a row before the pump yields its thread: a peer that sends without pause would never make it wait.
    /// </summary>
    private const int FairShare = 64;

    /// <summary>Reads until the peer's Close frame or a message over the limit; throws what the socket throws.</summary>
    public async ValueTask<ReceiveEnd> ReceiveAsync()
    {
        var socket = connection.Socket;
        var unwaited = 0;
        while (true)
        {
            var waiting = socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
            unwaited = waiting.IsCompleted ? unwaited + 1 : 0;
            var ready = await waiting.ConfigureAwait(false);
            if (unwaited == FairShare)
            {
                unwaited = 0;
                await Task.Yield();
            }

            if (ready.MessageType == WebSocketMessageType.Close)
                return ReceiveEnd.PeerClosed;
            if (ready.EndOfMessage)
                await DeliverAsync(ready.MessageType, default).ConfigureAwait(false);
            else if (await ReceiveAtHandAsync(socket).ConfigureAwait(false) is { } end)
                return end;
        }
    }

    /// <summary>Reads and discards everything up to the peer's Close frame.</summary>
    public async Task DiscardAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstSize);
        try
        {
            ValueWebSocketReceiveResult part;
            do
                part = await connection.Socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).ConfigureAwait(false);
            while (part.MessageType != WebSocketMessageType.Close);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask<ReceiveEnd?> ReceiveAtHandAsync(WebSocket socket)
    {
        var buffer = new MessageBuffer(FirstSize);
        try
        {
            do
            {
                buffer.Begin(observer.Limits.Message);
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(buffer.Free(), CancellationToken.None).ConfigureAwait(false);
                    if (part.MessageType == WebSocketMessageType.Close)
                        return ReceiveEnd.PeerClosed;
                    if (!buffer.Advance(part.Count))
                        return ReceiveEnd.TooBig;
                    if (!part.EndOfMessage)
                        observer.OnPartOfMessage();
                }
                while (!part.EndOfMessage);

                await DeliverAsync(part.MessageType, buffer.Message).ConfigureAwait(false);
            }
            while (readBuffer.HasBytes);
        }
        catch (OperationCanceledException) when (connection.IsDropped)
        {
            // The observer may still be looking at the buffer: it must not go back to the pool.
            buffer.Forget();
            throw;
        }
        finally
        {
            buffer.Return();
        }

        return null;
    }

    /// <summary>An observer that never completes must not keep an aborted connection from ending.</summary>
    private ValueTask DeliverAsync(WebSocketMessageType type, ReadOnlyMemory<byte> payload)
    {
        var delivery = observer.OnMessageAsync(type == WebSocketMessageType.Text ? MessageKind.Text : MessageKind.Binary, payload);
        return delivery.IsCompletedSuccessfully
            ? delivery
            : new ValueTask(readBuffer.ReadAheadAsync(delivery.AsTask().WaitAsync(connection.Dropped), observer.Limits.Message));
    }
}

/// <summary>Why no more messages are read.</summary>
internal enum ReceiveEnd
{
    PeerClosed,
    TooBig,
}
