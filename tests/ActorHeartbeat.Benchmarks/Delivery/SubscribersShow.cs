using System.Globalization;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Benchmarks.Delivery;

/// <summary>
/// What one subscriber of a feed costs beside few and many others: memory while it waits, and processor time per message that it reads.
/// Messages come in bursts, in memory, and each burst is read by all before the next.
/// </summary>
internal static class SubscribersShow
{
    private const int Burst = 100;
    private const int Size = 128;
    private const int Rounds = 5;
    private const int Deliveries = 2_000_000; // of each round, however many read

    /// <summary>The most that a subscriber among many may cost, over one alone.</summary>
    private const double Most = 1.1;

    private static readonly int[] Counts = [1, 10, 100, 1000];

    public static async Task<int> RunAsync()
    {
        Remember(Counts[0]); // what the first use of a type takes is not counted
        double[] bytes = [.. Counts.Select(Remember)];
        var costs = new List<double>();
        foreach (var readers in Counts)
        {
            var rounds = new List<double>();
            for (var round = -1; round < Rounds; round++)
            {
                var cost = await MeasureAsync(readers);
                if (round >= 0)
                    rounds.Add(cost);
            }
            costs.Add(rounds.Order().ElementAt(Rounds / 2));
        }
        return DeliveryShows.Verdict(
            [.. Counts.Select((readers, at) => (
                bytes[at] <= bytes[0] * Most && costs[at] <= costs[0] * Most,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{readers,5:n0} subscribers: {bytes[at]:n0} B each, {costs[at]:0.000} us a message each")))]);
    }

    /// <summary>The bytes of a subscriber that waits, of a thousand over as many feeds as it takes.</summary>
    private static double Remember(int readers)
    {
        var all = Counts[^1];
        var feeds = new FeedRegistry(TimeProvider.System, maxSubscribers: all);
        EndpointId[] ids = [.. Enumerable.Range(0, all / readers).Select(index => new EndpointId($"line{index}"))];
        Array.ForEach(ids, id => feeds.GetOrAdd(id, new LimitSettings()));
        var kept = new FeedSubscription[all];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var index = 0; index < all; index++)
            kept[index] = feeds.Subscribe(ids[index % ids.Length], new SubscriptionOptions());
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Array.ForEach(kept, subscription => subscription.Dispose());
        return bytes / (double)all;
    }

    private static async Task<double> MeasureAsync(int readers)
    {
        var feeds = new FeedRegistry(TimeProvider.System, maxSubscribers: readers);
        var id = new EndpointId("line");
        var writer = feeds.GetOrAdd(id, new LimitSettings()).Begin();
        var subscriptions = Enumerable.Range(0, readers).Select(_ => feeds.Subscribe(id, new SubscriptionOptions { IncludeState = false }))
            .ToArray();
        using var read = new CountdownEvent(readers);
        var reading = subscriptions.Select(subscription => Task.Run(() => ReadAsync(subscription, read))).ToArray();
        var payload = new byte[Size];
        var cpu = Environment.CpuUsage.TotalTime;
        var bursts = Deliveries / Burst / readers;
        for (var burst = 0; burst < bursts; burst++)
        {
            read.Reset();
            for (var message = 0; message < Burst; message++)
                await writer.PublishAsync(MessageKind.Text, payload);
            read.Wait();
        }
        var used = Environment.CpuUsage.TotalTime - cpu;
        Array.ForEach(subscriptions, subscription => subscription.Dispose());
        await Task.WhenAll(reading);
        return used.TotalMicroseconds / ((double)bursts * Burst * readers);
    }

    private static async Task ReadAsync(FeedSubscription subscription, CountdownEvent read)
    {
        var count = 0;
        await foreach (var feedEvent in subscription)
        {
            if (feedEvent.IsMessage && ++count % Burst == 0)
                read.Signal();
        }
    }
}
