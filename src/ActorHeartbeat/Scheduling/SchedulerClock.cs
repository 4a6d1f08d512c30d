using Akka.Actor;

namespace ActorHeartbeat.Scheduling;

/// <summary>
/// The one clock of the connections: the actor scheduler's. A scheduler that runs on virtual time advances only its
/// <see cref="ITimeProvider.Now"/>. A scheduler that runs on the wall clock shows it by its type, and has a monotonic clock besides.
/// </summary>
public sealed class SchedulerClock(IScheduler scheduler)
{
    private readonly bool _isWallClock = scheduler is IDateTimeOffsetNowTimeProvider;
    private readonly DateTimeOffset _origin = scheduler.Now;

    /// <summary>Monotonic time, from an arbitrary origin.</summary>
    public TimeSpan Elapsed => _isWallClock ? scheduler.HighResMonotonicClock : scheduler.Now - _origin;

    /// <summary>
    /// When the process last went on after it had stood still, in <see cref="Elapsed"/> time; zero when it never has. Only the
    /// <see cref="DedicatedThreadScheduler"/> notices.
    /// </summary>
    public TimeSpan StoodStillUntil => scheduler is DedicatedThreadScheduler own ? own.StoodStillUntil : TimeSpan.Zero;

    /// <summary>For display, and for dates that come from outside.</summary>
    public DateTimeOffset UtcNow => scheduler.Now.ToUniversalTime();
}
