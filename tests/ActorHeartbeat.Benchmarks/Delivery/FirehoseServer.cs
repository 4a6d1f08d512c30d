using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ActorHeartbeat.Benchmarks.Delivery;

/// <summary>
/// A WebSocket server that costs its own process as little as possible: answers the handshake (RFC 6455 section 4.2.2), then sends
/// frames of one size until the client goes. To be run in another process than what is measured.
/// </summary>
internal static partial class FirehoseServer
{
    public static async Task ServeAsync(int port, int payloadSize)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        Console.WriteLine($"ws://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        var frames = FrameStream.Frames(payloadSize);
        while (true)
            await Task.WhenAny(ServeClientAsync(await listener.AcceptSocketAsync(), frames), Task.CompletedTask);
    }

    private static async Task ServeClientAsync(Socket client, byte[] frames)
    {
        using var stream = new NetworkStream(client, ownsSocket: true);
        try
        {
            var request = new byte[4096];
            var length = 0;
            while (!Encoding.ASCII.GetString(request, 0, length).EndsWith("\r\n\r\n", StringComparison.Ordinal))
                length += await stream.ReadAsync(request.AsMemory(length));
            var key = Key().Match(Encoding.ASCII.GetString(request, 0, length)).Groups[1].Value;
            var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"));
            while (true)
                await stream.WriteAsync(frames);
        }
        catch (IOException)
        {
            // The client has gone.
        }
    }

    [GeneratedRegex("Sec-WebSocket-Key: *(\\S+)", RegexOptions.IgnoreCase)]
    private static partial Regex Key();
}
