using System.Globalization;
using System.Net.WebSockets;
using System.Threading.Channels;
using ActorHeartbeat.Benchmarks.Transport;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Benchmarks.Delivery;

/// <summary>
/// Compares the CPU time per message of 128 B over real sockets: supervised endpoints against
/// the plainest pumps, in alternating rounds of one run. The server sends as fast as it can.
/// </summary>
internal static class CpuShow
{
    private const double HandlerTarget = 1.0;
    private const double EnumerableTarget = 1.1;
    private const int QueueCapacity = 1024;

    public static async Task<int> RunAsync(TimeSpan duration, int rounds)
    {
        PumpMeter.Prepare();
        using var server = new ChildProcess("transport", "server");
        var url = new Uri($"ws://127.0.0.1:{await server.ReadLineAsync()}/firehose");
        var promises = new List<(bool, string)>();
        foreach (var connections in (int[])[1, 100])
        {
            promises.Add(
                await CompareAsync("an inline handler against a plain pump", HandlerTarget, ReceiveBenchmark.PlainAsync, HandleAsync));
            promises.Add(
                await CompareAsync(
                    "an async enumerable against a plain pump, exact copy and bounded channel",
                    EnumerableTarget,
                    CopyAsync,
                    EnumerateAsync));

            async Task<(bool, string)> CompareAsync(
                string what,
                double target,
                Func<Uri, int, PumpCounter, CancellationToken, Task> plain,
                Func<Uri, int, PumpCounter, CancellationToken, Task> ours)
            {
                var pairs = new List<(PumpCost Plain, PumpCost Ours, double Ratio)>();
                for (var round = -1; round < rounds; round++)
                {
                    var (one, other) = (
                        await PumpMeter.MeasureAsync(plain, url, connections, duration),
                        await PumpMeter.MeasureAsync(ours, url, connections, duration));
                    if (round >= 0)
                        pairs.Add((one, other, other.MicrosecondsPerMessage / one.MicrosecondsPerMessage));
                }
                var (plainCost, oursCost, ratio) = pairs.OrderBy(pair => pair.Ratio).ElementAt(pairs.Count / 2);
                return (
                    ratio <= target,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{connections,3} connections, {what}: {ratio:0.00} x (at most {target}), "
                            + $"{oursCost.MicrosecondsPerMessage:0.000} us against {plainCost.MicrosecondsPerMessage:0.000} us, "
                            + $"{oursCost.MessagesPerSecond:n0} messages/s against {plainCost.MessagesPerSecond:n0}"));
            }
        }
        return DeliveryShows.Verdict([.. promises]);
    }

    private static async Task HandleAsync(Uri url, int connections, PumpCounter counter, CancellationToken stop)
    {
        await using var supervised = new Supervised(connections, _ => url);
        await supervised.StartAsync();
        for (var index = 0; index < connections; index++)
            supervised.Feeds.Find(Supervised.IdOf(index))!.Subscribe(new CountingHandler(counter, index)); // the feeds exist by now
        await UntilAsync(stop);
        await supervised.DrainAsync();
    }

    private static async Task EnumerateAsync(Uri url, int connections, PumpCounter counter, CancellationToken stop)
    {
        await using var supervised = new Supervised(connections, _ => url);
        var options = new SubscriptionOptions { Capacity = QueueCapacity, Overflow = OverflowPolicy.PauseReading };
        var reading = Enumerable.Range(0, connections).Select(index => Task.Run(
            async () =>
            {
                await foreach (var feedEvent in supervised.Feeds.Subscribe(Supervised.IdOf(index), options))
                {
                    if (feedEvent.IsMessage)
                        counter.Add(index);
                }
            },
            CancellationToken.None)).ToArray();
        await supervised.StartAsync();
        await UntilAsync(stop);
        await supervised.DrainAsync();
        await Task.WhenAll(reading);
    }

    private static async Task CopyAsync(Uri url, int connections, PumpCounter counter, CancellationToken stop)
    {
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        await Task.WhenAll(
            Enumerable
                .Range(0, connections)
                .Select(index => Task.Run(() => CopyAsync(url, invoker, counter, index, stop), CancellationToken.None)));
    }

    private static async Task CopyAsync(Uri url, HttpMessageInvoker invoker, PumpCounter counter, int index, CancellationToken stop)
    {
        var channel = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(QueueCapacity) { SingleReader = true, SingleWriter = true });
        var reading = Task.Run(
            async () =>
            {
                await foreach (var message in channel.Reader.ReadAllAsync(CancellationToken.None))
                    counter.Add(index);
            },
            CancellationToken.None);
        using var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        await socket.ConnectAsync(url, invoker, CancellationToken.None);
        var buffer = new byte[4096];
        var length = 0;
        while (!stop.IsCancellationRequested)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
            length += part.Count;
            if (!part.EndOfMessage)
                continue;
            await channel.Writer.WriteAsync(buffer.AsSpan(0, length).ToArray(), CancellationToken.None);
            length = 0;
        }
        socket.Abort();
        channel.Writer.Complete();
        await reading;
    }

    private static Task UntilAsync(CancellationToken stop) =>
        Task.Delay(Timeout.Infinite, stop).ContinueWith(static _ => { }, TaskScheduler.Default);

    private sealed class CountingHandler(PumpCounter counter, int index) : IFeedHandler
    {
        public void OnEvent(in FeedEvent feedEvent)
        {
            if (feedEvent.IsMessage)
                counter.Add(index);
        }
    }
}
