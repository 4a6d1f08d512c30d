using System.Net.WebSockets;
using System.Text;

namespace ActorHeartbeat.TestKit.Tests;

/// <summary>A plain ClientWebSocket with a deadline for every wait.</summary>
internal sealed class WebSocketTester : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _deadline = new(Deadline);
    private readonly byte[] _buffer = new byte[64 * 1024];

    public ClientWebSocket Socket { get; } = new();

    public static async Task<WebSocketTester> ConnectAsync(Uri url, Action<ClientWebSocketOptions>? configure = null)
    {
        var tester = new WebSocketTester();
        tester.Socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        tester.Socket.Options.CollectHttpResponseDetails = true;
        configure?.Invoke(tester.Socket.Options);
        try
        {
            await tester.Socket.ConnectAsync(url, tester._deadline.Token);
            return tester;
        }
        catch
        {
            await tester.DisposeAsync();
            throw;
        }
    }

    public Task SendAsync(string text) =>
        Socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, _deadline.Token);

    /// <summary>Receives the next message as text, or "close CODE REASON".</summary>
    public async Task<string> ReceiveAsync()
    {
        var length = 0;
        while (true)
        {
            var result = await Socket.ReceiveAsync(_buffer.AsMemory(length), _deadline.Token);
            length += result.Count;
            if (result.MessageType == WebSocketMessageType.Close)
                return $"close {(int?)Socket.CloseStatus ?? 1005} {Socket.CloseStatusDescription}".TrimEnd();
            if (result.EndOfMessage)
                return Encoding.UTF8.GetString(_buffer, 0, length);
        }
    }

    public async Task<string> AskAsync(string text)
    {
        await SendAsync(text);
        return await ReceiveAsync();
    }

    public Task CloseAsync(int code = 1000) => Socket.CloseAsync((WebSocketCloseStatus)code, "bye", _deadline.Token);

    public ValueTask DisposeAsync()
    {
        Socket.Dispose();
        _deadline.Dispose();
        return default;
    }
}
