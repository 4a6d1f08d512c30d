using System.Globalization;
using System.Net.WebSockets;
using System.Threading.Channels;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Benchmarks.Delivery;

/// <summary>
/// Measures what delivery adds to a bare receive loop. All variants run the framework's own WebSocket over
/// frames in memory. Without a kernel the loop is as cheap as possible, so the ratios are the worst case.
/// <c>cpu</c> measures over real sockets. Options: <c>--connections N --messages N --size BYTES --rounds N</c>.
/// </summary>
public static class DeliveryBenchmarks
{
    private const int QueueCapacity = 1024;

    private delegate Task Variant(Pump pump, int messages);

    /// <summary>The socket and the feed of one connection.</summary>
    private sealed record Pump(FrameStream Frames, WebSocket Socket, FeedRegistry Registry, Feed Feed);

    public static async Task<int> Run(string[] args)
    {
        var (connections, messages, size, rounds) = (
            Option(args, "connections", 1), Option(args, "messages", 3_000_000), Option(args, "size", 128), Option(args, "rounds", 5));
        var perConnection = messages / connections;
        (string Name, Variant Variant)[] variants =
        [
            ("bare pump", Bare),
            ("feed, inline handler", InlineHandler),
            ("feed, inline, clock per message", InlineHandlerStampingMessages),
            ("feed, nobody subscribed", NobodySubscribed),
            ("exact copy + bounded channel", CopyAndChannel),
            ("feed, async enumerable", AsyncEnumerable),
            ("feed, async enumerable, no replay", AsyncEnumerableWithoutReplay),
        ];

        var results = variants.ToDictionary(variant => variant.Name, _ => new List<(double Cpu, double Wall)>());
        for (var round = -1; round < rounds; round++)
        {
            foreach (var (name, variant) in variants)
            {
                var cost = await MeasureAsync(variant, connections, perConnection, size);
                if (round >= 0)
                    results[name].Add(cost);
            }
        }

        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{connections} connections, {size} B, {messages} messages, median of {rounds}"));
        var bare = Median(results["bare pump"], cost => cost.Cpu);
        var channel = Median(results["exact copy + bounded channel"], cost => cost.Cpu);
        foreach (var (name, costs) in results)
        {
            var cpu = Median(costs, cost => cost.Cpu);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name,-36} cpu {cpu,6:0.000} us  wall {Median(costs, cost => cost.Wall),6:0.000} us  x bare "
                        + $"{cpu / bare,5:0.00}  x channel {cpu / channel,5:0.00}"));
        }
        return 0;
    }

    private static async Task<(double Cpu, double Wall)> MeasureAsync(Variant variant, int connections, int messages, int size)
    {
        var registry = new FeedRegistry(TimeProvider.System);
        var pumps = new List<Pump>();
        for (var number = 0; number < connections; number++)
        {
            var frames = new FrameStream(size);
            var socket = WebSocket.CreateFromStream(new BufferedStream(frames, 8192), isServer: false, null, Timeout.InfiniteTimeSpan);
            pumps.Add(
                new Pump(
                    frames,
                    socket,
                    registry,
                    registry.GetOrAdd(new EndpointId($"e{number}"), new LimitSettings { Overflow = OverflowPolicy.PauseReading })));
        }
        GC.Collect();
        var (cpu, start) = (Environment.CpuUsage.TotalTime, TimeProvider.System.GetTimestamp());
        await Task.WhenAll(pumps.Select(pump => Task.Run(() => variant(pump, messages))));
        var (used, elapsed) = (Environment.CpuUsage.TotalTime - cpu, TimeProvider.System.GetElapsedTime(start));
        pumps.ForEach(pump => pump.Socket.Dispose());
        var total = (double)messages * connections;
        return (used.TotalMicroseconds / total, elapsed.TotalMicroseconds / total);
    }

    private static async Task Bare(Pump pump, int messages)
    {
        var buffer = new byte[4096];
        long bytes = 0;
        for (var count = 0; count < messages; count++)
            bytes += (await pump.Socket.ReceiveAsync(buffer.AsMemory(), default)).Count;
        GC.KeepAlive(bytes);
    }

    private static async Task PublishAll(Pump pump, int messages, bool stampsReads = true)
    {
        var buffer = new byte[4096];
        var writer = pump.Feed.Begin();
        if (stampsReads)
            pump.Frames.OnRead = writer.Received;
        for (var count = 0; count < messages; count++)
        {
            var received = await pump.Socket.ReceiveAsync(buffer.AsMemory(), default);
            await writer.PublishAsync(MessageKind.Text, buffer.AsMemory(0, received.Count));
        }
    }

    private static async Task InlineHandler(Pump pump, int messages)
    {
        using var subscription = pump.Feed.Subscribe(new Counter());
        await PublishAll(pump, messages);
    }

    private static async Task InlineHandlerStampingMessages(Pump pump, int messages)
    {
        using var subscription = pump.Feed.Subscribe(new Counter());
        await PublishAll(pump, messages, stampsReads: false);
    }

    private static Task NobodySubscribed(Pump pump, int messages) => PublishAll(pump, messages);

    private static async Task CopyAndChannel(Pump pump, int messages)
    {
        var channel = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(QueueCapacity) { SingleReader = true, SingleWriter = true });
        var reader = Task.Run(async () =>
        {
            long bytes = 0;
            await foreach (var message in channel.Reader.ReadAllAsync())
                bytes += message.Length;
            return bytes;
        });
        var buffer = new byte[4096];
        for (var count = 0; count < messages; count++)
        {
            var received = await pump.Socket.ReceiveAsync(buffer.AsMemory(), default);
            await channel.Writer.WriteAsync(buffer.AsSpan(0, received.Count).ToArray());
        }
        channel.Writer.Complete();
        await reader;
    }

    private static async Task AsyncEnumerable(Pump pump, int messages)
    {
        var subscription = pump.Registry.Subscribe(pump.Feed.Endpoint, new SubscriptionOptions { Capacity = QueueCapacity });
        var reader = Task.Run(async () =>
        {
            long bytes = 0;
            await foreach (var feedEvent in subscription)
                bytes += feedEvent.Payload.Length;
            return bytes;
        });
        await PublishAll(pump, messages);
        pump.Feed.Drain("done");
        await reader;
    }

    private static Task AsyncEnumerableWithoutReplay(Pump pump, int messages)
    {
        pump.Feed.Configure(new LimitSettings { Overflow = OverflowPolicy.PauseReading, Replay = 0 });
        return AsyncEnumerable(pump, messages);
    }

    private static double Median(List<(double Cpu, double Wall)> costs, Func<(double Cpu, double Wall), double> of) =>
        costs.Select(of).Order().ElementAt(costs.Count / 2);

    private static int Option(string[] args, string name, int otherwise)
    {
        var at = Array.IndexOf(args, $"--{name}");
        return at >= 0 ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
    }

    private sealed class Counter : IFeedHandler
    {
        public long Bytes { get; private set; }

        public void OnEvent(in FeedEvent feedEvent) => Bytes += feedEvent.Payload.Length;
    }
}
