using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Tests.Policies;

public class TokenBucketTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_bucket_gives_at_most_rate_times_span_plus_burst_over_any_span(int seed)
    {
        var random = new Random(seed);
        var bucket = TokenBucket.Full(new Rate(300, TimeSpan.FromMinutes(5)), 5, TimeSpan.Zero);
        var now = TimeSpan.Zero;
        var taken = new List<TimeSpan>();

        for (var step = 0; step < 20_000; step++)
        {
            now += TimeSpan.FromMilliseconds(random.Next(0, 400));
            if (bucket.Take(now) is { } less)
            {
                bucket = less;
                taken.Add(now);
            }
        }

        for (var first = 0; first < taken.Count; first++)
        {
            for (var last = first; last < Math.Min(taken.Count, first + 200); last++)
                Assert.True(
                    last - first + 1 <= 5 + (taken[last] - taken[first]).TotalSeconds + 1e-6,
                    $"seed {seed}: {last - first + 1} in {taken[last] - taken[first]}");
        }
    }

    [Fact]
    public void A_token_is_there_after_the_wait_that_the_bucket_returns()
    {
        var bucket = TokenBucket.Full(new Rate(3, TimeSpan.FromSeconds(7)), 1, TimeSpan.Zero).Take(TimeSpan.Zero)!.Value;

        var wait = bucket.Wait(TimeSpan.FromSeconds(0.1));

        Assert.Null(bucket.Take(TimeSpan.FromSeconds(0.1) + wait - TimeSpan.FromMilliseconds(1)));
        Assert.NotNull(bucket.Take(TimeSpan.FromSeconds(0.1) + wait));
    }

    [Fact]
    public void A_new_rate_does_not_give_back_what_was_spent()
    {
        var bucket = TokenBucket.Full(new Rate(1, TimeSpan.FromSeconds(1)), 2, TimeSpan.Zero);
        bucket = bucket.Take(TimeSpan.Zero)!.Value.Take(TimeSpan.Zero)!.Value;

        var changed = bucket.With(new Rate(10, TimeSpan.FromSeconds(1)), 50, TimeSpan.Zero);

        Assert.Null(changed.Take(TimeSpan.Zero));
        Assert.NotNull(changed.Take(TimeSpan.FromSeconds(0.1)));
    }
}
