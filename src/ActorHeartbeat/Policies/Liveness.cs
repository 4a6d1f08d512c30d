using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Policies;

/// <summary>When a connection last showed that it is alive, as times of one monotonic clock.</summary>
/// <param name="OpenedAt">When it became open.</param>
/// <param name="LastInbound">The transport clock: when a frame last arrived.</param>
/// <param name="LastAnswer">The pong clock: when a heartbeat was last answered, or <paramref name="OpenedAt"/>.</param>
/// <param name="LastData">The data clock: when a data message last arrived, or <paramref name="OpenedAt"/>.</param>
public readonly record struct LifeSigns(
    TimeSpan OpenedAt, TimeSpan LastInbound, TimeSpan LastAnswer, TimeSpan LastData)
{
    /// <summary>When the first heartbeat is due, whatever has come in; null where it is due like any other.</summary>
    public TimeSpan? FirstHeartbeat { get; init; }
}

/// <summary>What is due on an open connection.</summary>
public enum LivenessVerdict
{
    /// <summary>Nothing is due before the time that is returned with it.</summary>
    Wait,

    /// <summary>A heartbeat is due.</summary>
    HeartbeatDue,

    /// <summary>The outstanding heartbeat was not answered in time.</summary>
    Missed,
    DataIdle,
    MaxSilence,

    /// <summary>Stable for reset-after: the failures no longer count.</summary>
    Stable,

    /// <summary>The rotation time has come.</summary>
    RotationDue,
}

/// <summary>
/// The clocks of an open connection. One function says what is due now, or when to look again: the actor needs one timer,
/// and messages need none. Pure.
/// </summary>
public static class Liveness
{
    /// <summary>
    /// The longest time between two looks when nothing is scheduled, because quiet hours begin and end and settings change.
    /// </summary>
    private static readonly TimeSpan Horizon = TimeSpan.FromHours(1);

    /// <param name="settings">The endpoint.</param>
    /// <param name="signs">What was seen.</param>
    /// <param name="pingDeadline">When the outstanding heartbeat is missed; null when none is out.</param>
    /// <param name="unstable">Whether failures still count.</param>
    /// <param name="rotateAt">When to replace the connection; null for never.</param>
    /// <param name="now">The same clock as the signs.</param>
    /// <param name="timeOfDay">UTC, for quiet hours.</param>
    public static (LivenessVerdict Verdict, TimeSpan LookAgain) Judge(
        EndpointSettings settings,
        in LifeSigns signs,
        TimeSpan? pingDeadline,
        bool unstable,
        TimeSpan? rotateAt,
        TimeSpan now,
        TimeOnly timeOfDay)
    {
        var next = now + Horizon;
        if (unstable && Due(signs.OpenedAt + settings.Backoff.ResetAfter, now, ref next))
            return (LivenessVerdict.Stable, now);
        if (settings.Timeouts.DataIdle is { } idle && Due(DataDue(idle, signs.LastData, now, timeOfDay), now, ref next))
            return (LivenessVerdict.DataIdle, now);
        if (settings.Heartbeat.MaxSilence is { } silence && Due(signs.LastInbound + silence, now, ref next))
            return (LivenessVerdict.MaxSilence, now);
        if (rotateAt is { } rotation && Due(rotation, now, ref next))
            return (LivenessVerdict.RotationDue, now);
        if (pingDeadline is { } deadline)
        {
            if (Due(deadline, now, ref next))
                return (LivenessVerdict.Missed, now);
        }
        else if (settings.Heartbeat.Mode != HeartbeatMode.None
            && Due(signs.FirstHeartbeat ?? HeartbeatDue(settings.Heartbeat, signs), now, ref next))
        {
            return (LivenessVerdict.HeartbeatDue, now);
        }
        return (LivenessVerdict.Wait, next);
    }

    /// <summary>
    /// When the next heartbeat is due: an interval after the last answer and, unless always, after the last sign of life.
    /// </summary>
    public static TimeSpan HeartbeatDue(HeartbeatSettings heartbeat, in LifeSigns signs) =>
        heartbeat.Interval
        + (heartbeat.When == HeartbeatWhen.Always || signs.LastAnswer > signs.LastInbound ? signs.LastAnswer : signs.LastInbound);

    /// <summary>
    /// Since when silence means something, beginning with <paramref name="since"/>: the end of the last quiet hours, during quiet hours
    /// their coming end.
    /// </summary>
    /// <param name="idle">Has the quiet hours; null for none.</param>
    /// <param name="since">Before it silence means nothing anyway.</param>
    /// <param name="now">The same clock.</param>
    /// <param name="timeOfDay">UTC.</param>
    internal static TimeSpan ListeningSince(DataIdleSettings? idle, TimeSpan since, TimeSpan now, TimeOnly timeOfDay)
    {
        foreach (var span in idle is null ? [] : idle.QuietHours.AsSpan())
        {
            // the difference of two times of day wraps at midnight
            var end = span.Contains(timeOfDay) ? now + (span.To - timeOfDay) : now - (timeOfDay - span.To);
            if (end > since)
                since = end;
        }
        return since;
    }

    private static bool Due(TimeSpan at, TimeSpan now, ref TimeSpan next)
    {
        if (at > now && at < next)
            next = at;
        return at <= now;
    }

    /// <summary>When data is overdue.</summary>
    private static TimeSpan DataDue(DataIdleSettings idle, TimeSpan lastData, TimeSpan now, TimeOnly timeOfDay) =>
        ListeningSince(idle, lastData, now, timeOfDay) + idle.After;
}
