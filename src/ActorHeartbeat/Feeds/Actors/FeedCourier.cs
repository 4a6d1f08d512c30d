using Akka.Actor;
using Akka.Event;

namespace ActorHeartbeat.Feeds.Actors;

/// <summary>
/// Delivers one subscription to one actor. The window bounds the deliveries under way; other events wait in the subscription's
/// own bounded queue. A message to itself signals that events are ready; there is one at most, however much the feed brings.
/// </summary>
internal sealed class FeedCourier : UntypedActor
{
    private readonly SubscribeToFeed _request;
    private readonly FeedSubscription _subscription;
    private RingBuffer<FeedEvent> _underWay;
    private readonly Action _whenReady;
    private long _delivered;
    private bool _awaitsReady;
    private bool _isDone;

    public FeedCourier(SubscribeToFeed request, FeedSubscription subscription)
    {
        _request = request;
        _subscription = subscription;
        var self = Self;
        _whenReady = () => self.Tell(Ready.Instance, ActorRefs.NoSender);
    }

    protected override void PreStart()
    {
        Context.Watch(_request.Subscriber);
        _request.Subscriber.Tell(new FeedSubscribed(_request));
        Deliver();
    }

    protected override void PostStop() => _subscription.Dispose();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Ready:
                _awaitsReady = false;
                Deliver();
                break;
            case FeedAck ack:
                Acknowledge(ack.Number);
                Deliver();
                break;
            case DeliverAgain:
                DeliverUnacknowledged();
                break;
            case Terminated:
                Finish(FeedEndCause.Unsubscribed);
                break;
            case Leave leave:
                _request.Subscriber.Tell(new FeedEnded(_request, leave.Cause));
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Deliver()
    {
        while (_underWay.Count < _request.Window)
        {
            if (_subscription.TryRead(out var feedEvent))
                Send(feedEvent);
            else if (_subscription.Completion.IsCompleted)
            {
                Finish(_subscription.Status == SubscriptionStatus.Overflowed ? FeedEndCause.Overflowed : FeedEndCause.Drained);
                return;
            }
            else if (_awaitsReady || (_awaitsReady = _subscription.NotifyWhenReady(_whenReady)))
                return;
        }
    }

    private void Send(in FeedEvent feedEvent)
    {
        _underWay.Add(feedEvent);
        _request.Subscriber.Tell(new FeedDelivery(++_delivered, feedEvent));
    }

    private void Acknowledge(long number)
    {
        while (_underWay.Count > 0 && _delivered - _underWay.Count < number)
            _underWay.RemoveOldest();
    }

    private void DeliverUnacknowledged()
    {
        _request.Subscriber.Tell(new FeedSubscribed(_request));
        for (var offset = 0; offset < _underWay.Count; offset++)
            _request.Subscriber.Tell(new FeedDelivery(_delivered - _underWay.Count + 1 + offset, _underWay[offset]));
    }

    private void Finish(FeedEndCause cause)
    {
        if (_isDone)
            return;
        _isDone = true;
        Context.Parent.Tell(new Done(cause));
    }

    /// <summary>From the broker: the subscriber has subscribed again.</summary>
    public sealed record DeliverAgain : IDeadLetterSuppression
    {
        public static readonly DeliverAgain Instance = new();
    }

    /// <summary>From the broker: report the end to the subscriber, and stop.</summary>
    public sealed record Leave(FeedEndCause Cause) : IDeadLetterSuppression;

    /// <summary>To the broker: nothing more is to be delivered.</summary>
    public sealed record Done(FeedEndCause Cause);

    private sealed record Ready : IDeadLetterSuppression
    {
        public static readonly Ready Instance = new();
    }
}
