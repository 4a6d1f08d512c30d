using Akka.Actor;

namespace ActorHeartbeat.Simulation;

/// <summary>The virtual clock and its timers, which fire by due time, and at the same time in the order of arming.</summary>
internal sealed class VirtualTimers
{
    /// <summary>Below this number of timers a search for cancelled ones is not worth it.</summary>
    private const int LeastSweep = 1024;

    private readonly PriorityQueue<Timer, (TimeSpan Due, long Number)> _timers = new();
    private long _number;
    private int _sweepAt = LeastSweep;

    public TimeSpan Now { get; private set; }

    /// <summary>Timers that wait for their time.</summary>
    public int Count => _timers.UnorderedItems.Count(one => !one.Element.IsCancelled);

    /// <summary>When the next timer is due; null when none waits.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            while (_timers.TryPeek(out var timer, out var when))
            {
                if (!timer.IsCancelled)
                    return when.Due;
                _timers.Dequeue();
            }
            return null;
        }
    }

    /// <param name="interval">Zero for once.</param>
    public void Arm(TimeSpan delay, TimeSpan interval, Action action, ICancelable? cancelable)
    {
        if (delay <= TimeSpan.MaxValue - Now) // otherwise it never fires
            Add(new Timer(action, interval, cancelable), Now + delay);
    }

    /// <summary>
    /// Moves time to the next timer and fires all timers due then, before anything that they cause. False, with time
    /// at the limit, when none is due by the limit. Timers that they arm without a delay wait for the next call.
    /// </summary>
    public bool FireNext(TimeSpan limit)
    {
        if (NextDue is not { } next || next > limit)
        {
            if (limit != TimeSpan.MaxValue && limit > Now)
                Now = limit;
            return false;
        }
        Now = next > Now ? next : Now;
        var armed = _number;
        while (_timers.TryPeek(out var timer, out var when) && when.Due <= Now && when.Number <= armed)
        {
            _timers.Dequeue();
            if (timer.IsCancelled)
                continue;
            timer.Action();
            if (timer.Interval > TimeSpan.Zero && !timer.IsCancelled && timer.Interval <= TimeSpan.MaxValue - when.Due)
                Add(timer, when.Due + timer.Interval);
        }
        return true;
    }

    private void Add(Timer timer, TimeSpan due)
    {
        _timers.Enqueue(timer, (due, ++_number));
        if (_timers.Count >= _sweepAt)
            Sweep();
    }

    /// <summary>Removes cancelled timers, which otherwise stay until their time comes.</summary>
    private void Sweep()
    {
        var waiting = _timers.UnorderedItems.Where(one => !one.Element.IsCancelled).ToArray();
        _timers.Clear();
        _timers.EnqueueRange(waiting);
        _sweepAt = Math.Max(LeastSweep, 2 * _timers.Count);
    }

    private sealed class Timer(Action action, TimeSpan interval, ICancelable? cancelable)
    {
        public Action Action => action;

        public TimeSpan Interval => interval;

        public bool IsCancelled => cancelable is { IsCancellationRequested: true };
    }
}
