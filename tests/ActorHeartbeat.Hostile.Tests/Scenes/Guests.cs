using System.Net.Sockets;
using System.Text;

namespace ActorHeartbeat.Hostile.Tests.Scenes;

/// <summary>Connections to the API that ask for less than they take.</summary>
internal sealed class Guests(Uri api) : IDisposable
{
    private const int Crowd = 400;

    private readonly List<TcpClient> _clients = [];
    private readonly CancellationTokenSource _leaving = new();

    /// <summary>Guests who connect, send what they say, and then neither send nor read.</summary>
    public async Task ComeAsync(int count, string says = "")
    {
        for (var number = 0; number < count; number++)
        {
            var guest = new TcpClient { ReceiveBufferSize = 4096 };
            _clients.Add(guest);
            try
            {
                await guest.ConnectAsync(api.Host, api.Port);
                await guest.GetStream().WriteAsync(Encoding.Latin1.GetBytes(says));
            }
            catch (Exception refused) when (refused is SocketException or IOException)
            {
                // The service may refuse a guest.
            }
        }
    }

    /// <summary>A guest who sends a request, one byte each time, until he leaves or is dropped.</summary>
    public async Task ComeSlowlyAsync(TimeSpan pace, string says)
    {
        await ComeAsync(1);
        _ = SpeakAsync(_clients[^1], pace, says, _leaving.Token); // ends when the guest leaves
    }

    /// <summary>Guests who come at this pace, each saying the next of these, until they are told to leave; the latest stay.</summary>
    public void Flood(TimeSpan pace, params string[] says) => _ = FloodAsync(pace, says, _leaving.Token); // ends when the guests leave

    /// <summary>Sends bytes to a new connection, and returns the head of the answer; empty when the other side ended without one.</summary>
    public async Task<string> AskAsync(string says, TimeSpan patience)
    {
        using var guest = new TcpClient();
        using var deadline = new CancellationTokenSource(patience);
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            await guest.ConnectAsync(api.Host, api.Port, deadline.Token);
            await guest.GetStream().WriteAsync(Encoding.Latin1.GetBytes(says), deadline.Token);
            while (!answer.ToString().Contains("\r\n\r\n", StringComparison.Ordinal)
                && await guest.GetStream().ReadAsync(buffer, deadline.Token) is > 0 and var count)
                answer.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        catch (Exception over) when (over is SocketException or IOException or OperationCanceledException)
        {
            // Reset, or kept open longer than was waited.
        }
        return answer.ToString();
    }

    public void Dispose()
    {
        _leaving.Cancel();
        _clients.ForEach(guest => guest.Dispose());
        _leaving.Dispose();
    }

    private async Task FloodAsync(TimeSpan pace, string[] says, CancellationToken leaving)
    {
        using var beat = new PeriodicTimer(pace);
        var crowd = new Queue<TcpClient>();
        for (var number = 0; !leaving.IsCancellationRequested; number++)
        {
            var guest = new TcpClient { ReceiveBufferSize = 4096 };
            crowd.Enqueue(guest);
            try
            {
                await guest.ConnectAsync(api.Host, api.Port, leaving);
                await guest.GetStream().WriteAsync(Encoding.Latin1.GetBytes(says[number % says.Length]), leaving);
            }
            catch (Exception over) when (over is SocketException or IOException or OperationCanceledException)
            {
                // Refused or dropped, or the flood is over.
            }
            if (crowd.Count > Crowd)
                crowd.Dequeue().Dispose();
            await beat.WaitForNextTickAsync(CancellationToken.None); // refused guests come no faster
        }
        foreach (var guest in crowd)
            guest.Dispose();
    }

    private static async Task SpeakAsync(TcpClient guest, TimeSpan pace, string says, CancellationToken leaving)
    {
        try
        {
            foreach (var letter in Encoding.Latin1.GetBytes(says))
            {
                await guest.GetStream().WriteAsync(new[] { letter }, leaving);
                await Task.Delay(pace, leaving);
            }
        }
        catch (Exception over)
            when (over is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // Dropped, or the guest has left.
        }
    }
}
