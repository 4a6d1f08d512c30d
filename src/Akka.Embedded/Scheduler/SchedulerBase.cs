using Akka.Event;
using Akka.Scheduling;

namespace Akka.Actor;

/// <summary>A scheduler made of timer nodes: every public form becomes one node, armed by the derived class.</summary>
public abstract class SchedulerBase : IScheduler, IAdvancedScheduler
{
    private readonly ILoggingAdapter _log;

    private protected SchedulerBase(ILoggingAdapter log) => _log = log;

    public abstract DateTimeOffset Now { get; }

    public abstract TimeSpan MonotonicClock { get; }

    public TimeSpan HighResMonotonicClock => MonotonicClock;

    public IAdvancedScheduler Advanced => this;

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender) =>
        ScheduleTellOnce(delay, receiver, message, sender, null);

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Schedule(new TellNode(receiver, message, sender), delay, TimeSpan.Zero, cancelable);

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender) =>
        ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, null);

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Schedule(new TellNode(receiver, message, sender), initialDelay, Positive(interval), cancelable);

    public void ScheduleOnce(TimeSpan delay, Action action) => ScheduleOnce(delay, action, null);

    public void ScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) => Schedule(new ActionNode(action), delay, TimeSpan.Zero, cancelable);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action) => ScheduleRepeatedly(initialDelay, interval, action, null);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) =>
        Schedule(new ActionNode(action), initialDelay, Positive(interval), cancelable);

    internal abstract void Arm(TimerNode node, TimeSpan delay, TimeSpan interval);

    internal abstract void Disarm(TimerNode node);

    /// <summary>Fires a node; false, after logging, when that threw: such a node is not repeated.</summary>
    internal bool TryFire(TimerNode node)
    {
        if (node.Interval == TimeSpan.Zero)
            (node.Cancelable as Cancelable)?.Release(node);
        if (node.Cancelable is { IsCancellationRequested: true })
            return false;
        try
        {
            node.Fire();
            return true;
        }
        catch (Exception failure)
        {
            _log.Error(failure, "A scheduled action failed and is not repeated: {0}", failure.Message);
            return false;
        }
    }

    private void Schedule(TimerNode node, TimeSpan delay, TimeSpan interval, ICancelable cancelable)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        if (cancelable is { IsCancellationRequested: true })
            return;
        node.Cancelable = cancelable;
        Arm(node, delay, interval);
        if (cancelable is Cancelable own)
            own.Hold(node, this);
        else
            cancelable?.Token.UnsafeRegister(static (state, _) => ((Action)state!)(), () => Disarm(node));
    }

    private static TimeSpan Positive(TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        return interval;
    }
}
