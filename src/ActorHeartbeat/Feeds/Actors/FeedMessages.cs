using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using Akka.Actor;
using Akka.Event;
using Newtonsoft.Json;

namespace ActorHeartbeat.Feeds.Actors;

/// <summary>
/// Has a feed delivered to an actor; to be sent to the <see cref="FeedBroker"/>. The subscriber gets <see cref="FeedSubscribed"/>, then one
/// <see cref="FeedDelivery"/> an event, in order, and at last <see cref="FeedEnded"/>. It ends when the subscriber terminates, by
/// <see cref="UnsubscribeFromFeed"/>, and as every subscription does.
/// </summary>
/// <remarks>
/// Two requests for the same subscriber and the same endpoint or selector are the same subscription, whatever else they ask for: a second
/// one
/// begins nothing new but has everything delivered again that is not acknowledged. So an actor that subscribes in its PreStart goes on
/// after a restart where it was.
/// </remarks>
public sealed record SubscribeToFeed : ISerializableMessage
{
    /// <summary>One endpoint's feed; it need not exist yet.</summary>
    public SubscribeToFeed(IActorRef subscriber, EndpointId endpoint) => (Subscriber, Endpoint) = (subscriber, endpoint);

    /// <summary>The feeds of all endpoints with these labels in one.</summary>
    public SubscribeToFeed(IActorRef subscriber, LabelSelector selector) => (Subscriber, Selector) = (subscriber, selector);

    // For the serializer, which cannot tell the other two apart.
    [JsonConstructor]
    private SubscribeToFeed(IActorRef subscriber, EndpointId? endpoint, LabelSelector? selector) =>
        (Subscriber, Endpoint, Selector) = (subscriber, endpoint, selector);

    /// <summary>Who gets the events.</summary>
    public IActorRef Subscriber { get; }

    /// <summary>Null when it is for a selector.</summary>
    public EndpointId? Endpoint { get; }

    /// <summary>Null when it is for one endpoint.</summary>
    public LabelSelector? Selector { get; }

    /// <summary>
    /// How it is served. What the actor does not acknowledge waits in the subscription's queue, and its overflow policy says what happens
    /// when
    /// that is full; <see cref="OverflowPolicy.PauseReading"/> carries the actor's pace back to the peer.
    /// </summary>
    public SubscriptionOptions Options { get; init; } = SubscriptionOptions.Default;

    /// <summary>
    /// Deliveries that may be under way, sent and not acknowledged: so many wait in the actor's mailbox at most. At least 1, default 64.
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
    internal FeedSubscription Open(IFeeds feeds) =>
        Endpoint is { } endpoint ? feeds.Subscribe(endpoint, Options) : feeds.Subscribe(Selector!, Options); // one of the two is set
}

/// <summary>
/// Ends a subscription; to be sent to the <see cref="FeedBroker"/>. Deliveries that are under way still arrive, then <see
/// cref="FeedEnded"/>.
/// </summary>
/// <param name="Request">The request that began it, or an equal one.</param>
public sealed record UnsubscribeFromFeed(SubscribeToFeed Request) : ISerializableMessage;

/// <summary>The subscription is there; everything from here on is delivered.</summary>
public sealed record FeedSubscribed(SubscribeToFeed Request) : ISerializableMessage, IDeadLetterSuppression;

/// <summary>One event. Its sender expects a <see cref="FeedAck"/>. The payload is shared with other subscribers: read only.</summary>
/// <param name="Number">Counts the deliveries of the subscription from 1. One that is delivered again keeps its number.</param>
/// <param name="Event">What happened.</param>
public sealed record FeedDelivery(long Number, FeedEvent Event) : ISerializableMessage, IDeadLetterSuppression;

/// <summary>To the sender of a delivery: this one and all before it are done with, and as many more may come.</summary>
/// <param name="Number">Of the delivery. One acknowledged before changes nothing.</param>
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

    /// <summary>It never began: the cap on subscribers is reached.</summary>
    TooManySubscribers,

    /// <summary>A bug of this program ended it.</summary>
    Failed,
}
