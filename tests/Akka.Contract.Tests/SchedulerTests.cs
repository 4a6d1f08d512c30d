using System.Diagnostics;
using Akka.Actor;

namespace Akka.Contract.Tests;

public sealed class SchedulerTests : ActorSpec
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    [Fact]
    public void A_message_comes_when_its_delay_is_over_and_never_before()
    {
        for (var milliseconds = 1; milliseconds < 60; milliseconds += 13)
        {
            var delay = TimeSpan.FromMilliseconds(milliseconds);
            var started = Stopwatch.GetTimestamp();

            Sys.Scheduler.ScheduleTellOnce(delay, TestActor, "due", ActorRefs.NoSender);

            ExpectMsg("due");
            Assert.True(Stopwatch.GetElapsedTime(started) >= delay, $"{delay} was over after {Stopwatch.GetElapsedTime(started)}");
        }
    }

    [Fact]
    public void A_delay_of_zero_is_delivered()
    {
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.Zero, TestActor, "due", ActorRefs.NoSender);

        ExpectMsg("due");
    }

    [Fact]
    public void A_negative_delay_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(-1), TestActor, "due", ActorRefs.NoSender));

    [Fact]
    public void A_scheduled_message_has_the_sender_that_was_given()
    {
        var sender = CreateTestProbe();

        Sys.Scheduler.ScheduleTellOnce(Tick, TestActor, "due", sender.Ref);

        ExpectMsg("due");
        Assert.Equal(sender.Ref, LastSender);
    }

    [Fact]
    public void A_repeated_message_comes_until_it_is_cancelled()
    {
        var repeating = Sys.Scheduler.ScheduleTellRepeatedlyCancelable(TimeSpan.Zero, Tick, TestActor, "due", ActorRefs.NoSender);

        ExpectMsg("due");
        ExpectMsg("due");
        ExpectMsg("due");
        repeating.Cancel();

        Assert.True(repeating.IsCancellationRequested);
        AwaitSilence();
    }

    [Fact]
    public void A_message_that_is_cancelled_in_time_does_not_come()
    {
        var once = Sys.Scheduler.ScheduleTellOnceCancelable(TimeSpan.FromMilliseconds(200), TestActor, "cancelled", ActorRefs.NoSender);

        once.Cancel();
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(250), TestActor, "the next", ActorRefs.NoSender);

        ExpectMsg("the next");
    }

    [Fact]
    public void What_is_cancelled_before_it_is_scheduled_does_not_run()
    {
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.Zero, TestActor, "cancelled", ActorRefs.NoSender, Cancelable.CreateCanceled());
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(40), TestActor, "the next", ActorRefs.NoSender);

        ExpectMsg("the next");
    }

    [Fact]
    public void Messages_come_in_the_order_of_their_delays()
    {
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(120), TestActor, "third", ActorRefs.NoSender);
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.Zero, TestActor, "first", ActorRefs.NoSender);
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(60), TestActor, "second", ActorRefs.NoSender);

        ExpectMsg("first");
        ExpectMsg("second");
        ExpectMsg("third");
    }

    [Fact]
    public void An_action_runs_when_its_delay_is_over()
    {
        Sys.Scheduler.Advanced.ScheduleOnce(Tick, () => TestActor.Tell("ran", ActorRefs.NoSender));

        ExpectMsg("ran");
    }

    [Fact]
    public void A_repeated_action_runs_until_it_is_cancelled()
    {
        var repeating = Sys.Scheduler.Advanced.ScheduleRepeatedlyCancelable(TimeSpan.Zero, Tick, () => TestActor.Tell("ran", ActorRefs.NoSender));

        ExpectMsg("ran");
        ExpectMsg("ran");
        repeating.Cancel();

        AwaitSilence();
    }

    [Fact]
    public void An_action_that_throws_does_not_stop_the_scheduler()
    {
        Sys.Scheduler.Advanced.ScheduleOnce(TimeSpan.Zero, () => throw new InvalidOperationException("action"));

        Sys.Scheduler.ScheduleTellOnce(Tick, TestActor, "still running", ActorRefs.NoSender);

        ExpectMsg("still running");
    }

    [Fact]
    public void A_cancelable_cancels_itself_after_a_delay()
    {
        using var cancelable = new Cancelable(Sys.Scheduler);

        cancelable.CancelAfter(Tick);

        AwaitCondition(() => cancelable.IsCancellationRequested);
        Assert.True(cancelable.Token.IsCancellationRequested);
    }

    [Fact]
    public void A_linked_cancelable_is_cancelled_with_any_of_those_it_is_linked_to()
    {
        using var first = new Cancelable(Sys.Scheduler);
        using var second = new Cancelable(Sys.Scheduler);
        var linked = Cancelable.CreateLinkedCancelable(Sys.Scheduler, first, second);

        second.Cancel();

        Assert.True(linked.IsCancellationRequested);
        Assert.False(first.IsCancellationRequested);
    }

    [Fact]
    public void The_clock_of_the_scheduler_goes_on()
    {
        var before = Sys.Scheduler.MonotonicClock;

        AwaitCondition(() => Sys.Scheduler.MonotonicClock > before);
    }

    /// <summary>What was delivered before the item was cancelled may still wait to be read; nothing comes after it.</summary>
    private void AwaitSilence()
    {
        ReceiveWhile<object>(message => message, max: Seconds(3), idle: Silence);
        ExpectNoMsg(Silence);
    }
}
