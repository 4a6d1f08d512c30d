using Akka.Actor;
using Akka.Event;
using Akka.Scheduling;

namespace Akka.Deterministic;

/// <summary>Virtual time: exact, and standing still until it is moved. Not a wall clock, and so not marked as one.</summary>
internal sealed class SimulationScheduler(ILoggingAdapter log, SimulationDispatcher dispatcher) : SchedulerBase(log), ITimerNodeScheduler
{
    /// <summary>Where every simulation's calendar begins.</summary>
    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>One tick of a TimeSpan: due times are exact.</summary>
    private readonly TimerWheel _wheel = new(TimeSpan.FromTicks(1));
    private readonly Queue<TimerNode> _immediate = new();
    private readonly List<TimerNode> _due = [];
    private TimeSpan _now;

    public override DateTimeOffset Now => Epoch + _now;

    public override TimeSpan MonotonicClock => _now;

    public int PendingCount => _wheel.Count + _immediate.Count;

    internal override void Arm(TimerNode node, TimeSpan delay, TimeSpan interval)
    {
        dispatcher.CheckCaller(node, ActorRefs.Nobody);
        node.Interval = interval;
        node.Due = _now + delay;
        if (delay == TimeSpan.Zero)
        {
            node.DueTick = Immediate;
            _immediate.Enqueue(node);
        }
        else
        {
            _wheel.Add(node);
        }
    }

    internal override void Disarm(TimerNode node)
    {
        dispatcher.CheckCaller(node, ActorRefs.Nobody);
        node.Interval = TimeSpan.Zero;
        node.DueTick = 0;
        _wheel.Remove(node);
    }

    void ITimerNodeScheduler.ArmNode(TimerNode node, TimeSpan delay, TimeSpan interval) => Arm(node, delay, interval);

    void ITimerNodeScheduler.DisarmNode(TimerNode node) => Disarm(node);

    /// <summary>Fires the oldest timer that was armed without a delay; false when there is none.</summary>
    public bool FireImmediate()
    {
        while (_immediate.TryDequeue(out var node))
        {
            if (node.DueTick != Immediate)
                continue;
            Fire(node);
            return true;
        }

        return false;
    }

    /// <summary>Moves time to the next timer and fires all that are due then; false, with time at the limit, when none is due by it.</summary>
    public bool FireNext(TimeSpan limit)
    {
        while (_wheel.NextWork is { } next && next <= limit)
        {
            // Not every step of the wheel fires something: some only move timers to a finer ring.
            _now = next > _now ? next : _now;
            _wheel.TakeDue(_now, _due);
            if (_due.Count == 0)
                continue;
            foreach (var node in _due)
                Fire(node);
            _due.Clear();
            return true;
        }

        if (limit != TimeSpan.MaxValue)
            _now = limit;
        return false;
    }

    private const long Immediate = -1;

    private void Fire(TimerNode node)
    {
        node.DueTick = 0;
        if (!TryFire(node) || node.Interval <= TimeSpan.Zero || node.Slot >= 0)
            return;
        node.Due += node.Interval;
        _wheel.Add(node);
    }
}
