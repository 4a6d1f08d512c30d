namespace ActorHeartbeat.Endpoints;

/// <summary>
/// What it takes for a changed setting to count, from nothing to the most disruptive; a larger value includes the smaller.
/// </summary>
public enum ChangeEffect
{
    /// <summary>Nothing changed.</summary>
    None,

    /// <summary>Counts at once; the connection stays.</summary>
    Live,

    /// <summary>Counts from the next dial; the connection stays, and a pending wait is measured anew.</summary>
    NextAttempt,

    /// <summary>Needs a new connection.</summary>
    Reconnect,

    /// <summary>Needs a new process; never the effect of an endpoint's own setting.</summary>
    Restart,
}
