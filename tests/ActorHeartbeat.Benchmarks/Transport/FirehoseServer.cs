using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace ActorHeartbeat.Benchmarks.Transport;

/// <summary>Upgrades whoever comes; sends text of 128 B without end to <c>/firehose</c> and nothing to anybody else.</summary>
internal static class FirehoseServer
{
    private const int MessageSize = 128;
    private const int MessagesPerWrite = 500;

    /// <summary>Prints its port and serves until its input ends.</summary>
    public static async Task RunAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(backlog: 4096);
        Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
        // Console.In reads synchronously whatever its methods are called.
        var end = Task.Run(Console.ReadLine);
        var firehose = Firehose();
        while (true)
        {
            var accepting = listener.AcceptSocketAsync();
            if (await Task.WhenAny(accepting, end) == end)
                return;
            _ = ServeAsync(await accepting, firehose);
        }
    }

    private static async Task ServeAsync(Socket socket, ReadOnlyMemory<byte> firehose)
    {
        try
        {
            var buffer = new byte[2048];
            var length = 0;
            while (!buffer.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
                length += await socket.ReceiveAsync(buffer.AsMemory(length)) is > 0 and var count ? count : throw new SocketException((int)SocketError.Disconnecting);
            var request = Encoding.ASCII.GetString(buffer, 0, length);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {Accept(request)}\r\n\r\n"));
            while (request.StartsWith("GET /firehose", StringComparison.Ordinal))
                await socket.SendAsync(firehose);
            buffer = null;
            await socket.ReceiveAsync(new byte[1]);
        }
        catch (SocketException)
        {
            // The client has seen enough.
        }
        finally
        {
            socket.Dispose();
        }
    }

    private static string Accept(string request)
    {
        var key = request.Split("\r\n").First(line => line.StartsWith("Sec-WebSocket-Key:", StringComparison.OrdinalIgnoreCase))[18..].Trim();
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
    }

    private static byte[] Firehose()
    {
        byte[] frame = [0x81, 126, 0, MessageSize, .. Enumerable.Repeat((byte)'x', MessageSize)];
        return [.. Enumerable.Repeat(frame, MessagesPerWrite).SelectMany(bytes => bytes)];
    }
}
