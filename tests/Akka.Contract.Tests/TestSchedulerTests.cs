using Akka.Actor;

namespace Akka.Contract.Tests;

public sealed class TestSchedulerTests() : ActorSpec(VirtualTime)
{
    [Fact]
    public void Time_moves_only_when_it_is_told_to()
    {
        var start = Clock.Now;

        Clock.Advance(Seconds(10));

        Assert.Equal(start + Seconds(10), Clock.Now);
        Assert.Equal(start + Seconds(10), Sys.Scheduler.Now);
    }

    [Fact]
    public void What_is_due_runs_when_time_is_moved_to_it_and_not_before()
    {
        Clock.ScheduleTellOnce(Seconds(10), TestActor, "due", ActorRefs.NoSender);

        Clock.Advance(Seconds(9));
        ExpectNoMsg(Silence);
        Clock.Advance(Seconds(1));

        ExpectMsg("due");
    }

    [Fact]
    public void Advance_runs_what_is_due_in_the_order_of_time()
    {
        Clock.ScheduleTellOnce(Seconds(3), TestActor, "third", ActorRefs.NoSender);
        Clock.ScheduleTellOnce(Seconds(1), TestActor, "first", ActorRefs.NoSender);
        Clock.ScheduleTellOnce(Seconds(2), TestActor, "second", ActorRefs.NoSender);

        Clock.Advance(Seconds(3));

        Assert.Equal(["first", "second", "third"], ReceiveN(3).Cast<string>());
    }

    [Fact]
    public void One_advance_runs_a_repeating_item_once_and_arms_it_from_the_new_time()
    {
        Clock.ScheduleTellRepeatedly(Seconds(10), Seconds(10), TestActor, "due", ActorRefs.NoSender);

        Clock.Advance(Seconds(35));
        ExpectMsg("due");
        Clock.Advance(Seconds(9));
        ExpectNoMsg(Silence);
        Clock.Advance(Seconds(1));

        ExpectMsg("due");
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void AdvanceTo_moves_time_to_a_point()
    {
        Clock.ScheduleTellOnce(Seconds(10), TestActor, "due", ActorRefs.NoSender);

        Clock.AdvanceTo(Clock.Now + Seconds(10));

        ExpectMsg("due");
    }

    [Fact]
    public void Time_does_not_go_back() =>
        Assert.Throws<InvalidOperationException>(() => Clock.AdvanceTo(Clock.Now - Seconds(1)));

    [Fact]
    public void What_was_cancelled_does_not_run()
    {
        var cancelled = Clock.ScheduleTellOnceCancelable(Seconds(10), TestActor, "cancelled", ActorRefs.NoSender);

        cancelled.Cancel();
        Clock.Advance(Seconds(10));

        ExpectNoMsg(Silence);
    }

    [Fact]
    public void An_action_runs_on_the_thread_that_moves_time()
    {
        var ranOn = 0;
        Clock.Advanced.ScheduleOnce(Seconds(10), () => ranOn = Environment.CurrentManagedThreadId);

        Clock.Advance(Seconds(10));

        Assert.Equal(Environment.CurrentManagedThreadId, ranOn);
    }

    [Fact]
    public void The_monotonic_clock_is_the_process_s_own()
    {
        var before = Clock.MonotonicClock;

        Clock.Advance(TimeSpan.FromDays(1));

        Assert.True(Clock.MonotonicClock - before < TimeSpan.FromHours(1));
    }
}
