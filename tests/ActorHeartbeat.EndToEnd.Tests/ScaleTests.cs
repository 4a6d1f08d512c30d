using System.Globalization;
using Xunit.Abstractions;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>Runs a thousand endpoints in one service against one server.</summary>
[Collection(ScaleCollection.Name)]
public class ScaleTests(ScaleFixture scale, ITestOutputHelper output)
{
    /// <summary>How long to watch: 15 s, or the seconds in SCALE_SECONDS.</summary>
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(
        double.Parse(Environment.GetEnvironmentVariable("SCALE_SECONDS") ?? "15", CultureInfo.InvariantCulture));

    [Fact]
    public async Task A_thousand_endpoints_stay_open_and_miss_no_heartbeat()
    {
        var before = scale.Server.Histories.ToDictionary(history => history.Name);
        var busyBefore = scale.Service.ProcessorTime;

        await Task.Delay(Watched); // the test needs time to pass

        var histories = scale.Server.Histories;
        var pings = histories.Select(history => history.Pings - before[history.Name].Pings).Order().ToArray();
        var endpoints = (await scale.Service.GetAsync("/v1/endpoints")).GetProperty("endpoints").EnumerateArray().ToArray();
        var roundTrips = endpoints.Select(endpoint => endpoint.GetProperty("rttMs").GetProperty("p95").GetDouble()).Order().ToArray();
        output.WriteLine(
            $"all open {scale.OpenAfter.TotalSeconds:0.0} s after the start of the process; in {Watched.TotalSeconds} s {pings.Sum()} "
                + $"heartbeats, {pings[0]} to {pings[^1]} each; "
            + $"round trip p95: median {roundTrips[ScaleFixture.Count / 2]:0.0} ms, worst {roundTrips[^1]:0.0} ms; "
            + $"{(scale.Service.ProcessorTime - busyBefore).TotalSeconds:0.0} s of processor time");
        Assert.Equal(ScaleFixture.Count, histories.Count);
        Assert.All(histories, history => Assert.Equal((before[history.Name].Accepts, 1, 1), (history.Accepts, history.Live, history.Peak)));
        Assert.All(endpoints, endpoint => Assert.Contains(endpoint.GetProperty("state").GetString(), new[] { "open", "awaiting-pong" }));
        Assert.All(endpoints, endpoint => Assert.Equal(0, endpoint.GetProperty("heartbeat").GetProperty("missed").GetInt32()));
        Assert.InRange(pings[0], (long)(Watched / ScaleFixture.Interval) - 1, long.MaxValue);
    }
}
