using System.Net.WebSockets;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;
using ActorHeartbeat.Transport.WebSockets;

namespace ActorHeartbeat.Benchmarks.Transport;

/// <summary>
/// Compares the CPU time per message of 128 B in this process, ours against the plainest pump. The other process sends without pause.
/// </summary>
internal static class ReceiveBenchmark
{
    private const int Rounds = 5;

    public static async Task RunAsync(TimeSpan duration)
    {
        PumpMeter.Prepare();
        using var server = new ChildProcess("transport", "server");
        var url = new Uri($"ws://127.0.0.1:{await server.ReadLineAsync()}/firehose");
        Console.WriteLine("receive, 128 B text   plain us/msg   ours us/msg   ratio (CPU)   plain msg/s   ours msg/s");
        foreach (var connections in (int[])[1, 100])
        {
            var rounds = new List<(PumpCost Plain, PumpCost Ours)>();
            for (var round = -1; round < Rounds; round++)
            {
                var pair = (
                    await PumpMeter.MeasureAsync(PlainAsync, url, connections, duration),
                    await PumpMeter.MeasureAsync(OursAsync, url, connections, duration));
                if (round >= 0)
                    rounds.Add(pair);
            }

            var median = rounds.OrderBy(pair => pair.Ours.MicrosecondsPerMessage / pair.Plain.MicrosecondsPerMessage).ElementAt(Rounds / 2);
            Console.WriteLine(
                $"{connections,4} connections       {median.Plain.MicrosecondsPerMessage,12:0.000}   "
                    + $"{median.Ours.MicrosecondsPerMessage,11:0.000}   "
                    + $"{median.Ours.MicrosecondsPerMessage / median.Plain.MicrosecondsPerMessage,11:0.00}   "
                    + $"{median.Plain.MessagesPerSecond,11:n0}   {median.Ours.MessagesPerSecond,10:n0}");
        }
    }

    public static async Task PlainAsync(Uri url, int connections, PumpCounter counter, CancellationToken stop)
    {
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        await Task.WhenAll(Enumerable.Range(0, connections).Select(index => Task.Run(async () =>
        {
            using var socket = new ClientWebSocket();
            socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
            await socket.ConnectAsync(url, invoker, CancellationToken.None);
            var buffer = new byte[4096];
            while (!stop.IsCancellationRequested)
            {
                if ((await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).EndOfMessage)
                    counter.Add(index);
            }

            socket.Abort();
        }, CancellationToken.None)));
    }

    private static async Task OursAsync(Uri url, int connections, PumpCounter counter, CancellationToken stop)
    {
        using var dialer = new ClientWebSocketDialer();
        var settings = new EndpointSettings { Id = new EndpointId("firehose"), Url = url, Proxy = ProxySettings.None };
        var sinks = Enumerable.Range(0, connections).Select(index => new CountingSink(counter, index)).ToList();
        var opened = await Task.WhenAll(
            sinks.Select(observer => dialer.DialAsync(new DialRequest(settings, url, []), observer, CancellationToken.None)));
        foreach (var result in opened)
            ((DialResult.Connected)result).Connection.Start();
        await Task.Delay(Timeout.Infinite, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
        foreach (var result in opened)
            ((DialResult.Connected)result).Connection.Abort();
        await Task.WhenAll(sinks.Select(observer => observer.Ended));
    }

    private sealed class CountingSink(PumpCounter counter, int index) : IConnectionObserver
    {
        private readonly TaskCompletionSource _ended = new();

        public LimitSettings Limits { get; } = new();

        public Task Ended => _ended.Task;

        public void OnActivity()
        {
        }

        public ValueTask OnMessageAsync(MessageKind kind, ReadOnlyMemory<byte> payload)
        {
            counter.Add(index);
            return ValueTask.CompletedTask;
        }

        public void OnPong(ReadOnlySpan<byte> payload)
        {
        }

        public void OnEnded(ConnectionEnd end) => _ended.TrySetResult();
    }
}
