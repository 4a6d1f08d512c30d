using Akka.Scheduling;

namespace Akka.Actor;

/// <summary>Asks for timers; they end with the actor and with each restart.</summary>
public interface IWithTimers
{
    /// <summary>Set by the runtime before PreStart.</summary>
    ITimerScheduler Timers { get; set; }
}

/// <summary>Timers that send their actor a message. Starting one under a key that is in use replaces it, and nothing of the old one arrives any more.</summary>
public interface ITimerScheduler
{
    IReadOnlyCollection<object> ActiveTimers { get; }

    void StartSingleTimer(object key, object msg, TimeSpan timeout);

    void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender);

    void StartPeriodicTimer(object key, object msg, TimeSpan interval);

    void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender);

    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval);

    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender);

    /// <summary>A single timer is inactive when its message is handled.</summary>
    bool IsTimerActive(object key);

    void Cancel(object key);

    void CancelAll();
}

/// <summary>A timer and the message it puts into the mailbox: being the current one under its key is what makes it valid.</summary>
internal sealed class ActorTimer(ActorCell cell, object key, object message, IActorRef sender, bool repeats) : TimerNode, IEnvelopedMessage
{
    public object Key { get; } = key;

    public object Message { get; } = message;

    public bool Repeats { get; } = repeats;

    public object Enveloped => Message;

    public override void Fire() => cell.Post(this, sender);
}

internal sealed class TimerScheduler(ActorCell cell) : ITimerScheduler
{
    private readonly Dictionary<object, ActorTimer> _timers = [];

    public IReadOnlyCollection<object> ActiveTimers => _timers.Keys;

    public void StartSingleTimer(object key, object msg, TimeSpan timeout) => StartSingleTimer(key, msg, timeout, ActorRefs.NoSender);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender) => Start(key, msg, timeout, TimeSpan.Zero, sender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval) => StartPeriodicTimer(key, msg, interval, interval, ActorRefs.NoSender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender) => StartPeriodicTimer(key, msg, interval, interval, sender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval) =>
        StartPeriodicTimer(key, msg, initialDelay, interval, ActorRefs.NoSender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        Start(key, msg, initialDelay, interval, sender);
    }

    public bool IsTimerActive(object key) => _timers.ContainsKey(key);

    public void Cancel(object key)
    {
        if (_timers.Remove(key, out var timer))
            cell.Scheduler.Disarm(timer);
    }

    public void CancelAll()
    {
        foreach (var timer in _timers.Values)
            cell.Scheduler.Disarm(timer);
        _timers.Clear();
    }

    public bool Accepts(ActorTimer timer)
    {
        if (!_timers.TryGetValue(timer.Key, out var current) || !ReferenceEquals(current, timer))
            return false;
        if (!timer.Repeats)
            _timers.Remove(timer.Key);
        return true;
    }

    private void Start(object key, object message, TimeSpan delay, TimeSpan interval, IActorRef sender)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        Cancel(key);
        var timer = new ActorTimer(cell, key, message, sender, repeats: interval > TimeSpan.Zero);
        _timers.Add(key, timer);
        cell.Scheduler.Arm(timer, delay, interval);
    }
}
