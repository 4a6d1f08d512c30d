using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Feeds;

/// <summary>
/// The handlers and subscriptions of one feed. Guarded by the feed; the arrays
/// are replaced, never changed, so that they can be enumerated meanwhile.
/// </summary>
internal sealed class FeedAudience
{
    private volatile FeedLink[] _links = [];
    private HandlerSubscription[] _handlers = [];

    public bool HasQueues => _links.Length > 0;

    public int Count => _links.Length + _handlers.Length;

    public FeedLink[] Links => _links;

    public void Add(FeedLink link) => _links = [.. _links, link];

    public void Add(HandlerSubscription handler) => _handlers = [.. _handlers, handler];

    public void Remove(FeedSubscription subscription) => _links = Array.FindAll(_links, link => link.Subscription != subscription);

    public void Remove(HandlerSubscription handler) => _handlers = Array.FindAll(_handlers, other => other != handler);

    /// <summary>Publishes an event to all handlers and subscriptions; true when a subscriber wants the pump to wait.</summary>
    /// <param name="passing">The event for handlers; its payload may be the socket's buffer.</param>
    /// <param name="kept">The event for queues, if there are any; its payload lasts.</param>
    /// <param name="wakes">Whether readers who wait are woken, and not later by <see cref="FeedSubscription.Wake"/>.</param>
    public bool Publish(in FeedEvent passing, in FeedEvent kept, bool wakes = true)
    {
        foreach (var handler in _handlers)
            handler.Hear(passing);
        var mustWait = false;
        foreach (var link in _links)
        {
            if (link.TryEnter(kept, out var entry))
                mustWait |= link.Subscription.Offer(entry, wakes);
            if (!link.Subscription.Takes(link.Overflow))
                Remove(link.Subscription);
        }
        return mustWait;
    }

    public void FollowPolicy(OverflowPolicy overflow)
    {
        foreach (var link in _links)
            link.Subscription.FollowPolicy(link, overflow);
    }

    /// <summary>Publishes the last event and removes all handlers and subscriptions.</summary>
    public void Drain(in FeedEvent farewell)
    {
        foreach (var handler in _handlers)
            handler.Hear(farewell);
        foreach (var link in _links)
        {
            if (link.Subscription.EndsWithItsFeed)
                link.Subscription.Drain(farewell);
            else if (link.TryEnter(farewell, out var last))
                link.Subscription.AddLast(last);
        }
        _handlers = [];
        _links = [];
    }
}
