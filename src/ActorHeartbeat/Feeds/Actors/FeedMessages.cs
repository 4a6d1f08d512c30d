using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using Akka.Actor;
using Akka.Event;
using Newtonsoft.Json;

namespace ActorHeartbeat.Feeds.Actors;

/// <summary>
/// Asks the <see cref="FeedBroker"/> to deliver a feed to an actor. The subscriber receives <see cref="FeedSubscribed"/>,
/// then one <see cref="FeedDelivery"/> per event, in order, and finally <see cref="FeedEnded"/>. The subscription ends
/// when the subscriber terminates, on <see cref="UnsubscribeFromFeed"/>, and as every subscription does.
/// </summary>
/// <remarks>
/// Two requests for the same subscriber and the same endpoint or selector are the same subscription,
/// whatever their other options. A second request begins nothing new; it delivers again all events that are
/// not acknowledged. So an actor that subscribes in its PreStart continues after a restart where it was.
/// </remarks>
public sealed record SubscribeToFeed : ISerializableMessage
{
    /// <summary>Subscribes to one endpoint's feed; the endpoint need not exist yet.</summary>
    public SubscribeToFeed(IActorRef subscriber, EndpointId endpoint) => (Subscriber, Endpoint) = (subscriber, endpoint);

    /// <summary>Subscribes to the feeds of all endpoints with matching labels in one.</summary>
    public SubscribeToFeed(IActorRef subscriber, LabelSelector selector) => (Subscriber, Selector) = (subscriber, selector);

    // For the serializer, which cannot tell the other two apart.
    [JsonConstructor]
    private SubscribeToFeed(IActorRef subscriber, EndpointId? endpoint, LabelSelector? selector) =>
        (Subscriber, Endpoint, Selector) = (subscriber, endpoint, selector);

    /// <summary>The actor that receives the events.</summary>
    public IActorRef Subscriber { get; }

    /// <summary>Null when it is for a selector.</summary>
    public EndpointId? Endpoint { get; }

    /// <summary>Null when it is for one endpoint.</summary>
    public LabelSelector? Selector { get; }

    /// <summary>
    /// How the subscription is served. Events that the actor's window does not admit wait in the
    /// subscription's queue, and its overflow policy says what happens when the queue is full.
    /// <see cref="OverflowPolicy.PauseReading"/> carries the actor's pace back to the peer.
    /// </summary>
    public SubscriptionOptions Options { get; init; } = SubscriptionOptions.Default;

    /// <summary>
    /// The most deliveries under way, which are sent and not acknowledged; no
    /// more than that wait in the actor's mailbox. At least 1, default 64.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int Window
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 64;

    public bool Equals(SubscribeToFeed? other) =>
        other is not null
        && Subscriber.Equals(other.Subscriber)
        && Endpoint == other.Endpoint
        && Selector?.ToString() == other.Selector?.ToString();

    public override int GetHashCode() => HashCode.Combine(Subscriber, Endpoint, Selector?.ToString());

    /// <exception cref="TooManySubscribersException">The cap on subscribers is reached.</exception>
    /// <exception cref="UnknownSubscriptionException">The options name a subscription that no endpoint of the stream has.</exception>
    internal FeedSubscription Open(IFeeds feeds) =>
        Endpoint is { } endpoint ? feeds.Subscribe(endpoint, Options) : feeds.Subscribe(Selector!, Options); // one of the two is set
}

/// <summary>
/// Asks the <see cref="FeedBroker"/> to end a subscription. Deliveries under way still arrive, then <see cref="FeedEnded"/>.
/// </summary>
/// <param name="Request">The request that began it, or an equal one.</param>
public sealed record UnsubscribeFromFeed(SubscribeToFeed Request) : ISerializableMessage;

/// <summary>The subscription exists; every event from here on is delivered.</summary>
public sealed record FeedSubscribed(SubscribeToFeed Request) : ISerializableMessage, IDeadLetterSuppression;

/// <summary>One event. Its sender expects a <see cref="FeedAck"/>. The payload is shared with other subscribers: read only.</summary>
/// <param name="Number">Counts the deliveries of the subscription from 1. A repeated delivery keeps its number.</param>
/// <param name="Event">What happened.</param>
public sealed record FeedDelivery(long Number, FeedEvent Event) : ISerializableMessage, IDeadLetterSuppression;

/// <summary>To the sender of a delivery: the actor is done with this delivery and all before it, so as many more may come.</summary>
/// <param name="Number">The number of the delivery. A number that was acknowledged before changes nothing.</param>
public sealed record FeedAck(long Number) : ISerializableMessage, IDeadLetterSuppression;

/// <summary>The last message of a subscription.</summary>
/// <param name="Request">The request that began it.</param>
/// <param name="Cause">Why nothing more comes.</param>
public sealed record FeedEnded(SubscribeToFeed Request, FeedEndCause Cause) : ISerializableMessage, IDeadLetterSuppression;

public enum FeedEndCause
{
    /// <summary>The endpoint is removed or the process drains; the last event was a drain event.</summary>
    Drained,

    /// <summary>The subscriber did not keep up and its policy is disconnect; the last event was a gap.</summary>
    Overflowed,

    /// <summary>The subscriber has unsubscribed or terminated.</summary>
    Unsubscribed,

    /// <summary>The subscription never began: the cap on subscribers is reached.</summary>
    TooManySubscribers,

    /// <summary>A bug of this program ended it.</summary>
    Failed,

    /// <summary>The subscription never began: its options name a subscription that no endpoint of the stream has.</summary>
    UnknownSubscription,
}
