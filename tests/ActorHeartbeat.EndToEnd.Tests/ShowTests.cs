using ActorHeartbeat.Benchmarks.Resilience;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.TestKit;
using Xunit.Abstractions;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>Runs the benchmark shows in a small size; their promises hold at any size.</summary>
[Collection(ScaleCollection.Name)]
public sealed class ShowTests(ITestOutputHelper output)
{
    /// <summary>What a busy machine may add to any time.</summary>
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_returning_server_is_not_dialed_past_the_budget_and_all_endpoints_are_back_in_time()
    {
        const int count = 150;
        const double rate = 20;
        var outage = TimeSpan.FromSeconds(3);

        var figures = await StormShow.RunAsync(count, outage, rate, isGoverned: true);

        output.WriteLine($"{figures}");
        Assert.True(StormShow.IsMet(figures, rate, TimeSpan.FromSeconds(1.2 * count / rate) + Busy), $"{figures}");
        Assert.InRange(figures.Attempts, count, StormShow.Burst + (rate * (outage + figures.Recovery!.Value + Busy).TotalSeconds));
    }

    [Fact]
    public async Task Without_a_governor_the_same_server_is_stormed()
    {
        var figures = await StormShow.RunAsync(150, TimeSpan.FromSeconds(3), 20, isGoverned: false);

        output.WriteLine($"{figures}");
        Assert.False(StormShow.IsMet(figures, 20, TimeSpan.FromMinutes(1)), $"{figures}");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("/id")]
    public async Task A_rotation_under_traffic_loses_no_number_and_doubles_none_but_inside_the_window(string? duplicateKey)
    {
        const int count = 20;

        var figures = await RotationShow.MeasureAsync(count, TimeSpan.FromSeconds(8), duplicateKey);

        output.WriteLine($"{figures}");
        Assert.True(RotationShow.IsMet(figures, count), $"{figures}");
        Assert.True(figures.Duplicates > 0 == duplicateKey is null, $"{figures}");
    }

    [Fact]
    public async Task A_stopped_server_is_detected_in_time_a_blocked_send_is_answered_and_each_endpoint_reconnects_once()
    {
        var figures = await HalfOpenShow.MeasureAsync(10);

        output.WriteLine($"{figures}");
        Assert.True(HalfOpenShow.IsMet(figures, Busy), $"{figures}");
    }

    [Fact]
    public async Task A_server_that_accepts_and_closes_is_dialed_along_the_backoff_curve()
    {
        await using var server = await FeedServer.StartAsync();
        var delays = new[] { 0.4, 0.8, 1.6, 1.6 };
        await using var host = await SupervisedHost.StartAsync(
            new EndpointSettings
            {
                Id = new EndpointId("flap"),
                Url = server.UrlOf(FeedPath.Flap, "flap"),
                Proxy = ProxySettings.None,
                Backoff = new BackoffSettings
                {
                    Initial = TimeSpan.FromSeconds(delays[0]),
                    Multiplier = 2,
                    Max = TimeSpan.FromSeconds(delays[^1]),
                    Jitter = Jitter.None,
                },
            });

        await server.WaitUntilAsync(seen => seen.History("flap").Accepts > delays.Length, TimeSpan.FromSeconds(30));

        var attempts = server.History("flap").Attempts.Select(attempt => attempt.At).Take(delays.Length + 1).ToArray();
        var waits = attempts.Zip(attempts.Skip(1), (one, next) => (next - one).TotalSeconds).ToArray();
        // A dial must not be early; a busy machine may make it late.
        Assert.All(waits.Zip(delays), pair => Assert.InRange(pair.First, pair.Second - 0.05, pair.Second + Busy.TotalSeconds));
        var journal = await host.TransitionsAsync("flap");
        Assert.Equal(
            delays,
            journal
                .Where(change => change is { To: ConnectionState.BackingOff, From: not ConnectionState.BackingOff })
                .Take(delays.Length)
                .Select(change => Math.Round(change.RetryIn!.Value.TotalSeconds, 2)));
    }
}
