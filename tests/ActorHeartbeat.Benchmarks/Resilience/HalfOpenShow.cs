using System.Globalization;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Benchmarks.Resilience;

/// <param name="Detection">The times from the server's stop until the first and the last endpoint noticed.</param>
/// <param name="BlockedSend">The time from the server's stop until the answer to
/// a send that the server never took; null when no answer came in time.</param>
/// <param name="MostReconnects">The most reconnects of any one endpoint after the server continued.</param>
public sealed record HalfOpenFigures((TimeSpan First, TimeSpan Last)? Detection, TimeSpan? BlockedSend, long MostReconnects);

/// <summary>
/// Stops the server's process: its sockets stay, its kernel accepts data, but nothing is answered.
/// Every endpoint must notice within interval + max-missed x timeout, and a send that the peer
/// never takes must be answered. When the server continues, each endpoint reconnects once.
/// </summary>
public static class HalfOpenShow
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2),
        Timeout = TimeSpan.FromSeconds(1),
        Patience = TimeSpan.FromSeconds(30);
    private const int MaxMissed = 2;

    /// <summary>Larger than the buffers of both kernels.</summary>
    private const int Blocking = 16 * 1024 * 1024;

    /// <summary>The tolerance of the show beyond the bound.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    public static TimeSpan Bound => Interval + (MaxMissed * Timeout);

    public static async Task<int> RunAsync(int count)
    {
        var figures = await MeasureAsync(count);
        var isMet = IsMet(figures, Slack);
        Console.WriteLine(
            $"{count} endpoints, server stopped; heartbeat every {Interval.TotalSeconds:0} s, {MaxMissed} x {Timeout.TotalSeconds:0} "
                + "s to answer");
        Console.WriteLine(
            "  known after "
                + $"{(figures.Detection is { } known ? $"{known.First.TotalSeconds:0.00} to {known.Last.TotalSeconds:0.00} s" : "never")}");
        Console.WriteLine(
            $"  a send that nobody took was answered after {(figures.BlockedSend is { } sent ? $"{sent.TotalSeconds:0.00} s" : "never")}");
        Console.WriteLine($"  each connected again {figures.MostReconnects} time(s) at most");
        Console.WriteLine(
            $"{(isMet ? "met" : "NOT MET")}: known within {Bound.TotalSeconds:0} s, +-{Slack.TotalSeconds:0} s; the send answered by "
                + "then; one reconnect each");
        return isMet ? 0 : 1;
    }

    /// <param name="late">How much later than the bound the detection and the answer may be.</param>
    public static bool IsMet(HalfOpenFigures figures, TimeSpan late) =>
        figures.Detection is { } known
        && known.First >= Bound - Interval - Slack
        && known.Last <= Bound + late
        && figures.BlockedSend <= Bound + late
        && figures.MostReconnects == 1;

    public static async Task<HalfOpenFigures> MeasureAsync(int count)
    {
        await using var server = await ShowServer.StartAsync("feeds");
        await using var fleet = new SupervisedFleet();
        await fleet.ApplyAsync(
            [.. Enumerable.Range(0, count).Select(number => Endpoint(server.Port, number))],
            new SupervisorSettings { StartSpread = TimeSpan.Zero });
        if (!await fleet.AllOpenAsync(Patience))
            throw new InvalidOperationException("the endpoints did not open in the first place");

        server.Signal("STOP");
        var stopped = TimeProvider.System.GetTimestamp();
        TimeSpan? answered = null;
        fleet.Send("feed-0", OutboundMessage.Text(new string('x', Blocking)), fleet.Hear(answer =>
        {
            if (answer is SendResult)
                answered ??= TimeProvider.System.GetElapsedTime(stopped);
        }));
        TimeSpan? first = null, last = null;
        await fleet.AllAsync(
            endpoint =>
            {
                var knows = endpoint.Status?.LastClose?.Kind == CauseKind.HeartbeatTimeout;
                if (knows)
                    first ??= TimeProvider.System.GetElapsedTime(stopped);
                return knows;
            },
            Patience);
        if ((await fleet.EndpointsAsync()).All(endpoint => endpoint.Status?.LastClose?.Kind == CauseKind.HeartbeatTimeout))
            last = TimeProvider.System.GetElapsedTime(stopped);

        var opensBefore = await OpensAsync(fleet);
        server.Signal("CONT");
        await fleet.AllOpenAsync(Patience);
        var opens = await OpensAsync(fleet);
        return new HalfOpenFigures(
            first is { } from && last is { } to ? (from, to) : null,
            answered,
            opens.Max(endpoint => endpoint.Value - opensBefore[endpoint.Key]));
    }

    private static async Task<Dictionary<string, int>> OpensAsync(SupervisedFleet fleet)
    {
        var opens = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var endpoint in await fleet.EndpointsAsync())
            opens[endpoint.Id.Value] = (await fleet.TransitionsAsync(endpoint.Id)).Count(change =>
                change is { To: ConnectionState.Open, From: ConnectionState.Connecting });
        return opens;
    }

    private static EndpointSettings Endpoint(int port, int number) => new()
    {
        Id = new EndpointId(string.Create(CultureInfo.InvariantCulture, $"feed-{number}")),
        Url = new Uri($"ws://127.0.0.1:{port}{FeedPath.Quiet}?name=feed-{number}"),
        Proxy = ProxySettings.None,
        Heartbeat = new HeartbeatSettings { Interval = Interval, Timeout = Timeout, MaxMissed = MaxMissed },
        Backoff = new BackoffSettings { Initial = TimeSpan.FromMilliseconds(500), Max = TimeSpan.FromSeconds(2) },
        Timeouts = new TimeoutSettings { Connect = TimeSpan.FromSeconds(3), Close = TimeSpan.FromSeconds(1) },
    };
}
