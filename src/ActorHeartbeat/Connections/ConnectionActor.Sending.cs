using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using Akka.Actor;
using Akka.Event;

namespace ActorHeartbeat.Connections;

/// <content>
/// What goes out, and in which order: opening messages, then subscriptions, then messages that waited, then
/// new ones. The send rate needs no timer of its own: the state's one deadline covers the next turn too.
/// </content>
public sealed partial class ConnectionActor
{
    private const string QueueIsFull = "as many messages as limits.send-queue allows wait for the send-rate of the group";

    /// <summary>Takes opening steps. The last of them may ask for an answer.</summary>
    private void TakeOpening(ConnectionLink link, IReadOnlyList<int> steps)
    {
        foreach (var index in steps)
        {
            if (link.Settings.OnOpen[index].Send is not null)
                link.Pace?.Spend(Now);
            if (link.Settings.OnOpen[index].Http is null)
                Require(link, link.Take(index));
            else
                link.AskAsync(_dependencies.Dialer, index).PipeTo(Self);
        }
    }

    /// <summary>Under a send rate the deadline follows the first message that waits for its turn.</summary>
    private Step InTurn(ConnectedData data) => data.Link.Pace is null ? Step.Stay : Connected(_state, data);

    private void SendOrKeep(ConnectionLink link)
    {
        SendWhatMay(link);
        while (_plane.SendInbox.TryTake(out var given))
        {
            if (SendDue(link) is null && Wait(link, asks: false) == TimeSpan.Zero)
            {
                link.Pace?.Spend(Now);
                SendFor(given.Asker, link, given.Message);
                continue;
            }
            var status = _plane.KeepSends(_settings).Keep(given.Message, given.Asker, Now);
            given.Asker.Tell(new SendResult(status, status == SendStatus.Refused ? QueueIsFull : ""));
        }
    }

    private void KeepOrRefuse()
    {
        TellExpired(); // an expired message must not take the place of a live one
        while (_plane.SendInbox.TryTake(out var given))
            given.Asker.Tell(
                new SendResult(
                    _plane.KeepSends(_settings).Offer(given.Message, given.Asker, Now),
                    $"{_settings.Id} is not open, it waits for {_board.Status?.Waiting}"));
    }

    /// <summary>Says the keep-alives that are due, outside the send rate, and then what the rate allows.</summary>
    private void SendInTurn(ConnectionLink link, IReadOnlyList<KeyValuePair<string, KeepAlive>> due)
    {
        SayKeepAlives(link, due);
        LookAtKeys(link);
        SendWhatMay(link);
    }

    /// <summary>Sends what the rate allows now. The messages that wait for the endpoint belong to its primary.</summary>
    private void SendWhatMay(ConnectionLink link)
    {
        TellExpired();
        while (Wait(link, link.HasToAsk) == TimeSpan.Zero && TrySendNext(link))
            link.Pace?.Spend(Now);
        TellKeys(link);
    }

    private bool TrySendNext(ConnectionLink link)
    {
        if (link.HasToAsk)
            return link.TryAsk(_dependencies.Dialer);
        if (!_isPrimary || _plane.PendingSends is not { } pending || !pending.TryTake(out var held))
            return false;
        SendFor(held.Ticket, link, held.Message);
        return true;
    }

    /// <summary>When the first message that waits may go out; null when none waits.</summary>
    private TimeSpan? SendDue(ConnectionLink link)
    {
        var asks = link.HasToAsk;
        var waits = asks || (_isPrimary && _plane.PendingSends is { IsEmpty: false });
        link.Pace?.IsAwaited = waits;
        return waits ? Now + Wait(link, asks) : null;
    }

    private TimeSpan Wait(ConnectionLink link, bool asks) => link.Pace?.Wait(Now, asks) ?? TimeSpan.Zero;

    private static void SendFor(IActorRef asker, ConnectionLink link, OutboundMessage message) =>
        link.SendAsync(message, Speaker.Consumer).AsTask().PipeTo(asker, success: status => new SendResult(status));

    private void TellExpired()
    {
        foreach (var late in _plane.PendingSends?.TakeExpired(Now) ?? [])
            late.Ticket.Tell(new SendResult(SendStatus.Expired, "it waited longer than send.time-to-live"));
    }

    private void RefuseWhatCannotWait()
    {
        if (_plane.PendingSends is not { KeepsWhileDown: false } pending)
            return;
        foreach (var held in pending.TakeAll())
            held.Ticket.Tell(
                new SendResult(SendStatus.Refused, "the connection ended while it waited for the send-rate of its group"));
    }

    private void SendHeartbeat(ConnectionLink link) => Require(link, link.Ping());

    /// <summary>The connection cannot do without what was to be said.</summary>
    private void Require(ConnectionLink link, string? lacking)
    {
        if (lacking is not null)
            Self.Tell(new NotSaid(link.Incarnation, lacking));
    }

    /// <summary>A reply that lacks a value is left out: the peer's message is at fault, not the connection.</summary>
    private void Answer(ConnectionLink link, RuleMatched matched)
    {
        if (link.Answer(matched) is not { } lacking)
            return;
        link.Tell($"no reply by rule {matched.Number} of on-message, because {lacking} has no value");
        Context.GetLogger().Warning(
            "{0}: no reply by rule {1} of on-message, because {2} has no value", _settings.Id, matched.Number, lacking);
    }

    // The peer must not fill our log: each of these is told once of a connection.
    private void TellKeepAliveFailed(ConnectionLink link, string why)
    {
        link.Tell(why);
        if (link.IsFirst(nameof(KeepAliveFailed)))
            Context.GetLogger().Warning("{0}: {1}", _settings.Id, why);
    }

    private void TellSet(ConnectionLink link, ValueMap<string?> set, string? refusal)
    {
        if (link.IsHeard && set.Count > 0)
            link.Transcript.Event(
                refusal is null ? $"set {string.Join(", ", set.Select(each => $"{each.Key} = {each.Value}"))}" : $"not set: {refusal}");
        if (refusal is not null && link.IsFirst(nameof(TellSet)))
            Context.GetLogger().Warning("{0}: what a message of the peer sets is not taken: {1}", _settings.Id, link.Hide(refusal));
    }

    private static void TellConnected(ConnectionLink link)
    {
        if (link.IsHeard)
            link.Transcript.Event(
                (link.Address is { } address ? $"connected to {address}" : "connected")
                    + (link.Subprotocol is { } subprotocol ? $", subprotocol {subprotocol}" : ""));
    }

    private void TellNotGoing(ConnectionLink link, string fault)
    {
        var why = $"where a message of the peer sends the next connection is not taken: {fault}";
        link.Tell(why);
        if (link.IsFirst(nameof(TellNotGoing)))
            Context.GetLogger().Warning("{0}: {1}", _settings.Id, why);
    }

    private void TellNotCaptured(ConnectionLink link, string name)
    {
        link.Tell($"{name} is not captured: it is too large");
        if (link.IsFirst(name))
            Context
                .GetLogger()
                .Warning("{0}: {1} is not captured, because it is over {2} bytes", _settings.Id, name, Conversation.MostCaptured);
    }

    private void SayGoodbye(ConnectionLink link, int code, string reason)
    {
        foreach (var message in link.Goodbyes)
            link.Say(message, Speaker.Goodbye);
        link.Close(code, reason);
    }
}
