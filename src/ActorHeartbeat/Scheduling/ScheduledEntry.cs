using Akka.Actor;
using Akka.Dispatch;

namespace ActorHeartbeat.Scheduling;

/// <summary>A timer of the <see cref="DedicatedThreadScheduler"/>: what it does when it is due, how often, and what cancels it.</summary>
/// <param name="scheduler">Takes the entry out when it is cancelled.</param>
/// <param name="interval">Zero for an entry that fires once.</param>
/// <param name="cancelable">Null for an entry that nothing cancels.</param>
internal abstract class ScheduledEntry(DedicatedThreadScheduler scheduler, TimeSpan interval, ICancelable? cancelable) : TimerEntry
{
    private CancellationTokenRegistration _registration;

    public TimeSpan Interval => interval;

    public bool IsCancelled => cancelable is { IsCancellationRequested: true };

    /// <summary>The first beat after <paramref name="now"/> in the rhythm of a beat that was due and has fired.</summary>
    public static TimeSpan NextBeat(TimeSpan due, TimeSpan interval, TimeSpan now)
    {
        var missed = (now - due).Ticks / interval.Ticks;
        return After(due + TimeSpan.FromTicks(missed * interval.Ticks), interval);
    }

    public abstract void Fire();

    /// <summary>Lets a cancellation take the entry out of the scheduler at once, so that nothing holds its message any longer.</summary>
    public void Follow()
    {
        try
        {
            if (cancelable is LeanCancelable lean)
                lean.Release(this);
            else if (cancelable is not null)
                _registration = cancelable.Token.UnsafeRegister(Leave, this);
        }
        catch (ObjectDisposedException)
        {
            // A disposed cancelable cancels nothing any more; Akka.NET schedules with it all the same.
        }
    }

    /// <summary>Unregisters an entry that fires no more, so that a cancelable that lives on does not hold it.</summary>
    public void Unfollow()
    {
        (cancelable as LeanCancelable)?.Forget();
        _registration.Unregister();
    }

    /// <summary>Takes it out of the scheduler.</summary>
    public void Leave() => scheduler.Remove(this);

    private static void Leave(object? entry) => ((ScheduledEntry)entry!).Leave(); // the state is the entry that registered
}

internal sealed class TellEntry(
    DedicatedThreadScheduler scheduler, TimeSpan interval, ICancelable? cancelable,
    ICanTell receiver, object message, IActorRef sender)
    : ScheduledEntry(scheduler, interval, cancelable)
{
    private readonly ICanTell _receiver = receiver ?? throw new ArgumentNullException(nameof(receiver));
    private readonly object _message = message ?? throw new ArgumentNullException(nameof(message));

    public override void Fire() => _receiver.Tell(_message, sender);

    public override string ToString() => $"{_message.GetType()} to {_receiver}";
}

internal sealed class ActionEntry(DedicatedThreadScheduler scheduler, TimeSpan interval, ICancelable? cancelable, Action action)
    : ScheduledEntry(scheduler, interval, cancelable)
{
    private readonly Action _action = action ?? throw new ArgumentNullException(nameof(action));

    public override void Fire() => _action();

    public override string ToString() => $"{_action.Method.DeclaringType}.{_action.Method.Name}";
}

internal sealed class RunnableEntry(DedicatedThreadScheduler scheduler, TimeSpan interval, ICancelable? cancelable, IRunnable runnable)
    : ScheduledEntry(scheduler, interval, cancelable)
{
    private readonly IRunnable _runnable = runnable ?? throw new ArgumentNullException(nameof(runnable));

    public override void Fire() => _runnable.Run();

    public override string ToString() => $"{_runnable.GetType()}";
}
