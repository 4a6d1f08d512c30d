using Akka.Actor;

namespace ActorHeartbeat.Scheduling;

/// <summary>
/// The one clock of the connections: the actor scheduler's. A scheduler that runs on virtual time advances only its
/// <see cref="ITimeProvider.Now"/>. A scheduler that runs on the wall clock shows it by its type, and has a monotonic clock besides.
/// </summary>
public sealed class SchedulerClock
{
    private readonly IScheduler _scheduler;
    private readonly Func<TimeSpan> _stoodStillUntil;
    private readonly bool _isWallClock;
    private readonly DateTimeOffset _origin;

    public SchedulerClock(IScheduler scheduler)
        : this(scheduler, scheduler is DedicatedThreadScheduler own ? () => own.StoodStillUntil : () => TimeSpan.Zero)
    {
    }

    /// <param name="scheduler">The scheduler.</param>
    /// <param name="stoodStillUntil">See <see cref="StoodStillUntil"/>.</param>
    internal SchedulerClock(IScheduler scheduler, Func<TimeSpan> stoodStillUntil)
    {
        _scheduler = scheduler;
        _stoodStillUntil = stoodStillUntil;
        _isWallClock = scheduler is IDateTimeOffsetNowTimeProvider;
        _origin = scheduler.Now;
    }

    /// <summary>Monotonic time, from an arbitrary origin.</summary>
    public TimeSpan Elapsed => _isWallClock ? _scheduler.HighResMonotonicClock : _scheduler.Now - _origin;

    /// <summary>
    /// When the process last went on after it had stood still, in <see cref="Elapsed"/> time; zero when it never has. Only the
    /// <see cref="DedicatedThreadScheduler"/> notices.
    /// </summary>
    public TimeSpan StoodStillUntil => _stoodStillUntil();

    /// <summary>The most that a timer was late lately; null where the scheduler does not know.</summary>
    internal TimeSpan? TimerLag => _scheduler is DedicatedThreadScheduler own ? own.Lag : null;

    /// <summary>Sends an actor a message of its own after a delay. The actor cancels it when it stops.</summary>
    internal void Tell(TimeSpan delay, IActorRef actor, object message, LeanCancelable cancelable) =>
        _scheduler.ScheduleTellOnce(delay, actor, message, actor, cancelable);

    /// <summary>For display, and for dates that come from outside.</summary>
    public DateTimeOffset UtcNow => _scheduler.Now.ToUniversalTime();
}
