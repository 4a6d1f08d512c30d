namespace ActorHeartbeat.Delivery;

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
