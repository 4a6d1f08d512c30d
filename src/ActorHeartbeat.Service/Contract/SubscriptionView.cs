using ActorHeartbeat.Subscriptions;

namespace ActorHeartbeat.Service.Contract;

/// <summary>A key of a subscription as <c>GET /v1/endpoints/{id}/subscriptions</c> shows it.</summary>
/// <param name="Subscription">The name of the subscription.</param>
/// <param name="Key">The key.</param>
/// <param name="State"><c>wanted</c>, <c>asked</c>, <c>accepted</c>, <c>refused</c>, <c>stale</c> or <c>gone</c>.</param>
/// <param name="Since">
/// When it came to its state on the present connection; null for one that is only wanted, or was refused on an earlier one.
/// </param>
/// <param name="Reason">Why it was refused or ended; null when it was not, or nobody knows.</param>
/// <param name="RetryAt">When it is asked for again; null for never, and where it is not refused.</param>
/// <param name="Origin"><c>configuration</c>, <c>runtime</c> for one that was added by POST, or <c>both</c>.</param>
internal sealed record SubscriptionView(
    string Subscription, string Key, string State, DateTimeOffset? Since, string? Reason, DateTimeOffset? RetryAt, string Origin)
{
    /// <param name="key">The key.</param>
    /// <param name="isDeclared">Whether the configuration has it.</param>
    public static SubscriptionView Of(KeyStatus key, bool isDeclared) => new(
        key.Subscription, key.Key, Spelling.Kebab(key.State), key.Since, key.Reason.Length > 0 ? key.Reason : null, key.RetryAt,
        !key.IsAdded ? "configuration" : isDeclared ? "both" : "runtime");
}

/// <summary>The answer to POST and DELETE of a key.</summary>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Subscription">The name of the subscription.</param>
/// <param name="Key">The key.</param>
/// <param name="Outcome">What is so now, in one line.</param>
internal sealed record KeyCommandView(string Endpoint, string Subscription, string Key, string Outcome);

/// <summary>The keys of an endpoint, in the order in which they are asked for.</summary>
internal sealed record SubscriptionListView(string Endpoint, IReadOnlyList<SubscriptionView> Keys);
