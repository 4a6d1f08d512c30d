using System.Globalization;
using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Benchmarks.Resilience;

/// <param name="Rotations">The number of connections that were replaced.</param>
/// <param name="Missing">The numbers between an endpoint's first and last that never arrived.</param>
/// <param name="Duplicates">The numbers that were delivered more than once.</param>
/// <param name="OutsideWindow">The duplicates whose two copies are not from adjacent connections of the endpoint.</param>
/// <param name="PeakPerEndpoint">The largest number of sockets that one endpoint had at once.</param>
/// <param name="ServerPeak">The largest number of connections that the server had at once.</param>
public sealed record RotationFigures(int Rotations, int Missing, int Duplicates, int OutsideWindow, int PeakPerEndpoint, int ServerPeak);

/// <summary>
/// Replaces every connection, some more than once, while the server sends the same numbered messages to all. No number
/// may be missing. A number may arrive twice only while two connections carry the feed, and never with a duplicate key.
/// </summary>
public static class RotationShow
{
    private const double Rate = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static async Task<int> RunAsync(int count, TimeSpan length)
    {
        var plain = await MeasureAsync(count, length, duplicateKey: null);
        var keyed = await MeasureAsync(count, length, duplicateKey: "/id");
        Console.WriteLine($"{count} endpoints, {Rate:0} numbered messages/s each, for {length.TotalSeconds:0} s");
        Print("without a key", plain);
        Print("with duplicate-key", keyed);
        var isMet = IsMet(plain, count) && IsMet(keyed, count) && keyed.Duplicates == 0;
        Console.WriteLine(
            $"{(isMet ? "met" : "NOT MET")}: every connection replaced, no number missing, duplicates only inside the window, none "
                + "with a key, two sockets each at most");
        return isMet ? 0 : 1;
    }

    public static bool IsMet(RotationFigures figures, int count) =>
        figures.Rotations >= count && figures is { Missing: 0, OutsideWindow: 0, PeakPerEndpoint: 2 } && figures.ServerPeak <= 2 * count;

    public static async Task<RotationFigures> MeasureAsync(int count, TimeSpan length, string? duplicateKey)
    {
        await using var server = await ShowServer.StartAsync("numbers", Rate.ToString(CultureInfo.InvariantCulture));
        await using var fleet = new SupervisedFleet();
        var listeners = new List<Numbers>();
        var maxAge = new RotationSettings(length / 2, 0.6, TimeSpan.FromSeconds(1)) { DuplicateKey = duplicateKey };
        foreach (var number in Enumerable.Range(0, count))
        {
            var numbers = new Numbers();
            listeners.Add(numbers);
            fleet.Feeds.GetOrAdd(new EndpointId($"feed-{number}"), new LimitSettings()).Subscribe(numbers);
        }
        await fleet.ApplyAsync(
            [.. Enumerable.Range(0, count).Select(number => Endpoint(server.Port, number, maxAge))],
            new SupervisorSettings { StartSpread = TimeSpan.Zero });
        if (!await fleet.AllOpenAsync(Patience))
            throw new InvalidOperationException("the endpoints did not open in the first place");
        await Task.Delay(length);
        var since = TimeProvider.System.GetTimestamp();
        int[] seen;
        while ((seen = await ConnectionsAsync(server))[2] < 2 * count && TimeProvider.System.GetElapsedTime(since) < Patience)
            await Task.Delay(length / 10); // a busy machine may be late
        var endpoints = await fleet.EndpointsAsync();
        return new RotationFigures(
            seen[2] - count,
            listeners.Sum(one => one.Missing()),
            listeners.Sum(one => one.Duplicates()),
            listeners.Sum(one => one.OutsideWindow),
            endpoints.Max(endpoint => endpoint.Figures.PeakSockets),
            seen[1]);
    }

    private static async Task<int[]> ConnectionsAsync(ShowServer server) =>
        [.. (await server.AskAsync("connections")).Split(' ').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];

    private static void Print(string what, RotationFigures figures) =>
        Console.WriteLine(
            $"  {what,-18} {figures.Rotations} rotations, {figures.Missing} missing, {figures.Duplicates} twice, "
                + $"{figures.OutsideWindow} of them outside the window; {figures.PeakPerEndpoint} sockets each at most, "
                + $"{figures.ServerPeak} at the server");

    private static EndpointSettings Endpoint(int port, int number, RotationSettings maxAge) => new()
    {
        Id = new EndpointId($"feed-{number}"),
        Url = new Uri($"ws://127.0.0.1:{port}/"),
        Proxy = ProxySettings.None,
        MaxAge = maxAge,
    };

    /// <summary>Records the numbers that one endpoint's feed delivered.</summary>
    private sealed class Numbers : IFeedHandler
    {
        private readonly Dictionary<long, int> _epochOf = [];
        private readonly Lock _gate = new();
        private int _duplicates;

        /// <summary>The numbers that arrived twice, except those from two adjacent connections.</summary>
        public int OutsideWindow { get; private set; }

        public void OnEvent(in FeedEvent happened)
        {
            if (!happened.IsMessage)
                return;
            var number = long.Parse(Encoding.UTF8.GetString(happened.Payload.Span)[6..^1], CultureInfo.InvariantCulture);
            lock (_gate)
            {
                if (_epochOf.TryAdd(number, happened.Epoch))
                    return;
                _duplicates++;
                if (Math.Abs(_epochOf[number] - happened.Epoch) != 1)
                    OutsideWindow++;
            }
        }

        public int Missing()
        {
            lock (_gate)
                return _epochOf.Count == 0 ? int.MaxValue : (int)(_epochOf.Keys.Max() - _epochOf.Keys.Min() + 1) - _epochOf.Count;
        }

        public int Duplicates()
        {
            lock (_gate)
                return _duplicates;
        }
    }
}
