namespace ActorHeartbeat.Feeds;

/// <summary>
/// Hears a feed on the connection's own pump, without a queue and without a copy: the fastest way, for code that only looks.
/// </summary>
public interface IFeedHandler
{
    /// <summary>
    /// Called for every event, one at a time and in order. The payload is valid during the call only. The socket is not read
    /// meanwhile and the feed is held: be quick, wait for nothing. A handler that throws is taken off the feed.
    /// </summary>
    void OnEvent(in FeedEvent feedEvent);
}

/// <summary>A handler on a feed; disposing takes it off.</summary>
public sealed class HandlerSubscription : IDisposable
{
    private readonly IFeedHandler _handler;
    private readonly Feed _feed;

    internal HandlerSubscription(IFeedHandler handler, Feed feed)
    {
        _handler = handler;
        _feed = feed;
    }

    /// <summary>What the handler threw, after which it hears nothing any more; null when it has not.</summary>
    public Exception? Fault { get; private set; }

    public void Dispose() => _feed.Detach(this);

    // Foreign code on the pump: whatever it throws is its own failure and must not end the connection of everybody else.
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
