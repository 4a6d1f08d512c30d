using System.Net;
using System.Net.Sockets;

namespace ActorHeartbeat.Benchmarks.Transport;

/// <summary>Accepts every handshake, sends endless text messages of 128 B to <c>/firehose</c>, and sends nothing to other paths.</summary>
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
        // Console.In reads synchronously, even its async methods.
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
            var path = await ServerHandshake.AcceptAsync(socket);
            while (path == "/firehose")
                await socket.SendAsync(firehose);
            await socket.ReceiveAsync(new byte[1]);
        }
        catch (SocketException)
        {
            // The client has closed the connection.
        }
        finally
        {
            socket.Dispose();
        }
    }

    private static byte[] Firehose()
    {
        byte[] frame = [0x81, 126, 0, MessageSize, .. Enumerable.Repeat((byte)'x', MessageSize)];
        return [.. Enumerable.Repeat(frame, MessagesPerWrite).SelectMany(bytes => bytes)];
    }
}
