using ActorHeartbeat.Scheduling;
using Akka.Actor;
using Akka.Dispatch;

namespace ActorHeartbeat.Tests.Scheduling;

/// <summary>What actors may expect of a scheduler. The same tests run on Akka.NET's own and on the one with its own thread.</summary>
public abstract class SchedulerConformanceTests : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    private readonly Recorder _receiver = new();
    private readonly IScheduler _scheduler;

    private SchedulerConformanceTests(SchedulerBase scheduler) => _scheduler = scheduler;

    public void Dispose()
    {
        ((IDisposable)_scheduler).Dispose();
        _receiver.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_message_comes_when_its_delay_is_over_and_never_before()
    {
        for (var milliseconds = 1; milliseconds < 60; milliseconds += 13)
        {
            var delay = TimeSpan.FromMilliseconds(milliseconds);
            var started = TimeProvider.System.GetTimestamp();

            _scheduler.ScheduleTellOnce(delay, _receiver, "due", ActorRefs.NoSender);

            var after = TimeProvider.System.GetElapsedTime(started, _receiver.Next().At);
            Assert.True(after >= delay, $"{delay} was over after {after}");
        }
    }

    [Fact]
    public void A_delay_of_zero_is_delivered()
    {
        _scheduler.ScheduleTellOnce(TimeSpan.Zero, _receiver, "due", ActorRefs.NoSender);

        Assert.Equal("due", _receiver.Next().Message);
    }

    [Fact]
    public void A_negative_delay_and_an_interval_of_nothing_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _scheduler.ScheduleTellOnce(-Tick, _receiver, "due", ActorRefs.NoSender));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _scheduler.ScheduleTellRepeatedly(Tick, TimeSpan.Zero, _receiver, "due", ActorRefs.NoSender));
    }

    [Fact]
    public void A_message_has_the_sender_that_was_given()
    {
        _scheduler.ScheduleTellOnce(Tick, _receiver, "due", ActorRefs.Nobody);

        Assert.Equal(ActorRefs.Nobody, _receiver.Next().Sender);
    }

    [Fact]
    public void A_repeated_message_comes_until_it_is_cancelled()
    {
        var repeating = _scheduler.ScheduleTellRepeatedlyCancelable(TimeSpan.Zero, Tick, _receiver, "beat", ActorRefs.NoSender);
        Assert.Equal(["beat", "beat", "beat"], _receiver.Next(3));

        repeating.Cancel();

        AssertNothingMoreOf("beat");
    }

    [Fact]
    public void A_message_that_is_cancelled_in_time_does_not_come()
    {
        var once = _scheduler.ScheduleTellOnceCancelable(TimeSpan.FromSeconds(1), _receiver, "cancelled", ActorRefs.NoSender);
        once.Cancel();

        _scheduler.ScheduleTellOnce(TimeSpan.FromSeconds(1.1), _receiver, "the next", ActorRefs.NoSender);

        Assert.Equal("the next", _receiver.Next().Message);
    }

    [Fact]
    public void A_message_that_is_cancelled_before_it_is_scheduled_does_not_come()
    {
        _scheduler.ScheduleTellOnce(TimeSpan.Zero, _receiver, "cancelled", ActorRefs.NoSender, Cancelable.CreateCanceled());
        _scheduler.ScheduleTellOnce(4 * Tick, _receiver, "the next", ActorRefs.NoSender);

        Assert.Equal("the next", _receiver.Next().Message);
    }

    [Fact]
    public void A_disposed_cancelable_does_not_stop_a_message()
    {
        var disposed = new Cancelable(_scheduler.Advanced);
        disposed.Dispose();

        _scheduler.ScheduleTellOnce(Tick, _receiver, "due", ActorRefs.NoSender, disposed);

        Assert.Equal("due", _receiver.Next().Message);
    }

    [Fact]
    public void A_cancelable_cancels_itself_after_a_delay()
    {
        using var cancelable = new Cancelable(_scheduler.Advanced);
        using var cancelled = cancelable.Token.Register(() => _receiver.Tell("cancelled", ActorRefs.NoSender));

        cancelable.CancelAfter(Tick);

        Assert.Equal("cancelled", _receiver.Next().Message);
    }

    [Fact]
    public void Messages_come_in_the_order_of_their_delays()
    {
        _scheduler.ScheduleTellOnce(TimeSpan.FromSeconds(1.2), _receiver, "third", ActorRefs.NoSender);
        _scheduler.ScheduleTellOnce(TimeSpan.Zero, _receiver, "first", ActorRefs.NoSender);
        _scheduler.ScheduleTellOnce(TimeSpan.FromSeconds(0.6), _receiver, "second", ActorRefs.NoSender);

        Assert.Equal(["first", "second", "third"], _receiver.Next(3));
    }

    [Fact]
    public void Actions_run_once_or_until_they_are_cancelled()
    {
        using var cancelable = new Cancelable(_scheduler.Advanced);
        _scheduler.Advanced.ScheduleRepeatedly(TimeSpan.Zero, Tick, () => _receiver.Tell("beat", ActorRefs.NoSender), cancelable);
        Assert.Equal(["beat", "beat"], _receiver.Next(2));
        cancelable.Cancel();
        AssertNothingMoreOf("beat");

        _scheduler.Advanced.ScheduleOnce(Tick, () => _receiver.Tell("once", ActorRefs.NoSender));

        Assert.Equal("once", _receiver.Next().Message);
    }

    [Fact]
    public void Runnables_run_once_or_until_they_are_cancelled()
    {
        using var cancelable = new Cancelable(_scheduler.Advanced);
        var beat = new ActionRunnable(() => _receiver.Tell("beat", ActorRefs.NoSender));
        _scheduler.Advanced.ScheduleRepeatedly(TimeSpan.Zero, Tick, beat, cancelable);
        Assert.Equal(["beat", "beat"], _receiver.Next(2));
        cancelable.Cancel();
        AssertNothingMoreOf("beat");

        _scheduler.Advanced.ScheduleOnce(Tick, beat);

        Assert.Equal("beat", _receiver.Next().Message);
    }

    [Fact]
    public void An_action_that_throws_is_not_repeated_and_hinders_no_other()
    {
        var ran = 0;
        _scheduler.Advanced.ScheduleRepeatedly(TimeSpan.Zero, Tick, () => throw new InvalidOperationException($"{++ran}"));

        _scheduler.ScheduleTellRepeatedly(TimeSpan.Zero, Tick, _receiver, "beat", ActorRefs.NoSender);

        _receiver.Next(5);
        Assert.Equal(1, ran);
    }

    [Fact]
    public void A_scheduler_that_ends_fires_once_what_is_armed_and_not_cancelled()
    {
        var hour = TimeSpan.FromHours(1);
        _scheduler.ScheduleTellOnce(hour, _receiver, "once", ActorRefs.NoSender);
        _scheduler.ScheduleTellOnceCancelable(hour, _receiver, "cancelled", ActorRefs.NoSender).Cancel();
        _scheduler.ScheduleTellRepeatedly(hour, hour, _receiver, "repeated", ActorRefs.NoSender);
        _scheduler.Advanced.ScheduleOnce(hour, () => throw new InvalidOperationException("in the end"));
        _scheduler.Advanced.ScheduleOnce(hour, () => _receiver.Tell("action", ActorRefs.NoSender));

        ((IDisposable)_scheduler).Dispose();

        Assert.Equal(3, _receiver.Waiting);
        Assert.Equal(["action", "once", "repeated"], _receiver.Next(3).Order());
    }

    [Fact]
    public void A_scheduler_that_has_ended_refuses_everything_and_ends_again_without_harm()
    {
        // Start Akka.NET's scheduler with a first entry. If it is disposed unused, the next call to it never returns.
        _scheduler.ScheduleTellOnce(TimeSpan.Zero, _receiver, "first", ActorRefs.NoSender);
        _receiver.Next();

        ((IDisposable)_scheduler).Dispose();

        Assert.Throws<SchedulerException>(() => _scheduler.ScheduleTellOnce(Tick, _receiver, "late", ActorRefs.NoSender));
        Assert.Throws<SchedulerException>(
            () => _scheduler.ScheduleTellOnce(Tick, _receiver, "late", ActorRefs.NoSender, Cancelable.CreateCanceled()));
        Assert.Throws<SchedulerException>(() => _scheduler.ScheduleTellRepeatedly(Tick, Tick, _receiver, "late", ActorRefs.NoSender));
        Assert.Throws<SchedulerException>(() => _scheduler.Advanced.ScheduleOnce(Tick, () => { }));
        Assert.Throws<SchedulerException>(() => _scheduler.Advanced.ScheduleRepeatedly(Tick, Tick, () => { }));
        ((IDisposable)_scheduler).Dispose();
    }

    [Fact]
    public void The_scheduler_has_a_wall_clock_and_a_monotonic_clock()
    {
        var before = _scheduler.HighResMonotonicClock;
        _scheduler.ScheduleTellOnce(Tick, _receiver, "due", ActorRefs.NoSender);

        _receiver.Next();

        Assert.True(_scheduler.HighResMonotonicClock - before >= Tick);
        Assert.IsAssignableFrom<IDateTimeOffsetNowTimeProvider>(_scheduler);
        Assert.InRange(_scheduler.Now - TimeProvider.System.GetUtcNow(), -Recorder.Patience, Recorder.Patience);
    }

    /// <summary>A message from before the cancellation may still be unread; no message may follow the one armed here.</summary>
    private void AssertNothingMoreOf(string message)
    {
        _scheduler.ScheduleTellOnce(Tick, _receiver, "a while later", ActorRefs.NoSender);
        while (_receiver.Next().Message is not "a while later")
            continue;
        _scheduler.ScheduleTellOnce(10 * Tick, _receiver, "the end", ActorRefs.NoSender);
        Assert.Equal($"no {message}, but the end", $"no {message}, but {_receiver.Next().Message}");
    }

    public sealed class OfAkka()
        : SchedulerConformanceTests(new HashedWheelTimerScheduler(SchedulerConfiguration.Default, new RecordingLog()));

    public sealed class OnItsOwnThread()
        : SchedulerConformanceTests(new DedicatedThreadScheduler(SchedulerConfiguration.Default, new RecordingLog()));
}
