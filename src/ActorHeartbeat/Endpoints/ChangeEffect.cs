namespace ActorHeartbeat.Endpoints;

/// <summary>
/// What a changed setting needs to take effect, from nothing to the most disruptive. A larger value includes the smaller ones.
/// </summary>
public enum ChangeEffect
{
    /// <summary>Nothing changed.</summary>
    None,

    /// <summary>Takes effect at once; the connection stays.</summary>
    Live,

    /// <summary>Takes effect at the next dial. The connection stays, and a pending wait is cut to the new backoff delay.</summary>
    NextAttempt,

    /// <summary>Needs a new connection.</summary>
    Reconnect,

    /// <summary>Needs a new process; never the effect of an endpoint's own setting.</summary>
    Restart,
}
