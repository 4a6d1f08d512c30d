using System.Net.WebSockets;

namespace ActorHeartbeat.Transport.WebSockets;

/// <summary>Writes a message in frames small enough that a ping need not wait for the whole of it.</summary>
internal static class FramedWriter
{
    /// <summary>Small enough for a socket to take in a moment, and large enough that the frame header costs next to nothing.</summary>
    public const int MaxFrame = 64 * 1024;

    public static async ValueTask WriteAsync(
        WebSocket socket, ReadOnlyMemory<byte> payload, WebSocketMessageType type, WebSocketMessageFlags flags)
    {
        for (; payload.Length > MaxFrame; payload = payload[MaxFrame..])
            await socket.SendAsync(payload[..MaxFrame], type, flags, CancellationToken.None).ConfigureAwait(false);
        await socket.SendAsync(payload, type, flags | WebSocketMessageFlags.EndOfMessage, CancellationToken.None).ConfigureAwait(false);
    }
}
