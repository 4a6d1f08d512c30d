using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Akka.TestKit;

/// <summary>
/// A scheduler whose time stands still until the test moves it. What is due runs on the thread that calls
/// <see cref="Advance"/>, in the order of due times, and of arming where those are equal. Chosen by
/// <c>akka.scheduler.implementation</c>.
/// </summary>
/// <remarks>
/// Only <see cref="Now"/> is virtual; the monotonic clocks are the process's own. What an actor arms while it handles a
/// message is there once the handling has finished, so a test waits for an answer before it advances.
/// </remarks>
public class TestScheduler : IScheduler, IAdvancedScheduler
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<ScheduledItem, (DateTimeOffset Due, long Order)> _pending = new();
    private readonly ILoggingAdapter _log;
    private long _lastOrder;
    private DateTimeOffset _now = DateTimeOffset.UtcNow;

    /// <summary>Made by the actor system from its configuration; time starts at the wall clock's.</summary>
    public TestScheduler(Config schedulerConfig, ILoggingAdapter log) => _log = log;

    /// <summary>The virtual time.</summary>
    public DateTimeOffset Now => TimeNow;

    /// <summary>The process's own clock: it does not follow <see cref="Advance"/>.</summary>
    public TimeSpan MonotonicClock => Stopwatch.GetElapsedTime(0);

    /// <inheritdoc cref="MonotonicClock"/>
    public TimeSpan HighResMonotonicClock => MonotonicClock;

    /// <summary>This scheduler, for actions instead of messages.</summary>
    public IAdvancedScheduler Advanced => this;

    /// <summary>The virtual time.</summary>
    protected DateTimeOffset TimeNow
    {
        get
        {
            lock (_gate)
                return _now;
        }
    }

    /// <summary>
    /// Moves time and runs what has become due. A repeating item runs once however often it would have been due, and is
    /// armed again from the new time.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative.</exception>
    public void Advance(TimeSpan offset)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(offset, TimeSpan.Zero);
        foreach (var item in MoveTo(offset))
        {
            if (item.Cancelable?.IsCancellationRequested == true)
                continue;
            Run(item);
            if (item.Interval is { } interval)
                Arm(item, interval);
        }
    }

    /// <summary>Moves time to a point that is not in the past.</summary>
    /// <exception cref="InvalidOperationException">The point is in the past.</exception>
    public void AdvanceTo(DateTimeOffset when)
    {
        var now = Now;
        if (when < now)
            throw new InvalidOperationException($"Time does not go back: it is {now:O}, asked for {when:O}.");
        Advance(when - now);
    }

    /// <inheritdoc />
    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender) =>
        ScheduleTellOnce(delay, receiver, message, sender, null);

    /// <inheritdoc />
    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        ScheduleOnce(delay, () => receiver.Tell(message, sender), cancelable);

    /// <inheritdoc />
    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender) =>
        ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, null);

    /// <inheritdoc />
    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        ScheduleRepeatedly(initialDelay, interval, () => receiver.Tell(message, sender), cancelable);

    /// <inheritdoc />
    public void ScheduleOnce(TimeSpan delay, Action action) => ScheduleOnce(delay, action, null);

    /// <inheritdoc />
    public void ScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        Arm(new ScheduledItem(action, null, cancelable), delay);
    }

    /// <inheritdoc />
    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action) =>
        ScheduleRepeatedly(initialDelay, interval, action, null);

    /// <inheritdoc />
    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(initialDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        Arm(new ScheduledItem(action, interval, cancelable), initialDelay);
    }

    private void Arm(ScheduledItem item, TimeSpan delay)
    {
        lock (_gate)
            _pending.Enqueue(item, (_now + delay, ++_lastOrder));
    }

    /// <summary>What is due is taken out before any of it runs, so that what it arms waits for the next move.</summary>
    private List<ScheduledItem> MoveTo(TimeSpan offset)
    {
        var due = new List<ScheduledItem>();
        lock (_gate)
        {
            _now += offset;
            while (_pending.TryPeek(out var item, out var priority) && priority.Due <= _now)
            {
                _pending.Dequeue();
                due.Add(item);
            }
        }

        return due;
    }

    /// <summary>One action that throws must not keep the others from their turn.</summary>
    private void Run(ScheduledItem item)
    {
        try
        {
            item.Action();
        }
        catch (Exception failure)
        {
            _log.Error(failure, "A scheduled action threw");
        }
    }

    private sealed record ScheduledItem(Action Action, TimeSpan? Interval, ICancelable Cancelable);
}
