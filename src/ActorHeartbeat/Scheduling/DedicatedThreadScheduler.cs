using System.Numerics;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace ActorHeartbeat.Scheduling;

/// <summary>
/// A scheduler for Akka.NET on a thread of its own: a timing wheel behind one lock, and a thread that sleeps until the next entry is due.
/// Configured by <c>akka.scheduler.implementation</c>.
/// </summary>
/// <remarks>
/// No thread of the pool takes part: arming never waits for one, and a message is enqueued on time even while all of them are blocked.
/// An entry never fires early on the monotonic clock, and at most <c>akka.scheduler.tick-duration</c> (default 10 ms) late, or by a
/// five-hundredth of its delay where that is more, up to eight ticks: so the heartbeats of many endpoints are due together, and wake the
/// thread once. Entries fire on the scheduler's thread, one after the other, in the order in which they are due. An action that takes long
/// delays the others by as much. A cancelled entry is released at once. A repeated entry keeps its first rhythm and skips the beats that it
/// misses.
/// A scheduled message is sent as it is: Akka.NET's own scheduler wraps it, so that <c>akka.actor.serialize-messages</c> leaves it out.
/// </remarks>
public sealed class DedicatedThreadScheduler : SchedulerBase, IDateTimeOffsetNowTimeProvider, IDisposable
{
    /// <summary>Shown by tools that list threads; Linux cuts names after 15 bytes.</summary>
    private const string ThreadName = "akka-scheduler";

    /// <summary>An entry may wait for others up to this share of its delay, and for so many ticks.</summary>
    private const int ShareOfDelay = 500, MostTicks = 8;

    /// <summary>After a burst the list keeps at most this capacity.</summary>
    private const int KeptCapacity = 1024;

    /// <summary>
    /// The thread wakes up late by this much only when the whole process stood still: stopped by a signal, on a suspended machine, or
    /// without a processor.
    /// </summary>
    private static readonly TimeSpan Standstill = TimeSpan.FromSeconds(1);

    /// <summary>The thread is awake and looks at the wheel again before it sleeps: an earlier entry need not wake it.</summary>
    private static readonly TimeSpan Awake = TimeSpan.MinValue;

    /// <summary>
    /// Configures an actor system to run on this scheduler. <c>WithConnectionSupervisor</c>
    /// adds it; without that call, add it to the system's configuration.
    /// </summary>
    public static Config Configuration { get; } = ConfigurationFactory.ParseString(
        $"akka.scheduler.implementation = \"{typeof(DedicatedThreadScheduler).FullName}, ActorHeartbeat\"");

    private readonly long _origin = TimeProvider.System.GetTimestamp();
    private readonly TimeSpan _tick, _shutdownTimeout;
    private readonly TimerWheel _wheel;
    private readonly object _lock = new(); // a Lock has no Wait and no Pulse
    private readonly List<TimerEntry> _due = []; // of the scheduler's thread alone
    private readonly Thread _thread;
    private readonly PoolPulse _pulse;
    private TimeSpan _wakeAt = Awake;
    private bool _disposed;
    private readonly LatestLag _lag = new();
    private long _wakes;
    private long _stoodStillUntil; // ticks of the monotonic clock
    private TimeSpan _stoodStillFor; // until it is logged; of the scheduler's thread alone

