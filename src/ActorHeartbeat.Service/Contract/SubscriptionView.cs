using ActorHeartbeat.Subscriptions;

namespace ActorHeartbeat.Service.Contract;

/// <summary>A key of a subscription as <c>GET /v1/endpoints/{id}/subscriptions</c> shows it.</summary>
/// <param name="Subscription">The name of the subscription.</param>
/// <param name="Key">The key.</param>
/// <param name="State"><c>wanted</c>, <c>asked</c>, <c>accepted</c>, <c>refused</c>, <c>stale</c> or <c>gone</c>.</param>
/// <param name="Since">When it was asked for, was accepted or last had data; null for one that is only wanted, or refused.</param>
/// <param name="Reason">Why it was refused or ended; null when it was not, or nobody knows.</param>
/// <param name="RetryAt">When it is asked for again; null for never, and where it is not refused.</param>
/// <param name="Origin"><c>configuration</c>, or <c>runtime</c> for one that was added by POST.</param>
internal sealed record SubscriptionView(
    string Subscription, string Key, string State, DateTimeOffset? Since, string? Reason, DateTimeOffset? RetryAt, string Origin)
{
    public static SubscriptionView Of(KeyStatus key) => new(
        key.Subscription, key.Key, Spelling.Kebab(key.State), key.Since, key.Reason.Length > 0 ? key.Reason : null, key.RetryAt,
        key.IsAdded ? "runtime" : "configuration");
}

/// <summary>The keys of an endpoint, in the order in which they are asked for.</summary>
internal sealed record SubscriptionListView(string Endpoint, IReadOnlyList<SubscriptionView> Keys);
