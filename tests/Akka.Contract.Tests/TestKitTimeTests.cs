using Akka.TestKit;
using Xunit.Sdk;

namespace Akka.Contract.Tests;

public sealed class TestKitTimeTests : ActorSpec
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void The_default_waits_are_three_three_and_five_seconds()
    {
        Assert.Equal(Seconds(3), TestKitSettings.SingleExpectDefault);
        Assert.Equal(Seconds(3), TestKitSettings.TestEventFilterLeeway);
        Assert.Equal(Seconds(5), TestKitSettings.DefaultTimeout);
        Assert.Equal(Seconds(3), RemainingOrDefault);
        Assert.Equal(Seconds(2), Dilated(Seconds(2)));
    }

    [Fact]
    public void Inside_Within_an_expectation_waits_for_what_is_left() => Within(Seconds(30), () =>
    {
        Assert.InRange(Remaining, Seconds(10), Seconds(30));
        Assert.InRange(RemainingOrDefault, Seconds(10), Seconds(30));
    });

    [Fact]
    public void An_inner_Within_has_no_more_time_than_the_outer() => Within(Seconds(10), () =>
        Within(Seconds(60), () => Assert.InRange(Remaining, Seconds(0), Seconds(10))));

    [Fact]
    public void Within_gives_back_the_result() => Assert.Equal(42, Within(Seconds(10), () => 42));

    [Fact]
    public void Within_fails_when_the_block_is_too_late() =>
        Assert.ThrowsAny<XunitException>(() => Within(TimeSpan.FromMilliseconds(1), () => Pass(Soon), TimeSpan.Zero));

    [Fact]
    public void Within_fails_when_the_block_is_too_early() =>
        Assert.ThrowsAny<XunitException>(() => Within(Seconds(1), Seconds(10), () => { }));

    [Fact]
    public void Within_allows_silence_to_its_very_end() => Within(Soon, () => ExpectNoMsg());

    [Fact]
    public async Task WithinAsync_gives_back_the_result() =>
        Assert.Equal(42, await WithinAsync(Seconds(10), () => Task.FromResult(42)));

    [Fact]
    public async Task WithinAsync_fails_when_the_block_is_too_late() =>
        await Assert.ThrowsAnyAsync<XunitException>(() => WithinAsync(TimeSpan.FromMilliseconds(1), () =>
        {
            Pass(Soon);
            return Task.CompletedTask;
        }, TimeSpan.Zero));

    [Fact]
    public void AwaitCondition_looks_until_the_condition_holds()
    {
        var looks = 0;

        AwaitCondition(() => ++looks == 3, Seconds(10), TimeSpan.FromMilliseconds(1));

        Assert.Equal(3, looks);
    }

    [Fact]
    public void AwaitCondition_fails_when_the_condition_never_holds() =>
        Assert.ThrowsAny<XunitException>(() => AwaitCondition(() => false, Soon));

    [Fact]
    public void AwaitConditionNoThrow_says_whether_it_held()
    {
        Assert.True(AwaitConditionNoThrow(() => true, Soon));
        Assert.False(AwaitConditionNoThrow(() => false, Soon));
    }

    [Fact]
    public async Task AwaitConditionAsync_looks_until_the_condition_holds()
    {
        var looks = 0;

        await AwaitConditionAsync(() => Task.FromResult(++looks == 3), Seconds(10), TimeSpan.FromMilliseconds(1));

        Assert.Equal(3, looks);
    }

    [Fact]
    public void AwaitAssert_looks_until_the_assertion_passes()
    {
        var looks = 0;

        AwaitAssert(() => Assert.Equal(3, ++looks), Seconds(10), TimeSpan.FromMilliseconds(1));

        Assert.Equal(3, looks);
    }

    [Fact]
    public void AwaitAssert_fails_with_the_last_failure_of_the_assertion() =>
        Assert.ThrowsAny<XunitException>(() => AwaitAssert(() => Assert.Equal(3, 4), Soon, TimeSpan.FromMilliseconds(1)));

    [Fact]
    public void A_latch_opens_when_it_was_counted_down()
    {
        var latch = CreateTestLatch(2);

        latch.CountDown();
        Assert.False(latch.IsOpen);
        latch.CountDown();

        Assert.True(latch.IsOpen);
        latch.Ready(Soon);
    }

    [Fact]
    public void A_latch_that_stays_closed_times_out()
    {
        var latch = new TestLatch(1);

        Assert.Throws<TimeoutException>(() => latch.Ready(Soon));
    }

    /// <summary>Spends time on the thread that runs the block.</summary>
    private void Pass(TimeSpan time)
    {
        var end = Sys.Scheduler.MonotonicClock + time;
        SpinWait.SpinUntil(() => Sys.Scheduler.MonotonicClock > end, Seconds(10));
    }
}
