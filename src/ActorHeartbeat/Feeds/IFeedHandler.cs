namespace ActorHeartbeat.Feeds;

/// <summary>
/// Receives a feed on the connection's own pump, without a queue and without a copy: the fastest way, for code that only inspects events.
/// </summary>
public interface IFeedHandler
{
    /// <summary>
    /// Called for every event, one at a time and in order. The payload is valid during the call only. Meanwhile the pump does
    /// not read the socket and the feed is locked: be quick and do not wait. A handler that throws is removed from the feed.
    /// </summary>
    void OnEvent(in FeedEvent feedEvent);
}

/// <summary>A handler on a feed; disposing removes it.</summary>
public sealed class HandlerSubscription : IDisposable
{
    private readonly IFeedHandler _handler;
    private readonly Feed _feed;

    internal HandlerSubscription(IFeedHandler handler, Feed feed)
    {
        _handler = handler;
        _feed = feed;
    }

    /// <summary>The exception for which the handler was removed from the feed; null when there was none.</summary>
    public Exception? Fault { get; private set; }

    public void Dispose() => _feed.Detach(this);

    // A handler is foreign code on the pump: its exception must not end the connection for all other subscribers.
    internal void Hear(in FeedEvent feedEvent)
    {
        try
        {
            _handler.OnEvent(feedEvent);
        }
        catch (Exception fault)
        {
            Fault = fault;
            _feed.Detach(this);
        }
    }
}
