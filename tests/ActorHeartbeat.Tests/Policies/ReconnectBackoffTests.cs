using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using FsCheck;
using FsCheck.Fluent;

namespace ActorHeartbeat.Tests.Policies;

public class ReconnectBackoffTests
{
    private static readonly BackoffSettings Defaults = new();

    [Fact]
    public void Without_jitter_the_delays_are_those_of_reconnecting_websocket()
    {
        var settings = Defaults with { Jitter = Jitter.None };

        var delays = Enumerable.Range(1, 12).Select(failures => ReconnectBackoff.Delay(settings, failures, 0.5).TotalSeconds);

        Assert.Equal([1, 1.5, 2.25, 3.375, 5.0625, 7.59375, 11.390625, 17.0859375, 25.6289062, 30, 30, 30], delays);
    }

    [Theory]
    [InlineData(0.0, 0.5)]
    [InlineData(0.5, 0.75)]
    [InlineData(1.0, 1.0)]
    public void Equal_jitter_keeps_half_of_the_delay(double random, double expectedShare)
    {
        var delay = ReconnectBackoff.Delay(Defaults with { Jitter = Jitter.Equal }, 2, random);

        Assert.Equal(TimeSpan.FromSeconds(1.5 * expectedShare), delay);
    }

    [Theory]
    [InlineData(0.0, 0.8)]
    [InlineData(0.5, 1.0)]
    [InlineData(1.0, 1.2)]
    public void A_factor_spreads_the_delay_both_ways(double random, double expectedShare)
    {
        var delay = ReconnectBackoff.Delay(Defaults with { Jitter = Jitter.By(0.2) }, 1, random);

        Assert.Equal(TimeSpan.FromSeconds(expectedShare), delay);
    }

    [Fact]
    public void A_very_long_outage_does_not_overflow()
    {
        var delay = ReconnectBackoff.Delay(Defaults with { Jitter = Jitter.None }, int.MaxValue, 0.5);

        Assert.Equal(TimeSpan.FromSeconds(30), delay);
    }

    [Fact]
    public void Every_delay_lies_between_a_tenth_of_initial_and_max()
    {
        var cases =
            from initial in Gen.Choose(1, 10_000)
            from factor in Gen.Choose(1, 100)
            from failures in Gen.Choose(1, 1_000)
            from random in Gen.Choose(0, 999_999)
            from jitter in Gen.Elements(Jitter.Full, Jitter.Equal, Jitter.None, Jitter.By(0.5))
            select (
                Settings: Defaults with
                {
                    Initial = TimeSpan.FromMilliseconds(initial),
                    Max = TimeSpan.FromMilliseconds(initial * (long)factor),
                    Jitter = jitter,
                },
                failures,
                Random: random / 1_000_000.0);

        Prop.ForAll(cases.ToArbitrary(), sample =>
        {
            var delay = ReconnectBackoff.Delay(sample.Settings, sample.failures, sample.Random);
            return delay >= sample.Settings.Initial * 0.1 && delay <= sample.Settings.Max;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_mean_delay_never_falls_as_failures_rise()
    {
        foreach (var jitter in new[] { Jitter.Full, Jitter.Equal, Jitter.None, Jitter.By(0.3) })
        {
            var settings = Defaults with { Jitter = jitter };
            var means = Enumerable
                .Range(1, 20)
                .Select(failures =>
                    Enumerable.Range(0, 1000).Average(step => ReconnectBackoff.Delay(settings, failures, step / 1000.0).TotalSeconds))
                .ToArray();

            Assert.Equal(means.Order(), means);
        }
    }
}
