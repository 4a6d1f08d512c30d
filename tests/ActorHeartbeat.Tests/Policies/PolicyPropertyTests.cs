using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using FsCheck;
using FsCheck.Fluent;

namespace ActorHeartbeat.Tests.Policies;

/// <summary>Properties that hold for every input. A failure prints its seed and the smallest input that fails.</summary>
public class PolicyPropertyTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<double> Unit = Gen.Choose(0, 999_999).Select(number => number / 1_000_000.0);

    private static readonly Gen<int?> Code = Gen.OneOf(Gen.Constant((int?)null), Gen.Choose(0, 5100).Select(code => (int?)code));

    [Fact]
    public void Jitter_stays_within_its_range_and_no_delay_is_above_max()
    {
        var cases = from initial in Gen.Choose(1, 10_000)
                    from max in Gen.Choose(1, 100)
                    from multiplier in Gen.Choose(100, 500)
                    from failures in Gen.Choose(1, 200)
                    from percent in Gen.Choose(0, 100)
                    from random in Unit
                    select (Settings: new BackoffSettings
                    {
                        Initial = TimeSpan.FromMilliseconds(initial),
                        Max = TimeSpan.FromMilliseconds(initial * (long)max),
                        Multiplier = multiplier / 100.0,
                    }, failures, Factor: percent / 100.0, random);

        Prop.ForAll(cases.ToArbitrary(), sample =>
            {
                var ceiling = ReconnectBackoff.Ceiling(sample.Settings, sample.failures);
                var least = TimeSpan.FromTicks(Math.Min(sample.Settings.Initial.Ticks / 10, ceiling.Ticks));
                TimeSpan Delay(Jitter jitter) =>
                    ReconnectBackoff.Delay(sample.Settings with { Jitter = jitter }, sample.failures, sample.random);

                AssertWithin(ceiling, ceiling, Delay(Jitter.None));
                AssertWithin(least, ceiling, Delay(Jitter.Full));
                AssertWithin(ceiling / 2, ceiling, Delay(Jitter.Equal));
                AssertWithin(
                    Later(least, ceiling * (1 - sample.Factor)),
                    Sooner(sample.Settings.Max, ceiling * (1 + sample.Factor)),
                    Delay(Jitter.By(sample.Factor)));
            })
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_timeout_covers_every_steady_round_trip_and_the_percentile_lies_among_the_samples()
    {
        var cases = from first in Gen.Choose(0, 60_000_000)
                    from more in Gen.Choose(0, 60_000_000).ListOf()
                    select more.Prepend(first).Select(microseconds => TimeSpan.FromMicroseconds(microseconds)).ToArray();

        Prop.ForAll(cases.ToArbitrary(), roundTrips =>
        {
            var estimator = new RttEstimator();
            foreach (var roundTrip in roundTrips)
                estimator.Add(roundTrip);
            var steady = new RttEstimator();
            for (var beat = 0; beat < 100; beat++)
                steady.Add(roundTrips[0]);

            Assert.Equal(roundTrips[^1], estimator.Last);
            // SRTT is a mean of the samples. RTTVAR is at most their spread or half of the first sample (RFC 6298 section 2).
            AssertWithin(
                Later(RttEstimator.Floor, roundTrips.Min()), Later(RttEstimator.Floor, 5 * roundTrips.Max()), estimator.Timeout!.Value);
            AssertWithin(roundTrips.Min(), (roundTrips.Max() * 1.2501) + TimeSpan.FromMicroseconds(100), estimator.P95!.Value);
            Assert.True(
                steady.Timeout >= roundTrips[0] && steady.Timeout <= Later(RttEstimator.Floor, roundTrips[0] * 1.01),
                $"{steady.Timeout} for {roundTrips[0]} all the time");
        })
            .QuickCheckThrowOnFailure();
    }

    private static FailureLayer?[] Layers { get; } = Enum.GetValues<FailureLayer>().Cast<FailureLayer?>().Append(null).ToArray();

    private static Gen<CloseCause> Causes =>
        from kind in Gen.Elements(Enum.GetValues<CauseKind>())
        from layer in Gen.Elements(Layers)
        from close in Code
        from status in Code
        from header in Gen.Elements(
            null,
            "",
            "0",
            "-1",
            "7",
            "1e9",
            "99999999999999999999999999999",
            "soon",
            "Sat, 21 Nov 2026 12:00:30 GMT",
            "Sat, 21 Nov 9999 12:00:30 GMT")
        select new CloseCause(kind, "x")
        {
            Layer = layer,
            CloseCode = close,
            HttpStatus = status,
            RetryAfter = header,
        };

    private static Gen<OutcomeRule> Rules =>
        from codes in Gen.Choose(0, 5100)
        from width in Gen.Choose(0, 500)
        from uses in Gen.Choose(0, 7)
        from layer in Gen.Elements(Layers[..^1])
        from then in Gen.Elements(Enum.GetValues<OutcomeAction>())
        from after in Gen.Choose(1, 10)
        from scope in Gen.Elements(Enum.GetValues<GovernorScope>())
        from retry in Gen.OneOf(
            Gen.Constant((TimeSpan?)null), Gen.Choose(0, 600).Select(seconds => (TimeSpan?)TimeSpan.FromSeconds(seconds)))
        select new OutcomeRule
        {
            HttpStatus = (uses & 1) != 0 ? [new CodeRange(codes, codes + width)] : [],
            CloseCode = (uses & 2) != 0 ? [new CodeRange(codes, codes + width)] : [],
            Failure = (uses & 4) != 0 ? [layer!.Value] : [], // Layers ends with null, which the generator leaves out
            Then = then,
            After = after,
            Scope = scope,
            Retry = retry,
        };

    [Fact]
    public void Every_cause_has_one_outcome_by_every_table_with_a_wait_in_bounds()
    {
        var cases =
            from cause in Causes
            from table in Rules.ListOf()
            from otherwise in Gen.Elements(Enum.GetValues<OutcomeAction>())
            from failures in Gen.Choose(1, 10)
            select (cause, failures, Table: new OutcomeSettings([.. table], otherwise));

        Prop.ForAll(cases.ToArbitrary(), sample =>
        {
            var outcome = OutcomeTable.Decide(sample.Table, sample.cause, sample.failures, Now);

            var first = sample.cause.IsFailure ? sample.Table.Rules.FirstOrDefault(rule => Matches(rule, sample.cause)) : null;
            var then = sample.failures < first?.After ? OutcomeAction.Retry : first?.Then ?? sample.Table.Otherwise;
            Assert.Equal(sample.cause.IsFailure ? then : OutcomeAction.Retry, outcome.Action);
            Assert.Equal(first?.Scope ?? GovernorScope.Endpoint, outcome.Scope);
            AssertWithin(TimeSpan.Zero, OutcomeTable.MostRetryAfter, outcome.AtLeast);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_token_bucket_never_gives_more_than_rate_times_span_plus_burst_whatever_changes()
    {
        var steps =
            from wait in Gen.Choose(0, 5000)
            from takes in Gen.Choose(0, 5)
            from rates in Gen.Choose(0, 9)
            select (wait, takes, IsOtherRate: rates == 0);
        var cases =
            from rate in Gen.Choose(1, 50)
            from otherRate in Gen.Choose(1, 50)
            from burst in Gen.Choose(1, 20)
            from list in steps.ListOf()
            select (Rate: new Rate(rate, TimeSpan.FromSeconds(10)), Other: new Rate(otherRate, TimeSpan.FromSeconds(10)), burst, list);

        Prop.ForAll(cases.ToArbitrary(), sample =>
        {
            var (now, refilled, given) = (TimeSpan.Zero, 0.0, 0);
            var rate = sample.Rate;
            var bucket = TokenBucket.Full(rate, sample.burst, now);
            foreach (var (wait, takes, isOtherRate) in sample.list)
            {
                refilled += wait / 1000.0 * rate.PerSecond;
                now += TimeSpan.FromMilliseconds(wait);
                if (isOtherRate)
                {
                    rate = rate == sample.Rate ? sample.Other : sample.Rate;
                    bucket = bucket.With(rate, sample.burst, now);
                }
                for (var take = 0; take < takes; take++)
                {
                    if (bucket.Take(now) is not { } less)
                        continue;
                    (bucket, given) = (less, given + 1);
                }
                Assert.True(given <= refilled + sample.burst + 1e-6, $"{given} given within {now}, {refilled + sample.burst} allowed");
                Assert.Equal(bucket.Wait(now) == TimeSpan.Zero, bucket.Take(now) is not null);
            }
        }).QuickCheckThrowOnFailure();
    }

    private static bool Matches(OutcomeRule rule, CloseCause cause) =>
        rule.HttpStatus.Count + rule.CloseCode.Count + rule.Failure.Count > 0
        && (
            rule.HttpStatus.Count == 0
            || rule.HttpStatus.Any(range => cause.HttpStatus is { } status && range.First <= status && status <= range.Last))
        && (
            rule.CloseCode.Count == 0
            || rule.CloseCode.Any(range => cause.CloseCode is { } code && range.First <= code && code <= range.Last))
        && (rule.Failure.Count == 0 || rule.Failure.Any(layer => layer == cause.Layer));

    /// <summary>Allows two ticks for rounding.</summary>
    private static void AssertWithin(TimeSpan least, TimeSpan most, TimeSpan actual) =>
        Assert.InRange(actual, least - TimeSpan.FromTicks(2), most + TimeSpan.FromTicks(2));

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Sooner(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
