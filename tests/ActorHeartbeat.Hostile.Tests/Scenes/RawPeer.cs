using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace ActorHeartbeat.Hostile.Tests.Scenes;

/// <summary>
/// A peer that answers a handshake with any bytes at all, and then sends any more. It reads until the client is gone, and keeps what it
/// read.
/// </summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 section 1.3

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<string, byte[]> _answer;
    private readonly Task _serving;
    private int _connections;

    /// <param name="answer">The answer to a handshake, of which it receives the head.</param>
    public RawPeer(Func<string, byte[]> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = AcceptAsync(_stopping.Token);
    }

    public string Url => $"ws://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/";

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>The bytes that the client sent after its first handshake, so far.</summary>
    public MemoryStream Received { get; } = new();

    /// <summary>Accepts the handshake, and sends more after it.</summary>
    public static Func<string, byte[]> Accepting(params byte[] more) => request =>
    [
        .. Encoding.Latin1.GetBytes(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + $"Sec-WebSocket-Accept: {AcceptKey(request)}\r\n\r\n"),
        .. more,
    ];

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _serving;
        _stopping.Dispose();
    }

    private static string AcceptKey(string request)
    {
        var key = request.Split("\r\n").First(line => line.StartsWith("Sec-WebSocket-Key:", StringComparison.OrdinalIgnoreCase))[18..];
#pragma warning disable CA5350 // RFC 6455 fixes SHA-1 here
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key.Trim() + Guid)));
#pragma warning restore CA5350
    }

    private async Task AcceptAsync(CancellationToken stopping)
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(ServeAsync(await _listener.AcceptSocketAsync(stopping), ++_connections == 1, stopping));
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket, bool isFirst, CancellationToken stopping)
    {
        try
        {
            using var client = socket;
            var head = new StringBuilder();
            var buffer = new byte[4096];
            while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                if (await client.ReceiveAsync(buffer, stopping) is not (> 0 and var count))
                    return;
                head.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
            await client.SendAsync(_answer(head.ToString()), stopping);
            client.Shutdown(SocketShutdown.Send);
            while (await client.ReceiveAsync(buffer, stopping) is > 0 and var more)
            {
                if (isFirst)
                    Received.Write(buffer, 0, more);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or SocketException)
        {
            // The client or the test is gone.
        }
    }
}
