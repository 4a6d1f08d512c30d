namespace ActorHeartbeat.Subscriptions;

/// <summary>How a key of a subscription stands on the present connection.</summary>
public enum SubscriptionState
{
    /// <summary>It is to be asked for.</summary>
    Wanted,

    /// <summary>It was asked for, and the peer has not answered.</summary>
    Asked,

    /// <summary>The peer delivers it, or has said that it will.</summary>
    Accepted,

    /// <summary>The peer has refused it, or did not answer in time.</summary>
    Refused,

    /// <summary>It was accepted, and its data are overdue.</summary>
    Stale,

    /// <summary>It was accepted, and the peer has ended it.</summary>
    Gone,
}
