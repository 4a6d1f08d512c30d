using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using ActorHeartbeat.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;

namespace ActorHeartbeat.Benchmarks.Resilience;

/// <summary>
/// The server of a show. It runs in a process of its own, so that its CPU time is not the client's and a show can stop it.
/// </summary>
public sealed class ShowServer : IAsyncDisposable
{
    private readonly Process _process;

    private ShowServer(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <param name="kind">The arguments of <see cref="RunAsync"/>.</param>
    public static async Task<ShowServer> StartAsync(params string[] kind)
    {
        string[] arguments = [typeof(ShowServer).Assembly.Location, "show-server", .. kind];
        var process = Process.Start(
            new ProcessStartInfo("dotnet", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true }
        )!;
        var port = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the server ended without a word");
        return new ShowServer(process, int.Parse(port, CultureInfo.InvariantCulture));
    }

    /// <summary>Sends a command and returns the answer line.</summary>
    public async Task<string> AskAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        return await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"the server ended at \"{command}\"");
    }

    /// <summary>Stops or continues the process. While it is stopped, its connections stay but nothing is answered.</summary>
    public void Signal(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Runs the server process: prints the port, then answers commands from standard input until it ends.</summary>
    /// <param name="kind"><c>feeds</c>, or <c>numbers RATE</c>.</param>
    public static async Task<int> RunAsync(string[] kind)
    {
        switch (kind)
        {
            case ["feeds"]:
                await FeedsAsync();
                return 0;
            case ["numbers", var rate]:
                await NumbersAsync(double.Parse(rate, CultureInfo.InvariantCulture));
                return 0;
            default:
                return 2;
        }
    }

    // Commands: "down" cuts every connection and refuses handshakes; "up" heals; "attempts" returns the
    // times of the attempts since "down"; "clients" returns the live clients, the peak and the accepts.
    private static async Task FeedsAsync()
    {
        await using var server = await FeedServer.StartAsync(new FeedServerOptions { PingInterval = null });
        var since = DateTimeOffset.MinValue;
        await AnswerAsync(server.Port, command =>
        {
            switch (command)
            {
                case "down":
                    since = TimeProvider.System.GetUtcNow();
                    server.Faults.Refuse(500);
                    return $"{server.Faults.Cut()}";
                case "up":
                    server.Faults.Heal();
                    return "up";
                case "attempts":
                    return string.Join(
                        ' ',
                        server
                            .Histories.SelectMany(history => history.Attempts)
                            .Select(attempt => attempt.At)
                            .Where(at => at >= since)
                            .Order()
                            .Select(at => (at - since).Ticks));
                case "clients":
                    return $"{server.Clients.Count} {server.Histories.Max(history => history.Peak)} "
                        + $"{server.Histories.Max(history => history.Accepts)}";
                default:
                    return "?";
            }
        });
    }

    // Sends the same numbered messages to every client, under any name.
    private static async Task NumbersAsync(double rate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        await using var application = builder.Build();
        var clients = new ConcurrentDictionary<long, WebSocket>();
        long accepted = 0, number = 0;
        var peak = 0;
        application.UseWebSockets();
        application.Run(async http =>
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            var name = Interlocked.Increment(ref accepted);
            clients[name] = socket;
            peak = Math.Max(peak, clients.Count);
            await UntilClosedAsync(socket);
            clients.TryRemove(name, out _);
            if (socket.State == WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        });
        await application.StartAsync();
        using var stop = new CancellationTokenSource();
        var sending = Task.Run(async () =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1 / rate));
            while (!stop.IsCancellationRequested && await timer.WaitForNextTickAsync())
            {
                var message = System.Text.Encoding.UTF8.GetBytes($"{{\"id\":{++number}}}");
                foreach (var socket in clients.Values)
                    await SendAsync(socket, message);
            }
        });
        await AnswerAsync(new Uri(application.Urls.First()).Port, _ => $"{clients.Count} {peak} {accepted} {number}");
        await stop.CancelAsync();
        await sending;
    }

    private static async Task UntilClosedAsync(WebSocket socket)
    {
        try
        {
            while ((await socket.ReceiveAsync(new byte[128], CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (WebSocketException)
        {
            // The client is gone without a Close frame.
        }
    }

    private static async Task SendAsync(WebSocket socket, byte[] message)
    {
        try
        {
            if (socket.State == WebSocketState.Open)
                await socket.SendAsync(message, WebSocketMessageType.Text, true, CancellationToken.None);
        }
        catch (Exception gone) when (gone is WebSocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The socket closed between the check and the send.
        }
    }

    private static async Task AnswerAsync(int port, Func<string, string> answer)
    {
        Console.WriteLine(port);
        // Console.In reads synchronously, even its async methods.
        await Task.Run(() =>
        {
            while (Console.ReadLine() is { } command)
                Console.WriteLine(answer(command));
        });
    }
}
