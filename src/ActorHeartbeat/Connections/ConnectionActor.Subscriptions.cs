using ActorHeartbeat.Policies;
using ActorHeartbeat.Subscriptions;
using Akka.Actor;
using Akka.Event;

namespace ActorHeartbeat.Connections;

/// <content>
/// What is asked for by keys. The state's one deadline covers late answers, refused keys and keys without data: there is no timer of their
/// own.
/// </content>
public sealed partial class ConnectionActor
{
    private const string NotLogged = "the next of its kind on this connection are not logged";

    /// <summary>Decides on what the peer has done with keys, and on keys without data.</summary>
    private Step? WhenKeysConcerned(object message, ConnectedData data)
    {
        switch (message)
        {
            case KeysChanged changed when Concerns(changed, data.Link):
                return Connected(_state, data).First(() => TellKeys(data.Link, changed.Trouble)).Then(() => SendWhatMay(data.Link));
            case KeyStale { Reconnects: false } stale when Concerns(stale, data.Link):
                return Connected(_state, IsBesideAnother(data) ? data : data with { RotateAt = Now })
                    .First(() => data.Link.Tell(stale.Why));
            case KeyStale stale when Concerns(stale, data.Link):
                return Drop(data, CloseCause.KeyStale(stale.Why), data.Link);
            default:
                return null;
        }
    }

    /// <summary>Since when the silence of a key means something.</summary>
    private TimeSpan ListeningSince(ConnectionLink link) =>
        Liveness.ListeningSince(
            _settings.Timeouts.DataIdle, link.HeldBackUntil, Now, TimeOnly.FromTimeSpan(_dependencies.Clock.UtcNow.TimeOfDay));

    /// <summary>Whether it is, or is to be, one of two of a rotation: neither ends for a key, and the rotation is the remedy.</summary>
    private bool IsBesideAnother(ConnectedData data) => data.IsSuccessor || data.IsAskedToRotate || _plane.Live.Length > 1;

    /// <summary>Does what is due for keys.</summary>
    private void LookAtKeys(ConnectionLink link)
    {
        var mayReconnect = _data is not ConnectedData connected || !IsBesideAnother(connected);
        var verdict = link.Subscriptions.Look(ListeningSince(link), mayReconnect, out var why);
        TellKeys(link);
        if (verdict != SubscriptionVerdict.Nothing)
            Self.Tell(new KeyStale(link.Incarnation, verdict == SubscriptionVerdict.Reconnect, why));
    }

    /// <summary>
    /// Tells what has become of keys. Each kind of refusal is logged once of a connection: the peer must not fill our log.
    /// </summary>
    private void TellKeys(ConnectionLink link, KeyTrouble? trouble = null)
    {
        foreach (var news in link.Subscriptions.TakeNews())
        {
            link.Tell($"subscription {news.Key}: {news}");
            if (_isPrimary)
                link.TellKey(news);
            if (news.IsTrouble && link.IsFirst($"{news.Key.Book.Name} {news.State}"))
                Context.GetLogger().Warning("{0}: subscription {1} is {2}; {3}", _settings.Id, news.Key, news, NotLogged);
        }
        if (trouble is not null && link.IsFirst(trouble.Kind))
            Context.GetLogger().Warning("{0}: {1}; {2}", _settings.Id, trouble.Why, NotLogged);
    }
}
