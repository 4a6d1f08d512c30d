using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Feeds;

/// <summary>One subscription's place in one feed.</summary>
internal sealed class FeedLink(Feed feed, FeedSubscription subscription, long expected)
{
    public Feed Feed { get; } = feed;

    public FeedSubscription Subscription { get; } = subscription;

    /// <summary>What happens to the feed's events when the subscriber does not keep up. Guarded by the subscription.</summary>
    public OverflowPolicy Overflow { get; set; }

    /// <summary>
    /// The number that the reader must see next; numbers between it and the next event were dropped. Used only by the reader.
    /// </summary>
    public long Expected { get; set; } = expected;

    /// <summary>The highest number dropped so far. Guarded by the subscription.</summary>
    public long LastDropped { get; set; }

    /// <summary>Whether the link waits for its loss to be announced. Guarded by the subscription.</summary>
    public bool IsLossy { get; set; }
}

/// <summary>One event on its way to one subscriber; without a link when it concerns the whole stream.</summary>
internal readonly record struct FeedEntry(FeedLink? Link, FeedEvent Event);
