using System.Runtime.CompilerServices;
using ActorHeartbeat.Scheduling;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;
using FsCheck;
using FsCheck.Fluent;

namespace ActorHeartbeat.Tests.Scheduling;

/// <summary>The promises of the scheduler beyond those of Akka.NET's own. <see cref="SchedulerConformanceTests"/> has the others.</summary>
public sealed class DedicatedThreadSchedulerTests : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Recorder _receiver = new();
    private readonly RecordingLog _log = new();
    private readonly DedicatedThreadScheduler _own;
    private readonly IScheduler _scheduler;

    public DedicatedThreadSchedulerTests() => _scheduler = _own = new DedicatedThreadScheduler(SchedulerConfiguration.Default, _log);

    public void Dispose()
    {
        _own.Dispose();
        _receiver.Dispose();
    }

    [Fact]
    public void Cancelled_timers_never_fire_and_the_others_fire_once_and_never_early()
    {
        const int count = 100_000;
        var fired = new int[count];
        var early = 0;
        using var due = new CountdownEvent(count / 2);
        for (var armed = 0; armed < count; armed++)
        {
            var (number, from, delay) = (armed, _scheduler.MonotonicClock, TimeSpan.FromMilliseconds(200 + armed % 2000));
            var cancelable = _scheduler.Advanced.ScheduleOnceCancelable(delay, () =>
            {
                early += _scheduler.MonotonicClock - from < delay ? 1 : 0;
                if (fired[number]++ == 0 && number % 2 == 0)
                    due.Signal();
            });
            if (number % 2 == 1)
                cancelable.Cancel();
        }

        Assert.True(due.Wait(Recorder.Patience), $"{due.CurrentCount} did not fire");

        Assert.Equal(0, early);
        Assert.Equal(0, Enumerable.Range(0, count).Count(number => fired[number] != (number + 1) % 2));
        Assert.Equal(0, _own.Count);
    }

    [Fact]
    public void Threads_that_arm_and_cancel_at_once_lose_no_timer_and_leave_none()
    {
        const int each = 20_000;
        using var due = new CountdownEvent(4 * each / 2);
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (var number = 0; number < each; number++)
            {
                if (number % 2 == 0)
                    _scheduler.Advanced.ScheduleOnce(TimeSpan.FromMilliseconds(number % 100), () => due.Signal());
                else
                    _scheduler.Advanced.ScheduleOnceCancelable(Hour, () => due.AddCount()).Cancel();
            }
        })).ToArray();

        foreach (var thread in threads)
            thread.Start();

        Assert.True(due.Wait(Recorder.Patience), $"{due.CurrentCount} did not fire");
        Assert.All(threads, thread => Assert.True(thread.Join(Recorder.Patience)));
        Assert.Equal(0, _own.Count);
    }

    [Fact]
    public void A_repeated_action_keeps_its_first_rhythm()
    {
        const int count = 25;
        var interval = TimeSpan.FromMilliseconds(100);
        List<TimeSpan> late = [];
        var started = _scheduler.MonotonicClock;
        _scheduler.Advanced.ScheduleRepeatedly(interval, interval, () =>
        {
            late.Add(TimeSpan.FromTicks((_scheduler.MonotonicClock - started).Ticks % interval.Ticks));
            _receiver.Tell("beat", ActorRefs.NoSender);
        });

        _receiver.Next(count);

        // Each beat is late by less than a tick plus the delay of a busy machine. If delays added up, the beats would lie anywhere.
        Assert.InRange(late.Take(count).Order().ElementAt(count / 2), TimeSpan.Zero, 3 * Tick);
    }

    [Fact]
    public void Beats_that_are_missed_are_skipped()
    {
        // At most one beat fires per tick. With a tick of a tenth of the interval, beats made up for would come ten times as fast.
        var fine = ConfigurationFactory.ParseString("akka.scheduler.tick-duration = 1ms").WithFallback(SchedulerConfiguration.Default);
        using var gate = new ManualResetEventSlim();
        using var held = new DedicatedThreadScheduler(fine, _log);
        held.ScheduleOnce(TimeSpan.Zero, new ActionRunnable(() => gate.Wait(Recorder.Patience)));
        ((IScheduler)held).ScheduleTellRepeatedly(Tick, Tick, _receiver, "beat", ActorRefs.NoSender);
        _scheduler.Advanced.ScheduleOnce(50 * Tick, gate.Set);

        var (first, _, last) = (_receiver.Next(), _receiver.Next(18), _receiver.Next());

        Assert.True(TimeProvider.System.GetElapsedTime(first.At, last.At) > 9 * Tick, "the beats came all at once");
    }

    [Fact]
    public void The_next_beat_is_the_first_of_the_rhythm_that_is_still_to_come() =>
        Prop.ForAll(
            (from due in Gen.Choose(0, int.MaxValue)
             from interval in Gen.Choose(1, int.MaxValue)
             from late in Gen.Choose(0, int.MaxValue)
             select (Due: TimeSpan.FromTicks(due), Interval: TimeSpan.FromTicks(interval), Late: TimeSpan.FromTicks(late))).ToArbitrary(),
            sample =>
            {
                var now = sample.Due + sample.Late;
                var next = ScheduledEntry.NextBeat(sample.Due, sample.Interval, now);
                return next > now && next - sample.Interval <= now && (next - sample.Due).Ticks % sample.Interval.Ticks == 0;
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_entry_waits_for_others_at_most_a_five_hundredth_of_its_delay_and_eight_ticks() =>
        Prop.ForAll(
            (from now in Gen.Choose(0, int.MaxValue)
             from delay in Gen.Choose(0, int.MaxValue)
             select (Now: TimeSpan.FromTicks(now), Delay: TimeSpan.FromTicks(delay * 1000L))).ToArbitrary(),
            sample =>
            {
                var due = sample.Now + sample.Delay;
                var late = DedicatedThreadScheduler.Together(due, sample.Delay, Tick) - due;
                return late >= TimeSpan.Zero && late <= sample.Delay / 500 && late < 8 * Tick;
            }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(30_000, 2)]
    [InlineData(15_000, 4)]
    [InlineData(3_600_000, 1)]
    [InlineData(9_999, 8)]
    public void Entries_of_80_ms_with_one_delay_are_due_together(int delay, int times)
    {
        var due = Enumerable.Range(0, 80).Select(begun => TimeSpan.FromMilliseconds(800 + begun + delay)).Select(exact =>
            DedicatedThreadScheduler.Together(exact, TimeSpan.FromMilliseconds(delay), Tick).Ticks / Tick.Ticks);

        Assert.InRange(due.Distinct().Count(), times, times + 1);
    }

    [Fact]
    public void The_farthest_time_is_no_farther() => Assert.Equal(
        TimerEntry.Farthest, DedicatedThreadScheduler.Together(TimerEntry.Farthest, TimerEntry.Farthest, Tick));

    [Fact]
    public void A_cancelled_message_is_released_while_its_cancelable_lives()
    {
        var (cancelable, message) = ArmAndCancel();

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.False(message.TryGetTarget(out _));
        Assert.Equal(0, _own.Count);
        GC.KeepAlive(cancelable);
    }

    [Fact]
    public void A_message_that_has_come_is_released_while_its_cancelable_lives()
    {
        var cancelable = new Cancelable(_scheduler.Advanced);
        var message = ArmAndReceive(cancelable);

        // The second message shows that the thread has let go of the first.
        ArmAndReceive(cancelable);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.False(message.TryGetTarget(out _));
        GC.KeepAlive(cancelable);
    }

    [Fact]
    public void Nothing_wakes_the_thread_before_something_is_due()
    {
        _scheduler.ScheduleTellOnce(Hour, _receiver, "much later", ActorRefs.NoSender);
        var before = _own.Wakes;

        _scheduler.ScheduleTellOnce(TimeSpan.FromSeconds(1), _receiver, "due", ActorRefs.NoSender);
        _receiver.Next();

        // The thread wakes to see the new entry, to move it to the finest
        // ring and to fire it. A ticking clock would have woken it 100 times.
        Assert.InRange(_own.Wakes - before, 1, 6);
    }

    [Fact]
    public void An_earlier_entry_wakes_the_thread()
    {
        _scheduler.ScheduleTellOnce(Hour, _receiver, "much later", ActorRefs.NoSender);
        _scheduler.ScheduleTellOnce(TimeSpan.FromMinutes(10), _receiver, "later", ActorRefs.NoSender);
        _scheduler.ScheduleTellOnce(Tick, _receiver, "soon", ActorRefs.NoSender);

        Assert.Equal("soon", _receiver.Next().Message);
    }

    [Fact]
    public void Everything_fires_on_the_one_thread()
    {
        _scheduler.ScheduleTellOnce(TimeSpan.Zero, _receiver, "message", ActorRefs.NoSender);
        _scheduler.Advanced.ScheduleOnce(TimeSpan.Zero, () => _receiver.Tell("action", ActorRefs.NoSender));

        var (first, second) = (_receiver.Next(), _receiver.Next());

        Assert.Same(first.Thread, second.Thread);
        Assert.False(first.Thread.IsThreadPoolThread);
        Assert.Equal("akka-scheduler", first.Thread.Name);
    }

    [Fact]
    public void An_action_that_throws_is_logged_with_its_name()
    {
        var failure = new InvalidOperationException("broken");
        _scheduler.Advanced.ScheduleRepeatedly(TimeSpan.Zero, Tick, () => throw failure);
        _scheduler.ScheduleTellOnce(5 * Tick, _receiver, "later", ActorRefs.NoSender);
        _receiver.Next();

        var (level, text, cause) = Assert.Single(_log.Entries);
        Assert.Equal((LogLevel.ErrorLevel, failure), (level, cause));
        Assert.Contains(nameof(An_action_that_throws_is_logged_with_its_name), text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_longest_delay_is_accepted_and_does_not_fire_now()
    {
        using var cancelable = new Cancelable(_scheduler.Advanced);
        _scheduler.ScheduleTellOnce(TimeSpan.MaxValue, _receiver, "never", ActorRefs.NoSender, cancelable);
        _scheduler.ScheduleTellRepeatedly(TimeSpan.Zero, TimeSpan.MaxValue, _receiver, "once", ActorRefs.NoSender, cancelable);
        _scheduler.ScheduleTellOnce(5 * Tick, _receiver, "later", ActorRefs.NoSender);

        Assert.Equal(["once", "later"], _receiver.Next(2));
        Assert.Equal(2, _own.Count);
        cancelable.Cancel();
        Assert.Equal(0, _own.Count);
    }

    [Fact]
    public void The_scheduler_can_be_disposed_by_an_action_that_it_fires()
    {
        _scheduler.ScheduleTellOnce(Hour, _receiver, "armed", ActorRefs.NoSender);
        _scheduler.Advanced.ScheduleOnce(TimeSpan.Zero, () =>
        {
            _own.Dispose();
            _receiver.Tell("disposed", ActorRefs.NoSender);
        });

        Assert.Equal(["armed", "disposed"], _receiver.Next(2));
    }

    [Fact]
    public void An_action_that_schedules_itself_again_ends_with_the_scheduler_and_is_no_failure()
    {
        _scheduler.Advanced.ScheduleOnce(Hour, Again);

        _own.Dispose();

        Assert.Equal("again", _receiver.Next().Message);
        Assert.Empty(_log.Entries);

        void Again()
        {
            _receiver.Tell("again", ActorRefs.NoSender);
            _scheduler.Advanced.ScheduleOnce(Hour, Again);
        }
    }

    [Fact]
    public void A_scheduler_that_has_ended_unused_refuses_new_entries()
    {
        _own.Dispose();

        Assert.Throws<SchedulerException>(() => _scheduler.ScheduleTellOnce(Tick, _receiver, "late", ActorRefs.NoSender));
    }

    [Fact]
    public void A_null_argument_is_refused_at_once()
    {
        Assert.Throws<ArgumentNullException>(() => _scheduler.ScheduleTellOnce(Tick, _receiver, null, ActorRefs.NoSender));
        Assert.Throws<ArgumentNullException>(() => _scheduler.ScheduleTellOnce(Tick, null, "message", ActorRefs.NoSender));
        Assert.Throws<ArgumentNullException>(() => _scheduler.Advanced.ScheduleOnce(Tick, (Action)null!)); // the mistake under test
    }

    [Fact]
    public void The_clock_of_the_connections_reads_its_monotonic_clock()
    {
        var clock = new SchedulerClock(_scheduler);

        var (before, read, after) = (_scheduler.HighResMonotonicClock, clock.Elapsed, _scheduler.HighResMonotonicClock);

        Assert.InRange(read, before, after);
    }

    // In separate methods, so that no variable of the test holds the message.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private (ICancelable Cancelable, WeakReference<object> Message) ArmAndCancel()
    {
        var message = new object();
        var cancelable = _scheduler.ScheduleTellOnceCancelable(Hour, _receiver, message, ActorRefs.NoSender);
        Assert.Equal(1, _own.Count);
        cancelable.Cancel();
        return (cancelable, new WeakReference<object>(message));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference<object> ArmAndReceive(ICancelable cancelable)
    {
        var message = new object();
        _scheduler.ScheduleTellOnce(TimeSpan.Zero, _receiver, message, ActorRefs.NoSender, cancelable);
        Assert.Same(message, _receiver.Next().Message);
        return new WeakReference<object>(message);
    }
}
