using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Feeds;

/// <summary>Gives consumers the feeds of all endpoints.</summary>
public interface IFeeds
{
    /// <summary>Names this run of the process; sequence numbers of different runs do not compare.</summary>
    string Instance { get; }

    /// <summary>The feed of an endpoint, or null.</summary>
    Feed? Find(EndpointId endpoint);

    /// <summary>
    /// Subscribes to one endpoint's stream. The endpoint need not exist yet: the stream begins when it
    /// is added. The stream ends with a drain event when the endpoint is removed or the process drains.
    /// </summary>
    /// <exception cref="TooManySubscribersException">The cap on subscribers is reached.</exception>
    /// <exception cref="UnknownSubscriptionException">
    /// The options name a subscription that no endpoint of the stream has; a stream without endpoints waits for them.
    /// </exception>
    FeedSubscription Subscribe(EndpointId endpoint, SubscriptionOptions? options = null);

    /// <summary>
    /// Subscribes to all endpoints with matching labels in one stream, including endpoints that are added later. Events are in order
    /// per endpoint, but not across endpoints. The stream ends with a drain event without an endpoint when the process drains.
    /// </summary>
    /// <exception cref="TooManySubscribersException">The cap on subscribers is reached.</exception>
    /// <exception cref="UnknownSubscriptionException">
    /// The options name a subscription that no endpoint of the stream has; a stream without endpoints waits for them.
    /// </exception>
    FeedSubscription Subscribe(LabelSelector selector, SubscriptionOptions? options = null);
}

/// <summary>The cap on subscribers is reached; another subscription must end first.</summary>
public sealed class TooManySubscribersException(int cap)
    : InvalidOperationException($"{cap} subscribers are connected already and no more are allowed");

/// <summary>A stream is asked for a subscription that none of its endpoints has: nothing would ever come.</summary>
/// <param name="subscription">What is asked for.</param>
/// <param name="known">The names of the subscriptions that the endpoints of the stream have.</param>
public sealed class UnknownSubscriptionException(string subscription, ValueList<string> known)
    : ArgumentException($"subscription is \"{PeerText.Of(subscription)}\", and no endpoint of the stream has such a subscription")
{
    /// <summary>The names of the subscriptions that the endpoints of the stream have.</summary>
    public ValueList<string> Known { get; } = known;
}
