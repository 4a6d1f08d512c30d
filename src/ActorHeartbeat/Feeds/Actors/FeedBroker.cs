using Akka.Actor;

namespace ActorHeartbeat.Feeds.Actors;

/// <summary>
/// Subscribes actors to feeds. Takes <see cref="SubscribeToFeed"/> and <see cref="UnsubscribeFromFeed"/>,
/// and has one child per subscription, so that subscribers do not wait for one another.
/// </summary>
public sealed class FeedBroker : UntypedActor
{
    private readonly IFeeds _feeds;
    private readonly Dictionary<SubscribeToFeed, IActorRef> _couriers = [];
    private readonly Dictionary<IActorRef, SubscribeToFeed> _requests = [];

    public FeedBroker(IFeeds feeds) => _feeds = feeds;

    public static Props Props(IFeeds feeds) => Akka.Actor.Props.Create(() => new FeedBroker(feeds));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SubscribeToFeed request when _couriers.TryGetValue(request, out var known):
                known.Tell(FeedCourier.DeliverAgain.Instance);
                break;
            case SubscribeToFeed request:
                Begin(request);
                break;
            case UnsubscribeFromFeed unsubscribe when _couriers.TryGetValue(unsubscribe.Request, out var leaving):
                Dismiss(leaving, FeedEndCause.Unsubscribed);
                break;
            case UnsubscribeFromFeed:
                break; // it has ended by itself meanwhile
            case FeedCourier.Done done when _requests.ContainsKey(Sender):
                Dismiss(Sender, done.Cause);
                break;
            case FeedCourier.Done:
                break; // dismissed already
            case Terminated dead when _requests.TryGetValue(dead.ActorRef, out var request):
                Forget(dead.ActorRef);
                request.Subscriber.Tell(new FeedEnded(request, FeedEndCause.Failed));
                break;
            case Terminated:
                break; // of a dismissed courier
            default:
                Unhandled(message);
                break;
        }
    }

    // A courier that throws has lost its place in the stream. Its subscriber receives the end and may subscribe again.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    private void Begin(SubscribeToFeed request)
    {
        FeedSubscription subscription;
        try
        {
            subscription = request.Open(_feeds);
        }
        catch (TooManySubscribersException)
        {
            request.Subscriber.Tell(new FeedEnded(request, FeedEndCause.TooManySubscribers));
            return;
        }
        catch (UnknownSubscriptionException)
        {
            request.Subscriber.Tell(new FeedEnded(request, FeedEndCause.UnknownSubscription));
            return;
        }
        var courier = Context.ActorOf(Akka.Actor.Props.Create(() => new FeedCourier(request, subscription)));
        Context.Watch(courier);
        _couriers.Add(request, courier);
        _requests.Add(courier, request);
    }

    // Forgets the courier before its subscriber receives the end, so that a subscriber that then subscribes again does not find it.
    private void Dismiss(IActorRef courier, FeedEndCause cause)
    {
        Forget(courier);
        courier.Tell(new FeedCourier.Leave(cause));
    }

    private void Forget(IActorRef courier)
    {
        if (_requests.Remove(courier, out var request))
            _couriers.Remove(request);
    }
}
