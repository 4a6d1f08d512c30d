using System.Globalization;
using System.Net.Sockets;
using System.Net.WebSockets;
using ActorHeartbeat.Benchmarks.Delivery;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;
using ActorHeartbeat.Transport.WebSockets;

namespace ActorHeartbeat.Benchmarks.Transport;

/// <summary>Measures the resident memory per idle connection, for each kind in a process of its own.</summary>
internal static class IdleMemoryBenchmark
{
    private const int AtOnce = 50;

    /// <summary>Connections opened before the measurement, so that shared costs do not count.</summary>
    private const int WarmUp = 200;

    /// <summary>Returns 0 when an idle connection takes at most twice the memory of a raw socket plus 4 KB.</summary>
    public static async Task<int> RunAsync(int connections)
    {
        using var server = new ChildProcess("transport", "server");
        var port = await server.ReadLineAsync();
        Console.WriteLine($"idle memory, {connections} connections, client side, KB a connection");
        var resident = new Dictionary<string, double>();
        foreach (var variant in (string[])["socket", "plain", "ours"])
        {
            using var client = new ChildProcess("transport", "idle", variant, connections.ToString(), port);
            var (all, managed) = (await NumberAsync(client), await NumberAsync(client));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {variant,-6} {all,6:0.0}, {managed,5:0.0} of it managed"));
            resident[variant] = all;
        }
        var most = (2 * resident["socket"]) + 4;
        return DeliveryShows.Verdict(
            (
                resident["ours"] <= most,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"an idle connection has {resident["ours"]:0.0} KB, at most twice a raw socket and 4 KB: {most:0.0} KB")));
    }

    private static async Task<double> NumberAsync(ChildProcess client) =>
        double.Parse(await client.ReadLineAsync(), CultureInfo.InvariantCulture);

    public static async Task MeasureAsync(string variant, int connections, int port)
    {
        var url = new Uri($"ws://127.0.0.1:{port}/idle");
        using var dialer = new ClientWebSocketDialer();
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        Func<Task<object>> open = variant switch
        {
            "socket" => () => OpenSocketAsync(url),
            "plain" => () => OpenPlainAsync(url, invoker),
            _ => () => OpenOursAsync(url, dialer),
        };
        var kept = new List<object>(connections + WarmUp);
        await OpenAsync(kept, open, WarmUp);
        var (resident, managed) = (Resident(), GC.GetTotalMemory(false));
        await OpenAsync(kept, open, connections);
        (resident, managed) = (Resident() - resident, GC.GetTotalMemory(false) - managed);
        foreach (var grown in (long[])[resident, managed])
            Console.WriteLine((grown / 1024.0 / connections).ToString(CultureInfo.InvariantCulture));
        GC.KeepAlive(kept);
        await Console.In.ReadLineAsync();
    }

    private static async Task OpenAsync(List<object> kept, Func<Task<object>> open, int count)
    {
        for (var opened = 0; opened < count; opened += AtOnce)
            kept.AddRange(await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => open())));
    }

    private static long Resident()
    {
        for (var round = 0; round < 3; round++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return Environment.WorkingSet;
    }

    private static async Task<object> OpenSocketAsync(Uri url)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(url.Host, url.Port);
        return (socket, socket.ReceiveAsync(Memory<byte>.Empty).AsTask());
    }

    private static async Task<object> OpenPlainAsync(Uri url, HttpMessageInvoker invoker)
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        await socket.ConnectAsync(url, invoker, CancellationToken.None);
        return (socket, socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None).AsTask());
    }

    private static async Task<object> OpenOursAsync(Uri url, ClientWebSocketDialer dialer)
    {
        var settings = new EndpointSettings
        {
            Id = new EndpointId("idle"),
            Url = url,
            Proxy = ProxySettings.None,
        };
        var connected = (DialResult.Connected)
            await dialer.DialAsync(new DialRequest(settings, url, []), new QuietSink(), CancellationToken.None);
        connected.Connection.Start();
        return connected.Connection;
    }

    private sealed class QuietSink : IConnectionObserver
    {
        public LimitSettings Limits { get; } = new();

        public void OnActivity()
        {
        }

        public ValueTask OnMessageAsync(MessageKind kind, ReadOnlyMemory<byte> payload) => ValueTask.CompletedTask;

        public void OnPong(ReadOnlySpan<byte> payload)
        {
        }

        public void OnEnded(ConnectionEnd end)
        {
        }
    }
}
