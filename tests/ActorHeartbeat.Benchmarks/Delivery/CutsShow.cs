using System.Globalization;
using ActorHeartbeat.Benchmarks.Transport;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Benchmarks.Delivery;

/// <summary>
/// Resets every connection at intervals. Three kinds of consumers account for every number of the peer: received or inside a gap.
/// </summary>
internal static class CutsShow
{
    private const int Capacity = 16 * 1024;

    public static async Task<int> RunAsync(int endpoints, double rate, TimeSpan duration, TimeSpan every)
    {
        using var server = new ChildProcess(
            "numbers-server",
            (rate / endpoints).ToString(CultureInfo.InvariantCulture),
            every.TotalSeconds.ToString(CultureInfo.InvariantCulture));
        var port = await server.ReadLineAsync();
        await using var supervised = new Supervised(endpoints, index => new Uri($"ws://127.0.0.1:{port}/e{index}"));
        var options = new SubscriptionOptions { Capacity = Capacity };
        var (one, actors, all) = (NewBooks(), NewBooks(), NewBooks().ToDictionary(each => each.Name));
        Task[] reading =
        [
            Readers.EnumerateAsync(supervised.Feeds.Subscribe(LabelSelector.All, options with { Capacity = endpoints * Capacity }), all),
            .. one.Select((each, index) => Readers.EnumerateAsync(supervised.Feeds.Subscribe(Supervised.IdOf(index), options), each)),
            .. actors.Select((each, index) => Readers.ReadByActor(supervised, index, each)),
        ];

        await supervised.StartAsync();
        await Task.Delay(duration);
        await supervised.DrainAsync();
        await Task.WhenAll(reading);
        var cuts = await server.EndAsync();

        Books[] books = [.. one, .. actors, .. all.Values];
        var (received, missed, outages) = (one.Sum(each => each.Received), one.Sum(each => each.Missed), one.Sum(each => each.Outages));
        var faults = books.Where(each => each.Fault is not null).Select(each => each.Fault!).ToArray();
        Console.WriteLine(
            $"{endpoints} endpoints, {cuts} connections reset: {received:n0} messages received, {missed:n0} inside {outages:n0} gaps, "
                + $"{books.Sum(each => each.Lost):n0} lost by readers that did not keep up");
        return DeliveryShows.Verdict(
            (faults.Length == 0, $"every number is received or inside a gap{(faults.Length == 0 ? "" : $": {faults[0]}")}"),
            (one.All(each => each is { Received: > 0, Outages: > 0 }), "every endpoint was cut and came back"),
            (one.All(each => Agree(each, all[each.Name])), "one stream of all endpoints says the same as a stream of each"));

        Books[] NewBooks() => [.. Enumerable.Range(0, endpoints).Select(index => new Books($"e{index}"))];
    }

    private static bool Agree(Books one, Books other) =>
        (one.Received, one.Missed, one.Outages, one.Lost) == (other.Received, other.Missed, other.Outages, other.Lost);
}
