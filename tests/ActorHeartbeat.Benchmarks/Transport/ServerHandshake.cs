using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace ActorHeartbeat.Benchmarks.Transport;

/// <summary>The server's half of the opening handshake (RFC 6455 section 4.2.2), kept as cheap as possible.</summary>
internal static class ServerHandshake
{
    /// <summary>Accepts any request and returns its path.</summary>
    /// <exception cref="SocketException">The client has gone.</exception>
    public static Task<string> AcceptAsync(Socket socket) =>
        AcceptAsync(buffer => socket.ReceiveAsync(buffer), async answer => await socket.SendAsync(answer));

    /// <inheritdoc cref="AcceptAsync(Socket)"/>
    public static Task<string> AcceptAsync(Stream stream) =>
        AcceptAsync(buffer => stream.ReadAsync(buffer), answer => stream.WriteAsync(answer));

    private static async Task<string> AcceptAsync(Func<Memory<byte>, ValueTask<int>> receive, Func<ReadOnlyMemory<byte>, ValueTask> send)
    {
        var buffer = new byte[2048];
        var length = 0;
        while (!buffer.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
            length += await receive(buffer.AsMemory(length)) is > 0 and var count
                ? count
                : throw new SocketException((int)SocketError.Disconnecting);
        var request = Encoding.ASCII.GetString(buffer, 0, length);
        await send(
            Encoding.ASCII.GetBytes(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: "
                    + $"{Accept(request)}\r\n\r\n"));
        return request.Split(' ')[1];
    }

    private static string Accept(string request)
    {
        var key = request
            .Split("\r\n")
            .First(line => line.StartsWith("Sec-WebSocket-Key:", StringComparison.OrdinalIgnoreCase))[18..]
            .Trim();
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
    }
}
