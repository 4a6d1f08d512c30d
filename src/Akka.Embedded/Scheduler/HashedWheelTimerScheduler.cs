using Akka.Configuration;
using Akka.Event;
using Akka.Scheduling;

namespace Akka.Actor;

/// <summary>
/// The default scheduler: a timing wheel behind one timer of a <see cref="TimeProvider"/>, which is set to the next moment
/// at which there is something to do and otherwise sleeps. Never early; late by up to a tick (<c>akka.scheduler.tick-duration</c>, 10 ms).
/// </summary>
public class HashedWheelTimerScheduler : SchedulerBase, IDateTimeOffsetNowTimeProvider, ITimerNodeScheduler, IDisposable
{
    private readonly TimeProvider _timeProvider;
    private readonly long _startTimestamp;
    private readonly ITimer _timer;
    private readonly TimerWheel _wheel;
    private readonly Lock _lock = new();
    private readonly List<TimerNode> _due = [];
    private TimeSpan _wakeAt = TimeSpan.MaxValue;
    private bool _disposed;
    private long _wakeCount;

    public HashedWheelTimerScheduler(Config scheduler, ILoggingAdapter log) : this(scheduler, log, TimeProvider.System) { }

    internal HashedWheelTimerScheduler(Config scheduler, ILoggingAdapter log, TimeProvider timeProvider) : base(log)
    {
        var tick = scheduler.GetTimeSpan("akka.scheduler.tick-duration", TimeSpan.FromMilliseconds(10), allowInfinite: false);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(tick, TimeSpan.Zero);
        _timeProvider = timeProvider;
        _startTimestamp = timeProvider.GetTimestamp();
        _wheel = new TimerWheel(tick);
        _timer = timeProvider.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public override DateTimeOffset Now => _timeProvider.GetUtcNow();

    public override TimeSpan MonotonicClock => _timeProvider.GetElapsedTime(_startTimestamp);

    internal int PendingCount
    {
        get
        {
            lock (_lock)
                return _wheel.Count;
        }
    }

    /// <summary>How often the one timer has fired.</summary>
    internal long WakeCount => Volatile.Read(ref _wakeCount);

    internal override void Arm(TimerNode node, TimeSpan delay, TimeSpan interval)
    {
        node.Interval = interval;
        var due = MonotonicClock + delay;
        lock (_lock)
        {
            node.Due = due;
            if (_disposed)
                return;
            _wheel.Add(node);
            if (due < _wakeAt)
                SetWake();
        }
    }

    internal override void Disarm(TimerNode node)
    {
        lock (_lock)
        {
            node.Interval = TimeSpan.Zero;
            _wheel.Remove(node);
        }
    }

    void ITimerNodeScheduler.ArmNode(TimerNode node, TimeSpan delay, TimeSpan interval) => Arm(node, delay, interval);

    void ITimerNodeScheduler.DisarmNode(TimerNode node) => Disarm(node);

    /// <summary>Drops what is pending; nothing fires any more.</summary>
    public void Dispose()
    {
        lock (_lock)
            _disposed = true;
        _timer.Dispose();
        GC.SuppressFinalize(this);
    }

    private void OnTimer()
    {
        // Timer callbacks can overlap; the list of due nodes belongs to one of them at a time.
        lock (_due)
        {
            _wakeCount++;
            TakeDue();
            foreach (var node in _due)
            {
                if (TryFire(node))
                    Rearm(node);
            }

            _due.Clear();
        }
    }

    private void TakeDue()
    {
        var now = MonotonicClock;
        lock (_lock)
        {
            if (_disposed)
                return;
            _wheel.TakeDue(now, _due);
            SetWake();
        }
    }

    /// <summary>From when it was due, so that a period does not drift; missed periods are skipped.</summary>
    private void Rearm(TimerNode node)
    {
        var now = MonotonicClock;
        lock (_lock)
        {
            if (_disposed || node.Interval <= TimeSpan.Zero || node.Slot >= 0)
                return;
            node.Due += node.Interval;
            if (node.Due <= now)
                node.Due = now + node.Interval;
            _wheel.Add(node);
            if (node.Due < _wakeAt)
                SetWake();
        }
    }

    private void SetWake()
    {
        if (_wheel.NextWork is not { } next)
        {
            _wakeAt = TimeSpan.MaxValue;
            return;
        }

        _wakeAt = next;
        var delay = next - MonotonicClock;

        // The platform's timer counts whole milliseconds and may come a little before; rounding up spares a second wake.
        var milliseconds = Math.Clamp(Math.Ceiling(delay.TotalMilliseconds), 1, int.MaxValue - 1d);
        _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }
}
