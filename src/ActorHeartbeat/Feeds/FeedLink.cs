using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Feeds;

/// <summary>One subscription's place in one feed.</summary>
internal sealed class FeedLink(Feed feed, FeedSubscription subscription, long expected)
{
    private long _offered = expected - 1; // guarded by the feed

    public Feed Feed { get; } = feed;

    public FeedSubscription Subscription { get; } = subscription;

    /// <summary>What happens to the feed's events when the subscriber does not keep up. Guarded by the subscription.</summary>
    public OverflowPolicy Overflow { get; set; }

    /// <summary>
    /// The number that the reader must see next; numbers between it and the next event were dropped. Used only by the reader.
    /// </summary>
    public long Expected { get; set; } = expected;

    /// <summary>An event of the feed on its way to the subscriber; false for one that it has not asked for.</summary>
    public bool TryEnter(in FeedEvent feedEvent, out FeedEntry entry)
    {
        if (!Subscription.Options.Wants(feedEvent))
        {
            entry = default;
            return false;
        }
        entry = new FeedEntry(this, feedEvent, _offered);
        if (feedEvent.IsNumbered)
            _offered = feedEvent.Seq;
        return true;
    }

    /// <summary>Those of the events that it has asked for.</summary>
    public FeedEntry[] Enter(List<FeedEvent> events)
    {
        var entries = new List<FeedEntry>(events.Count);
        foreach (var feedEvent in events)
        {
            if (TryEnter(feedEvent, out var entry))
                entries.Add(entry);
        }
        return [.. entries];
    }

    /// <summary>The highest number dropped so far. Guarded by the subscription.</summary>
    public long LastDropped { get; set; }

    /// <summary>Whether the link waits for its loss to be announced. Guarded by the subscription.</summary>
    public bool IsLossy { get; set; }
}

/// <summary>One event on its way to one subscriber; without a link when it concerns the whole stream.</summary>
/// <param name="Link">The place of the subscriber in the feed.</param>
/// <param name="Event">The event.</param>
/// <param name="Follows">The number of what was offered before it: a reader that has not seen that has lost something.</param>
internal readonly record struct FeedEntry(FeedLink? Link, FeedEvent Event, long Follows = 0);
