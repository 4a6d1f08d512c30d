using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Feeds;

/// <summary>How one subscriber is served.</summary>
public sealed record SubscriptionOptions
{
    public static readonly SubscriptionOptions Default = new();

    private readonly WantedNames _wanted = new([]);

    /// <summary>
    /// The most events that wait for the subscriber. Default 1024. A reader holds up to 64 more that it has taken but not yet returned.
    /// </summary>
    public int Capacity { get; init; } = 1024;

    /// <summary>
    /// The payload bytes that may wait beside the largest message that waits, before an event more is too many. Default 16 MiB.
    /// </summary>
    public int CapacityBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// What happens at the bound; null (default) follows each endpoint's <c>limits.overflow</c>. The bound holds for the endpoints that
    /// pause together, and for the others together.
    /// </summary>
    public OverflowPolicy? Overflow { get; init; }

    /// <summary>Where to continue; null (default) begins live.</summary>
    public ResumePoint? Resume { get; init; }

    /// <summary>
    /// Whether the endpoint's present state and every later one are delivered, and to one who resumes those of the latest 16 that came
    /// after its position; some of these it may have seen. Default true.
    /// </summary>
    public bool IncludeState { get; init; } = true;

    /// <summary>
    /// Whose messages are delivered: subscriptions by name, such as <c>trades</c>, and single keys, such as <c>trades/BTC-USDT</c>, which
    /// are taken as they are: <c>trades/BTC</c> takes no <c>trades/BTC/USD</c>. Gaps of the endpoint and its states come too; messages of
    /// no key do not. Default empty, which delivers everything.
    /// </summary>
    public ValueList<string> Subscriptions
    {
        get => _wanted.Names;
        init => _wanted = new WantedNames(value);
    }

    /// <summary>Whether an event is delivered.</summary>
    internal bool Wants(in FeedEvent feedEvent)
    {
        if (!IncludeState && feedEvent.State is not null)
            return false;
        if (Subscriptions.Count == 0)
            return true;
        if (feedEvent.Subscription is not { } subscription)
            return !feedEvent.IsMessage;
        return _wanted.Have(subscription);
    }

    /// <summary>Subscriptions and keys by name, found without a look at all of them. Immutable, compared by the names.</summary>
    private sealed record WantedNames(ValueList<string> Names)
    {
        private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _set =
            Names.ToHashSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

        /// <summary>
        /// Whether the name of a key is there, or that of its subscription, which ends at the first slash: a key may have slashes of its
        /// own.
        /// </summary>
        public bool Have(ReadOnlySpan<char> name) =>
            _set.Contains(name) || name.IndexOf('/') is var end and >= 0 && _set.Contains(name[..end]);

        public bool Equals(WantedNames? other) => other is not null && Names.Equals(other.Names);

        public override int GetHashCode() => Names.GetHashCode();
    }
}
