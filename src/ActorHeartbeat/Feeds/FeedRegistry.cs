using System.Collections.Concurrent;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Feeds;

/// <summary>All feeds of the process by endpoint, and all subscriptions to them. Every member may be called from any thread.</summary>
public sealed class FeedRegistry : IFeeds
{
    public const int DefaultMaxSubscribers = 1000;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly int _maxSubscribers;
    private readonly ConcurrentDictionary<EndpointId, Feed> _feeds = new();
    private readonly Dictionary<FeedSubscription, Func<EndpointId, ValueMap<string>, bool>> _subscriptions = [];
    private string? _drained;

    // A feed created after a removal continues above every number given before, so that a number of an endpoint never means two things.
    private long _highestSeq;
    private int _highestEpoch;

    /// <param name="time">Wall time as shown in events, and the clock that measures gaps.</param>
    /// <param name="instance">Names this run of the process; random when null.</param>
    /// <param name="maxSubscribers">The cap on subscriptions, <see cref="IFeedHandler"/>s not counted. Default 1000.</param>
    public FeedRegistry(TimeProvider time, string? instance = null, int maxSubscribers = DefaultMaxSubscribers)
    {
        _time = time;
        _maxSubscribers = maxSubscribers;
        Instance = instance ?? Guid.NewGuid().ToString("n")[..8];
    }

    /// <inheritdoc/>
    public string Instance { get; }

    /// <summary>Subscriptions that are open now.</summary>
    public int Subscribers
    {
        get
        {
            lock (_gate)
                return _subscriptions.Keys.Count(subscription => subscription.Status == SubscriptionStatus.Running);
        }
    }

    /// <summary>Returns the feed of an endpoint. Creates it if there is none, and applies the limits and labels.</summary>
    public Feed GetOrAdd(EndpointId endpoint, LimitSettings limits, ValueMap<string>? labels = null) =>
        GetOrAdd(endpoint, limits, labels, subscriptions: null);

    /// <summary>The same, with the names of its subscriptions, so that others are refused.</summary>
    internal Feed GetOrAdd(EndpointSettings settings) =>
        GetOrAdd(settings.Id, settings.Limits, settings.Labels, [.. settings.Subscriptions.Keys]);

    private Feed GetOrAdd(
        EndpointId endpoint, LimitSettings limits, ValueMap<string>? labels, ValueList<string>? subscriptions)
    {
        labels ??= ValueMap<string>.Empty;
        lock (_gate)
        {
            var known = _feeds.GetValueOrDefault(endpoint);
            var before = known?.Labels;
            var feed = known
                ?? (_feeds[endpoint] = new Feed(FeedSource.Of(Instance, endpoint, _highestEpoch), limits, _time, _highestSeq));
            (feed.Labels, feed.Subscriptions) = (labels, subscriptions);
            feed.Configure(limits);
            foreach (var (subscription, selects) in _subscriptions)
                Join(subscription, feed, before is not null && selects(endpoint, before), selects(endpoint, labels));
            return feed;
        }
    }

    /// <summary>The feeds of all endpoints, in no order.</summary>
    public IReadOnlyList<Feed> All => [.. _feeds.Values];

    /// <inheritdoc/>
    public Feed? Find(EndpointId endpoint) => _feeds.GetValueOrDefault(endpoint);

    /// <summary>Ends the streams of an endpoint that is no longer configured.</summary>
    public void Remove(EndpointId endpoint, string reason)
    {
        lock (_gate)
        {
            if (!_feeds.TryRemove(endpoint, out var feed))
                return;
            feed.Drain(reason);
            _highestSeq = Math.Max(_highestSeq, feed.LastSeq);
            _highestEpoch = Math.Max(_highestEpoch, feed.Epoch);
            ForgetEnded();
        }
    }

    /// <summary>Ends every stream with a drain event, for shutdown. A later subscriber receives only that event.</summary>
    public void Drain(string reason)
    {
        lock (_gate)
        {
            _drained = reason;
            foreach (var subscription in _subscriptions.Keys.Where(subscription => !subscription.EndsWithItsFeed))
                subscription.Drain(Farewell(reason));
            foreach (var feed in _feeds.Values)
                feed.Drain(reason);
            foreach (var subscription in _subscriptions.Keys)
                subscription.Drain(Farewell(reason));
            _subscriptions.Clear();
        }
    }

    /// <inheritdoc/>
    public FeedSubscription Subscribe(EndpointId endpoint, SubscriptionOptions? options = null) =>
        Subscribe((other, _) => other == endpoint, options, endsWithItsFeed: true);

    /// <inheritdoc/>
    public FeedSubscription Subscribe(LabelSelector selector, SubscriptionOptions? options = null) =>
        Subscribe((_, labels) => selector.Matches(labels), options, endsWithItsFeed: false);

    private FeedSubscription Subscribe(Func<EndpointId, ValueMap<string>, bool> selects, SubscriptionOptions? options, bool endsWithItsFeed)
    {
        var subscription = new FeedSubscription(options ?? SubscriptionOptions.Default, endsWithItsFeed, Detach);
        lock (_gate)
        {
            RefuseUnknown(options?.Subscriptions ?? [], selects);
            ForgetEnded();
            if (_subscriptions.Keys.Count(subscription => subscription.Status == SubscriptionStatus.Running) >= _maxSubscribers)
                throw new TooManySubscribersException(_maxSubscribers);
            if (_drained is { } reason)
            {
                subscription.Drain(Farewell(reason));
                return subscription;
            }
            _subscriptions.Add(subscription, selects);
            foreach (var (endpoint, feed) in _feeds)
                Join(subscription, feed, false, selects(endpoint, feed.Labels));
        }
        return subscription;
    }

    /// <summary>
    /// Refuses a subscription that none of the endpoints has, unless there is no endpoint yet, or one whose subscriptions are not known.
    /// </summary>
    private void RefuseUnknown(ValueList<string> wanted, Func<EndpointId, ValueMap<string>, bool> selects)
    {
        if (wanted.Count == 0)
            return;
        ValueList<string>?[] known =
            [.. _feeds.Where(each => selects(each.Key, each.Value.Labels)).Select(each => each.Value.Subscriptions)];
        if (known.Length == 0 || known.Any(each => each is null))
            return;
        var names = new SortedSet<string>(known.SelectMany(each => each!), StringComparer.Ordinal); // none of them is null
        if (wanted.FirstOrDefault(each => !names.Contains(each.Split('/', 2)[0])) is { } unknown)
            throw new UnknownSubscriptionException(unknown, [.. names]);
    }

    private static void Join(FeedSubscription subscription, Feed feed, bool wasSelected, bool isSelected)
    {
        if (isSelected && !wasSelected)
            feed.Attach(subscription);
        if (wasSelected && !isSelected)
            feed.Detach(subscription);
    }

    private void Detach(FeedSubscription subscription)
    {
        lock (_gate)
        {
            if (!_subscriptions.Remove(subscription, out var selects))
                return;
            foreach (var (endpoint, feed) in _feeds)
                Join(subscription, feed, selects(endpoint, feed.Labels), false);
        }
    }

    private void ForgetEnded()
    {
        foreach (var ended in _subscriptions.Keys.Where(subscription => subscription.IsOver).ToList())
            Detach(ended);
    }

    private FeedEvent Farewell(string reason) =>
        FeedEvent.Detailed(FeedSource.Of(Instance, default, 0, reason), 0, _time.GetUtcNow().UtcTicks);
}
