using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Feeds;

/// <summary>Where consumers get at the feeds of all endpoints.</summary>
public interface IFeeds
{
    /// <summary>Names this run of the process; sequence numbers of different runs do not compare.</summary>
    string Instance { get; }

    /// <summary>The feed of an endpoint, or null.</summary>
    Feed? Find(EndpointId endpoint);

    /// <summary>
    /// One endpoint's stream. An endpoint that does not exist yet may be subscribed to: the stream begins when it is added. It ends with a
    /// drain
    /// event when the endpoint is removed or the process drains.
    /// </summary>
    /// <exception cref="TooManySubscribersException">The cap on subscribers is reached.</exception>
    FeedSubscription Subscribe(EndpointId endpoint, SubscriptionOptions? options = null);

    /// <summary>
    /// The streams of all endpoints with matching labels in one, also of those added later: in order per endpoint, in none across. It ends
    /// with a drain event without an endpoint when the process drains.
    /// </summary>
    /// <exception cref="TooManySubscribersException">The cap on subscribers is reached.</exception>
    FeedSubscription Subscribe(LabelSelector selector, SubscriptionOptions? options = null);
}

/// <summary>The cap on subscribers is reached; somebody has to leave first.</summary>
public sealed class TooManySubscribersException(int cap)
    : InvalidOperationException($"{cap} subscribers are connected already and no more are allowed");
