using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Tests.Connections;

public sealed class SendPaceTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(1000)]
    public void The_ticks_of_a_clock_do_not_slow_the_pace(int rate)
    {
        Assert.InRange(SentInTenSeconds(new SendPace(Second(rate), null, TimeSpan.Zero), asks: false), 9.9 * rate, (10 * rate) + 1);
        Assert.InRange(SentInTenSeconds(new SendPace(null, Second(rate), TimeSpan.Zero), asks: true), 9.9 * rate, (10 * rate) + 1);
    }

    [Fact]
    public void Who_was_quiet_or_stood_still_has_no_more_turns_for_it()
    {
        var pace = new SendPace(Second(100), null, TimeSpan.Zero);
        pace.Spend(TimeSpan.Zero);

        var nearly = TimeSpan.FromMilliseconds(12);
        Assert.Equal(1, SentAt(pace, nearly, asks: false));
        Assert.Equal(TimeSpan.FromMilliseconds(10), pace.Wait(nearly, asks: false));
        pace.IsAwaited = true;
        Assert.Equal(1, SentAt(pace, TimeSpan.FromSeconds(5), asks: false));
        Assert.Equal(TimeSpan.FromMilliseconds(10), pace.Wait(TimeSpan.FromSeconds(5), asks: false));
    }

    /// <summary>Each wait ends at the next tick of 10 ms but one, as with the timers of Akka.NET.</summary>
    private static int SentInTenSeconds(SendPace pace, bool asks)
    {
        var sent = 0;
        pace.IsAwaited = true;
        for (var now = TimeSpan.Zero; now < TimeSpan.FromSeconds(10);)
        {
            sent += SentAt(pace, now, asks);
            var due = now + pace.Wait(now, asks);
            now = TimeSpan.FromMilliseconds((10 * Math.Ceiling(due.TotalMilliseconds / 10)) + 10);
        }
        return sent;
    }

    private static int SentAt(SendPace pace, TimeSpan now, bool asks)
    {
        var sent = 0;
        for (; pace.Wait(now, asks) == TimeSpan.Zero; sent++)
            pace.Spend(now);
        return sent;
    }

    private static Rate Second(int count) => new(count, TimeSpan.FromSeconds(1));
}
