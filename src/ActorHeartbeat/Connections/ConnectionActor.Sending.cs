using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using Akka.Actor;
using State = Akka.Actor.FSMBase.State<ActorHeartbeat.Connections.ConnectionState, ActorHeartbeat.Connections.ConnectionData>;

namespace ActorHeartbeat.Connections;

/// <content>
/// What goes out, and in which order: opening messages, then subscriptions, then messages that waited, then new ones. What has to wait
/// for the send rate needs no timer of its own: its turn is one of the times the state's one deadline looks at.
/// </content>
public sealed partial class ConnectionActor
{
    private static void SendOpening(ConnectionLink link, OutboundMessage message, TimeSpan now)
    {
        link.Pace.Spend(now);
        link.Send(message);
    }

    private void Replay(ConnectionLink link)
    {
        link.Pace.Replay(_subscriptions);
        SendWhatMay(link);
    }

    private State WhenSending(ConnectedData data, OutboundMessage message)
    {
        SendWhatMay(data.Link);
        if (SendDue(data.Link) is null && data.Link.Pace.Wait(Now) == TimeSpan.Zero)
        {
            data.Link.Pace.Spend(Now);
            SendFor(Sender, data.Link, message);
            return Stay();
        }
        var status = _plane.PendingSends.Keep(message, Sender, Now);
        Sender.Tell(
            new SendResult(
                status,
                status == SendStatus.Refused ? "as many messages as limits.send-queue allows wait for the send-rate of the group" : ""));
        return GoTo(StateName); // its deadline follows the first that waits
    }

    private void Remember(SubscriptionChanged changed)
    {
        if (changed is { IsKept: true, Message: { } message })
            _subscriptions[changed.Key] = message;
        else
            _subscriptions.Remove(changed.Key);
    }

    private State WhenSubscribing(ConnectedData data, SubscriptionChanged changed)
    {
        Remember(changed);
        data.Link.Pace.Enqueue(changed.Key, changed.Message);
        SendWhatMay(data.Link);
        return data.Link.Pace.HasSubscriptions ? GoTo(StateName) : Stay();
    }

    /// <summary>Sends what the rate allows by now. What was given to the endpoint belongs to its primary connection.</summary>
    private void SendWhatMay(ConnectionLink link)
    {
        TellExpired();
        while (link.Pace.Wait(Now) == TimeSpan.Zero)
        {
            if (link.Pace.HasSubscriptions)
                link.Send(link.Pace.NextSubscription());
            else if (_isPrimary && _plane.PendingSends.TryTake(out var held))
                SendFor(held.Ticket, link, held.Message);
            else
                return;
            link.Pace.Spend(Now);
        }
    }

    /// <summary>When the first message that waits may go out; null when none waits.</summary>
    private TimeSpan? SendDue(ConnectionLink link) =>
        link.Pace.HasSubscriptions || (_isPrimary && !_plane.PendingSends.IsEmpty) ? Now + link.Pace.Wait(Now) : null;

    private static void SendFor(IActorRef asker, ConnectionLink link, OutboundMessage message) =>
        link.SendAsync(message).AsTask().PipeTo(asker, success: status => new SendResult(status));

    private void TellExpired()
    {
        foreach (var late in _plane.PendingSends.TakeExpired(Now))
            late.Ticket.Tell(new SendResult(SendStatus.Expired, "it waited longer than send.time-to-live"));
    }

    private void RefuseHeld(string why)
    {
        foreach (var held in _plane.PendingSends.TakeAll())
            held.Ticket.Tell(new SendResult(SendStatus.Refused, why));
    }

    private void AnswerPeer(ConnectionLink link)
    {
        if (_settings.Heartbeat.Reply is { } reply)
            link.Send(reply.Send);
    }

    private void SayGoodbye(ConnectionLink link, int code, string reason)
    {
        foreach (var message in _settings.OnClose)
            link.Send(message);
        link.Close(code, reason);
    }
}
