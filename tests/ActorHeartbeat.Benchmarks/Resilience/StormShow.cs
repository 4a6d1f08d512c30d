using System.Globalization;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Benchmarks.Resilience;

/// <summary>The figures of a run with or without a governor.</summary>
/// <param name="Attempts">The dials that the server saw, from its failure until all endpoints were back.</param>
/// <param name="OverBudget">The most dials in any window beyond rate x its length.</param>
/// <param name="Recovery">The time from the server's return until all endpoints were open; null when they were not in time.</param>
/// <param name="Lost">The endpoints that were not open in the end or had more than one socket at once.</param>
public sealed record StormFigures(int Attempts, double OverBudget, TimeSpan? Recovery, int Lost);

/// <summary>
/// Many endpoints lose one server, which comes back after a while. By the server's count, a governor allows at most rate x t + burst dials
/// in any window, plus those that <see cref="Bunching"/> allows. All endpoints are back within 1.2 times the shortest possible time.
/// </summary>
public static class StormShow
{
    public const int Burst = 50;

    /// <summary>
    /// The server counts a dial when it has read it, which may be later than its permit, so that dials in flight
    /// may arrive together. The limit of handshakes at once bounds them, however busy the process or the server is.
    /// </summary>
    public static readonly TimeSpan Bunching = TimeSpan.FromMilliseconds(250);

    public static async Task<int> RunAsync(int count, TimeSpan outage, double rate)
    {
        var bound = TimeSpan.FromSeconds(1.2 * count / rate);
        var governed = await RunAsync(count, outage, rate, isGoverned: true);
        var free = await RunAsync(count, outage, rate, isGoverned: false);
        Console.WriteLine($"{count} endpoints, server down for {outage.TotalSeconds:0} s, governor {rate:0}/s with a burst of {Burst}");
        Print("with the governor", governed);
        Print("without it", free);
        var isMet = IsMet(governed, rate, bound);
        Console.WriteLine(
            $"{(isMet ? "met" : "NOT MET")}: at most {Burst} dials over rate x t (and {rate * Bunching.TotalSeconds:0} for what comes "
                + $"bunched), back within {bound.TotalSeconds:0.0} s, none lost");
        return isMet ? 0 : 1;
    }

    private static int MaxConnecting(double rate) => Math.Max(1, (int)(rate * Bunching.TotalSeconds));

    public static bool IsMet(StormFigures figures, double rate, TimeSpan bound) =>
        figures.OverBudget <= Burst + (rate * Bunching.TotalSeconds) && figures.Recovery <= bound && figures.Lost == 0;

    public static async Task<StormFigures> RunAsync(int count, TimeSpan outage, double rate, bool isGoverned)
    {
        await using var server = await ShowServer.StartAsync("feeds");
        await using var fleet = new SupervisedFleet();
        var patience = TimeSpan.FromSeconds(60 + (2 * count / rate));
        EndpointSettings[] endpoints = [.. Enumerable.Range(0, count).Select(number => Endpoint(server.Port, number))];
        SupervisorSettings free = new()
        {
            ConnectRate = new Rate(1000, TimeSpan.FromSeconds(1)),
            ConnectBurst = 200,
            StartSpread = TimeSpan.Zero,
        };
        await fleet.ApplyAsync(endpoints, free);
        if (!await fleet.AllOpenAsync(patience))
            throw new InvalidOperationException("the endpoints did not open in the first place");
        await fleet.ApplyAsync(endpoints, isGoverned
            ? free with { ConnectRate = new Rate(rate, TimeSpan.FromSeconds(1)), ConnectBurst = Burst, MaxConnecting = MaxConnecting(rate) }
            : free with { ConnectRate = new Rate(1e6, TimeSpan.FromSeconds(1)), ConnectBurst = 1_000_000, MaxConnecting = 1_000_000 });

        await server.AskAsync("down");
        await Task.Delay(outage);
        await server.AskAsync("up");
        var up = TimeProvider.System.GetTimestamp();
        TimeSpan? recovery = await fleet.AllOpenAsync(patience) ? TimeProvider.System.GetElapsedTime(up) : null;

        var attempts = (await server.AskAsync("attempts"))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(ticks => TimeSpan.FromTicks(long.Parse(ticks, CultureInfo.InvariantCulture)))
            .ToArray();
        var listed = await fleet.EndpointsAsync();
        return new StormFigures(
            attempts.Length,
            OverBudget(attempts, rate),
            recovery,
            count - listed.Count(endpoint => endpoint is { State: "open" or "awaiting-pong", Figures.PeakSockets: 1 }));
    }

    /// <summary>Returns the most events in any window beyond rate x its length, in one pass.</summary>
    public static double OverBudget(IReadOnlyList<TimeSpan> sorted, double rate)
    {
        double most = 0, least = double.MaxValue;
        for (var index = 0; index < sorted.Count; index++)
        {
            var ahead = index - (rate * sorted[index].TotalSeconds);
            least = Math.Min(least, ahead);
            most = Math.Max(most, ahead + 1 - least);
        }
        return most;
    }

    private static void Print(string what, StormFigures figures) =>
        Console.WriteLine(
            $"  {what,-18} {figures.Attempts,7} dials, {figures.OverBudget,7:0} over rate x t at most, back after "
                + $"{(figures.Recovery is { } time ? $"{time.TotalSeconds:0.0} s" : "never")}, {figures.Lost} lost");

    private static EndpointSettings Endpoint(int port, int number) => new()
    {
        Id = new EndpointId($"feed-{number}"),
        Url = new Uri($"ws://127.0.0.1:{port}{FeedPath.Ping}?name=feed-{number}"),
        Proxy = ProxySettings.None,
        Heartbeat = new HeartbeatSettings { Interval = TimeSpan.FromMinutes(1) },
    };
}
