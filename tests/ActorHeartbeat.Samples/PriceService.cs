using System.Net.WebSockets;
using System.Text;

namespace ActorHeartbeat.Samples;

/// <summary>Stands for the backend service in the README's example: connects, counts prices and reconnects.</summary>
internal sealed class PriceService : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public PriceService(Uri url)
    {
        _running = RunAsync(url);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync(Uri url)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var socket = new ClientWebSocket();
                await socket.ConnectAsync(url, _stopping.Token);
                await socket.SendAsync(Encoding.UTF8.GetBytes("ping"), WebSocketMessageType.Text, endOfMessage: true, _stopping.Token);
                var buffer = new byte[4096];
                while ((await socket.ReceiveAsync(buffer, _stopping.Token)).MessageType != WebSocketMessageType.Close)
                {
                    // The real service works here.
                }
            }
            catch (Exception ended) when (ended is WebSocketException or OperationCanceledException)
            {
                await Task.Yield();
            }
        }
    }
}