    /// <param name="config">The system's: <c>akka.scheduler.tick-duration</c> and <c>shutdown-timeout</c> are read.</param>
    /// <param name="log">Receives the errors of failed actions.</param>
    public DedicatedThreadScheduler(Config config, ILoggingAdapter log) : base(config, log)
    {
        _tick = config.GetTimeSpan("akka.scheduler.tick-duration", TimeSpan.FromMilliseconds(10), allowInfinite: false);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_tick, TimeSpan.Zero);
        _shutdownTimeout = config.GetTimeSpan("akka.scheduler.shutdown-timeout", TimeSpan.FromSeconds(5), allowInfinite: false);
        _wheel = new TimerWheel(_tick);
        _pulse = new PoolPulse(
            () => MonotonicClock, Standstill, LogJam, item => ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false));
        _thread = new Thread(Run) { IsBackground = true, Name = ThreadName };
        _thread.UnsafeStart();
    }

    public override TimeSpan MonotonicClock => TimeProvider.System.GetElapsedTime(_origin);

    public override TimeSpan HighResMonotonicClock => MonotonicClock;

    /// <summary>
    /// When the process, or its thread pool, last went on after it had stood still for a second or longer, on the monotonic clock; zero
    /// when it never has. Known before anything that became due meanwhile is handled.
    /// </summary>
    public TimeSpan StoodStillUntil
    {
        get
        {
            var (process, pool) = (TimeSpan.FromTicks(Volatile.Read(ref _stoodStillUntil)), _pulse.JammedUntil);
            return process > pool ? process : pool;
        }
    }

    protected override DateTimeOffset TimeNow => TimeProvider.System.GetUtcNow();

    /// <summary>Entries that are armed.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
                return _wheel.Count;
        }
    }

    /// <summary>The most that the thread woke up late within the last half minute to minute.</summary>
    internal TimeSpan Lag => _lag.Read(MonotonicClock);

    /// <summary>How often the thread has slept.</summary>
    internal long Wakes => Volatile.Read(ref _wakes);

    /// <summary>
    /// Ends the thread, then fires what is still armed one last time, as Akka.NET's own scheduler does: a task that
    /// waits for a delay ends with the system. From then on scheduling throws a <see cref="SchedulerException"/>.
    /// </summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            Monitor.Pulse(_lock);
        }

        // An action may dispose on the scheduler's thread, which cannot join itself: the rest of what is due fires after that action.
        if (Thread.CurrentThread != _thread && !_thread.Join(_shutdownTimeout))
        {
            Log.Warning("A scheduled action still runs {0} after the end of the scheduler. What is armed is dropped.", _shutdownTimeout);
            return;
        }

        List<TimerEntry> left = [];
        lock (_lock)
            _wheel.TakeDue(TimeSpan.MaxValue, left);
        foreach (ScheduledEntry entry in left)
        {
            entry.Unfollow();
            _ = TryFire(entry); // for the last time in any case
        }
    }

    internal void Remove(ScheduledEntry entry)
    {
        lock (_lock)
            _wheel.Remove(entry);
    }

    protected override void InternalScheduleTellOnce(
        TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable) =>
        Arm(new TellEntry(this, TimeSpan.Zero, cancelable, receiver, message, sender), delay);

    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable) =>
        Arm(new TellEntry(this, interval, cancelable, receiver, message, sender), initialDelay);

    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) =>
        Arm(new ActionEntry(this, TimeSpan.Zero, cancelable, action), delay);

    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable? cancelable) =>
        Arm(new RunnableEntry(this, TimeSpan.Zero, cancelable, action), delay);

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        Arm(new ActionEntry(this, interval, cancelable, action), initialDelay);

    protected override void InternalScheduleRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable? cancelable) =>
        Arm(new RunnableEntry(this, interval, cancelable, action), initialDelay);

    private void Arm(ScheduledEntry entry, TimeSpan delay)
    {
        entry.Due = Together(TimerEntry.After(MonotonicClock, delay), delay, _tick);
        entry.Follow(); // before the entry is in the wheel: otherwise it could fire for the last time and be followed afterwards
        if (TryAdd(entry))
            return;
        entry.Unfollow();
        throw new SchedulerException("The scheduler is disposed: its actor system has terminated.");
    }

    /// <summary>When an entry with such a delay is due together with others; what is less than two ticks is left to the wheel.</summary>
    internal static TimeSpan Together(TimeSpan due, TimeSpan delay, TimeSpan tick)
    {
        var ticks = Math.Min(delay / ShareOfDelay / tick, MostTicks);
        if (ticks < 2 || due >= TimerEntry.Farthest)
            return due;
        var grain = tick.Ticks << BitOperations.Log2((uint)ticks);
        return TimeSpan.FromTicks((due.Ticks + grain - 1) / grain * grain);
    }

    /// <summary>False when the scheduler is disposed. A cancelled entry is not added: nothing would take it out.</summary>
    private bool TryAdd(ScheduledEntry entry)
    {
        lock (_lock)
        {
            if (_disposed)
                return false;
            if (entry.IsCancelled)
                return true;
            _wheel.Add(entry);
            if (entry.Due < _wakeAt)
            {
                _wakeAt = Awake;
                Monitor.Pulse(_lock);
            }

            return true;
        }
    }

    private void Run()
    {
        while (WaitUntilDue())
        {
            _pulse.Send(); // before the entries: what they queue comes after it
            FireDue(); // a method of its own: no variable of this one holds an entry while the thread sleeps
            LogStandstill();
        }
    }

    private void LogStandstill()
    {
        if (_stoodStillFor == TimeSpan.Zero)
            return;
        var seconds = _stoodStillFor.TotalSeconds;
        _stoodStillFor = TimeSpan.Zero;
        Write(() => Log.Warning("The process stood still for {0:0.0} s. Silence of that time is no sign of a dead peer.", seconds));
    }

    private void LogJam(TimeSpan took) => Write(() => Log.Warning(
        "No thread of the pool was free for {0:0.0} s. Silence of that time is no sign of a dead peer.", took.TotalSeconds));

    private void FireDue()
    {
        foreach (ScheduledEntry entry in _due)
        {
            if (TryFire(entry) && entry.Interval > TimeSpan.Zero)
                Repeat(entry);
        }

        _due.Clear();
        if (_due.Capacity > KeptCapacity)
            _due.Capacity = KeptCapacity;
    }

    /// <summary>Sleeps until entries are due and takes them. False when the scheduler is disposed.</summary>
    private bool WaitUntilDue()
    {
        lock (_lock)
        {
            while (!_disposed)
            {
                _wheel.TakeDue(MonotonicClock, _due);
                if (_due.Count > 0)
                    return true;
                var wakeAt = _wakeAt = _wheel.NextWork ?? TimeSpan.MaxValue;
                Monitor.Wait(_lock, Milliseconds(wakeAt));
                _wakeAt = Awake;
                _wakes++;
                NoteStandstill(wakeAt);
            }
        }

        return false;
    }

    private void NoteStandstill(TimeSpan wakeAt)
    {
        var now = MonotonicClock;
        if (now >= wakeAt) // not when an earlier entry woke it
            _lag.Note(now, now - wakeAt);
        if (now - wakeAt < Standstill) // far below nothing when nothing was due
            return;
        _stoodStillFor = now - wakeAt;
        Volatile.Write(ref _stoodStillUntil, now.Ticks);
    }

    /// <summary>
    /// Rounds up, since Monitor.Wait counts whole milliseconds: otherwise the thread would wake just too early and sleep again.
    /// </summary>
    private int Milliseconds(TimeSpan wakeAt) => wakeAt == TimeSpan.MaxValue
        ? Timeout.Infinite
        : (int)Math.Clamp(Math.Ceiling((wakeAt - MonotonicClock).TotalMilliseconds), 0, int.MaxValue);

    /// <summary>Fires an entry that is not cancelled.</summary>
    /// <returns>False when it does not fire again: it was cancelled, or it threw.</returns>
    private bool TryFire(ScheduledEntry entry)
    {
        if (entry.Interval == TimeSpan.Zero)
            entry.Unfollow();
        if (entry.IsCancelled)
            return false;
        try
        {
            entry.Fire();
            return true;
        }
        catch (SchedulerException) when (_disposed) // an action that schedules itself again ends with the scheduler
        {
            entry.Unfollow();
            return false;
        }
        catch (Exception failure) // from anything that was scheduled; it must not end the thread
        {
            entry.Unfollow();
            Report(failure, entry);
            return false;
        }
    }

    private void Report(Exception failure, ScheduledEntry entry) =>
        Write(() => Log.Error(failure, "A scheduled entry failed and is not repeated: {0}", entry));

    /// <summary>A logger that throws must not end the thread either.</summary>
    private static void Write(Action line)
    {
        try
        {
            line();
        }
        catch (Exception)
        {
            // There is no other place to report it.
        }
    }

    private void Repeat(ScheduledEntry entry)
    {
        entry.Due = ScheduledEntry.NextBeat(entry.Due, entry.Interval, MonotonicClock);
        _ = TryAdd(entry); // once the scheduler is disposed nothing repeats
    }
}
