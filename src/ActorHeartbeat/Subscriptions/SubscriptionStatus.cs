namespace ActorHeartbeat.Subscriptions;

/// <summary>
/// How many keys of a subscription stand in each state. While an endpoint is not connected, what it had accepted is wanted.
/// </summary>
/// <param name="Name">The name of the subscription.</param>
public sealed record SubscriptionCounts(string Name, int Wanted, int Asked, int Accepted, int Refused, int Stale, int Gone)
{
    /// <summary>How many keys there are.</summary>
    public int Keys => Wanted + Asked + Accepted + Refused + Stale + Gone;
}

/// <summary>How a key of a subscription stands.</summary>
/// <param name="Subscription">The name of the subscription.</param>
/// <param name="Key">The key.</param>
/// <param name="State">Its state on the present connection.</param>
/// <param name="Reason">Why it was refused or ended, as it may be shown; empty when it was not, or nobody knows.</param>
/// <param name="RetryAt">When it is asked for again, wall clock; null for never, and where it is not refused.</param>
/// <param name="Since">
/// When it came to its state on the present connection, wall clock; null for one that is only wanted, or was refused on an earlier one.
/// </param>
public sealed record KeyStatus(
    string Subscription, string Key, SubscriptionState State, string Reason, DateTimeOffset? RetryAt, DateTimeOffset? Since)
{
    /// <summary>Whether it was added while the endpoint runs, and does not stand in its settings.</summary>
    public bool IsAdded { get; init; }
}
