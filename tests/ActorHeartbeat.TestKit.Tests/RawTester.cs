using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ActorHeartbeat.TestKit.Tests;

/// <summary>A WebSocket client that works on frames. Every wait has a deadline.</summary>
internal sealed class RawTester : IAsyncDisposable
{
    private readonly CancellationTokenSource _deadline = new(WebSocketTester.Deadline);
    private readonly NetworkStream _stream;
    private readonly FrameReader _frames;

    private RawTester(Socket socket)
    {
        Socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _frames = new FrameReader(PipeReader.Create(_stream), 64 * 1024 * 1024);
    }

    public Socket Socket { get; }

    /// <summary>The status line and headers of the handshake's answer.</summary>
    public string Head { get; private set; } = "";

    public static async Task<RawTester> DialAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var deadline = new CancellationTokenSource(WebSocketTester.Deadline);
        await socket.ConnectAsync(IPAddress.Loopback, port, deadline.Token);
        return new RawTester(socket);
    }

    public static async Task<RawTester> ConnectAsync(Uri url)
    {
        var tester = await DialAsync(url.Port);
        await tester.HandshakeAsync(url.PathAndQuery);
        return tester;
    }

    public async Task HandshakeAsync(string target = "/")
    {
        await SendBytesAsync(Encoding.ASCII.GetBytes(
            $"GET {target} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"));
        Head = await ReadHeadAsync();
    }

    public async Task SendBytesAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes, _deadline.Token);

    public Task SendAsync(Frame frame) => SendBytesAsync((frame with { Mask = 0x01020304 }).ToBytes());

    /// <summary>Reads the next frame; null at the end of the stream.</summary>
    public async Task<Frame?> ReceiveAsync() => await _frames.ReadAsync(_deadline.Token);

    public async Task<int> ReadAsync(Memory<byte> buffer) => await _stream.ReadAsync(buffer, _deadline.Token);

    /// <summary>Closes the socket with RST.</summary>
    public void Reset() => Socket.Close(0);

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _deadline.Dispose();
    }

    private async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await ReadAsync(one) == 1)
            head.Append((char)one[0]);
        return head.ToString();
    }
}
