using System.Globalization;
using System.Text;
using ActorHeartbeat.Benchmarks.Delivery;
using ActorHeartbeat.Benchmarks.Transport;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.Transport;
using Akka.Actor;
using Akka.Configuration;

namespace ActorHeartbeat.Benchmarks.Subscriptions;

/// <summary>
/// Measures what a key costs that is accepted on an open connection and idle: the managed memory of the process with all keys, less that of
/// an endpoint with one key, each in a process of its own and after full collections. The settings with the names of the keys exist before
/// and are not counted.
/// </summary>
internal static class KeyMemory
{
    private const int Bound = 200;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly (string Name, Func<int, SubscriptionSettings> Words, bool HasData, bool IsRead, bool IsBounded)[] Variants =
    [
        ("accepted", Words, false, false, true),
        ("with data", Words, true, false, true),
        ("with numbered data", Numbered, true, false, true),
        ("with numbered data, and a consumer that reads the key", Numbered, true, true, false),
        ("with numbered data, known by a captured number", Captured, true, false, false),
    ];

    public static async Task<int> RunAsync(int keys)
    {
        var kept = true;
        for (var variant = 0; variant < Variants.Length; variant++)
        {
            var (name, _, _, _, isBounded) = Variants[variant];
            var cost = (await InProcessAsync(variant, keys) - await InProcessAsync(variant, 1)) / (double)(keys - 1);
            kept &= !isBounded || cost < Bound;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{(!isBounded ? "      " : cost < Bound ? "kept  " : "BROKEN")} {keys} keys, {name}: {cost:0} B a key"
                    + $"{(isBounded ? $" (below {Bound})" : "")}"));
        }
        return kept ? 0 : 1;
    }

    /// <summary>Prints what a variant takes in this process, which does nothing else.</summary>
    public static async Task MeasureAsync(int variant, int keys)
    {
        var (_, words, hasData, isRead, _) = Variants[variant];
        await MeasureAsync(words(1), hasData, isRead); // what the first connection of a process makes once
        await Task.Delay(Rest);
        Console.WriteLine((await MeasureAsync(words(keys), hasData, isRead)).ToString(CultureInfo.InvariantCulture));
    }

    private static async Task<long> InProcessAsync(int variant, int keys)
    {
        using var process = new ChildProcess(
            "keys-memory",
            "--variant",
            variant.ToString(CultureInfo.InvariantCulture),
            "--keys",
            keys.ToString(CultureInfo.InvariantCulture));
        return long.Parse(await process.ReadLineAsync(), CultureInfo.InvariantCulture);
    }

    private static SubscriptionSettings Words(int keys) => KeyWords.Trades(keys) with { Stale = TimeSpan.FromSeconds(30) };

    private static SubscriptionSettings Numbered(int keys) => Words(keys) with { Sequence = KeyWords.Numbers };

    private static SubscriptionSettings Captured(int keys) => Numbered(keys) with
    {
        Capture = new([KeyValuePair.Create("chan", ActorHeartbeat.Templates.ValueTemplate.Text("@{/chanId}"))]),
        Data = new MessagePattern.Json([new JsonExpectation("/chan", "\"@{chan}\"")]),
    };

    private static async Task<long> MeasureAsync(SubscriptionSettings words, bool hasData, bool isRead)
    {
        var endpoint = KeyWords.Endpoint(new Uri("ws://feed.test/"), words);
        using var system = ActorSystem.Create(
            "keys", ConfigurationFactory.ParseString("akka.loglevel = ERROR").WithFallback(DedicatedThreadScheduler.Configuration));
        var before = Used();
        var asked = 0;
        var dialer = new OpenDialer(_ => Interlocked.Increment(ref asked));
        var feeds = new FeedRegistry(TimeProvider.System);
        var supervisor = system.ActorOf(
            ConnectionSupervisor.Props(new SupervisorDependencies(dialer, new SecretAttemptResolver(), feeds)), "connections");
        await supervisor.Ask<ConfigurationApplied>(
            new ApplyConfiguration([endpoint], ValueMap<GroupSettings>.Empty, new SupervisorSettings()), Patience);
        var pump = await dialer.Observer.WaitAsync(Patience);
        var accepted = new Accepted(isRead);
        using var listening = feeds.Find(endpoint.Id)!.Subscribe(accepted);
        await UntilAsync(() => Volatile.Read(ref asked) == words.ForEach.Count);
        for (var key = 0; key < words.ForEach.Count; key++)
            await Hear(pump, KeyWords.Accepted(words.ForEach[key], key));
        await UntilAsync(() => accepted.Keys == words.ForEach.Count);
        for (var key = 0; hasData && key < words.ForEach.Count; key++)
            await Hear(pump, KeyWords.Data(words.ForEach[key], key, number: 1));
        if (accepted.Data != (hasData ? words.ForEach.Count : 0))
            throw new InvalidOperationException($"{accepted.Data} messages are known by their keys");
        var cost = Used() - before;
        GC.KeepAlive(dialer);
        await system.Terminate();
        return cost;
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var begun = TimeProvider.System.GetTimestamp(); !holds(); await Task.Delay(10))
        {
            if (TimeProvider.System.GetElapsedTime(begun) > Patience)
                throw new TimeoutException("keys are not asked for, or not accepted");
        }
    }

    private static ValueTask Hear(IConnectionObserver pump, string message) =>
        pump.OnMessageAsync(MessageKind.Text, Encoding.UTF8.GetBytes(message));

    private static long Used()
    {
        for (var round = 0; round < 3; round++)
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private sealed class Accepted(bool reads) : IFeedHandler
    {
        private int _keys, _data;

        public int Keys => Volatile.Read(ref _keys);

        public int Data => Volatile.Read(ref _data);

        public void OnEvent(in FeedEvent feedEvent)
        {
            if (feedEvent.KeyState is { State: "accepted" })
                Interlocked.Increment(ref _keys);
            else if (feedEvent.IsMessage && (!reads || feedEvent.Subscription is not null))
                Interlocked.Increment(ref _data);
        }
    }
}
