namespace ActorHeartbeat.Protocol;

/// <summary>The result that a sender receives for its message.</summary>
public enum SendStatus
{
    /// <summary>The socket has taken the whole message.</summary>
    Sent,

    /// <summary>Kept for the next time the connection is open.</summary>
    Queued,

    /// <summary>Not open, or the bound of waiting messages is reached.</summary>
    Refused,

    /// <summary>Its deadline or time-to-live passed, or the connection ended with the message unsent.</summary>
    Expired,
}
