using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Feeds.Actors;
using Akka.Actor;

namespace ActorHeartbeat.Samples;

/// <summary>Stands for a user's own actor: knows the last price, and after a gap reports it as unknown.</summary>
internal sealed class LastPrice : ReceiveActor
{
    private string _price = "unknown";

    public LastPrice(IActorRef feeds, EndpointId endpoint)
    {
        Receive<FeedDelivery>(delivery =>
        {
            if (delivery.Event.Type == FeedEventType.Text)
                _price = Encoding.UTF8.GetString(delivery.Event.Payload.Span);
            else if (delivery.Event.Type == FeedEventType.Gap)
                _price = "unknown"; // the last one may be among what was missed
            Sender.Tell(new FeedAck(delivery.Number));
        });
        Receive<GetPrice>(_ => Sender.Tell(_price));
        feeds.Tell(new SubscribeToFeed(Self, endpoint) { Window = 16 });
    }

    public sealed record GetPrice;
}
