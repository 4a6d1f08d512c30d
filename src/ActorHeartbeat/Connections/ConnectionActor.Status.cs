using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using Akka.Actor;

namespace ActorHeartbeat.Connections;

/// <content>What the actor reports about itself.</content>
public sealed partial class ConnectionActor
{
    private void Report()
    {
        var backingOff = _data as BackingOffData;
        var connected = _data as ConnectedData;
        var utcNow = _dependencies.Clock.UtcNow;
        var before = _board.Status;
        var retryIn = backingOff is { Phase: BackingOffPhase.Delay } ? Remaining(backingOff.Until) : (TimeSpan?)null;
        var isNews = before is null || !IsSame(before.State, _state);
        var status = new ConnectionStatus(
            _state,
            isNews ? utcNow : before!.Since,
            LinkOf(_data)?.Incarnation ?? before?.Incarnation ?? 0,
            _data.Failures + 1,
            ShownUrl.Of(UrlAt(connected?.UrlIndex ?? _urlIndex), _settings),
            connected?.Link.Subprotocol,
            backingOff is { Cause.Kind: not CauseKind.Start } ? backingOff.Cause : before?.LastClose,
            isNews && backingOff is { Cause.Kind: not CauseKind.Start } ? utcNow : before?.LastCloseAt,
            retryIn is { } wait ? utcNow + wait : null,
            Waiting(_data),
            connected?.Missed ?? 0)
        {
            FailedRotation = connected is { RotationFailure: { } failure, RotateAt: { } rotateAt }
                ? new FailedRotation(failure, utcNow + Remaining(rotateAt))
                : null,
            Address = connected?.Link.Address,
            RedirectedTo = connected?.Link.RedirectedTo,
            UrlIndex = connected?.UrlIndex ?? _urlIndex,
        };
        _board.Status = status;
        if (!isNews)
            return;
        // The actor writes the state here, not the supervisor later: states and messages keep their order in the feed.
        _plane.Feed.StateChanged(_id.Number, _state.ForFeed(backingOff?.Cause.Detail));
        _dependencies.Supervisor.Tell(new ConnectionChanged(_settings.Id, _id, status, backingOff?.Cause, retryIn));
    }

    /// <summary>Whether two states look the same from outside. A heartbeat that waits for its answer is no change of state there.</summary>
    private static bool IsSame(ConnectionState one, ConnectionState other) =>
        one == other
        || (one is ConnectionState.Open or ConnectionState.AwaitingPong && other is ConnectionState.Open or ConnectionState.AwaitingPong);

    /// <summary>
    /// Makes this connection the primary. It takes over the endpoint's last
    /// close and, if the endpoint is up, the time since when it is open.
    /// </summary>
    private void BecomePrimary(ConnectionStatus? before, ConnectionLink link)
    {
        _isPrimary = true;
        foreach (var news in link.Subscriptions.NewsAfter(_plane.Subscriptions))
            link.TellKey(news);
        _plane.Subscriptions = link.Subscriptions;
        link.Succession.End();
        link.Tell($"connection {link.Incarnation} takes over");
        var own = _board.Status!; // connected, so it has reported
        _board.Status = own with
        {
            Since = before is { IsUp: true } ? before.Since : own.Since,
            LastClose = before?.LastClose,
            LastCloseAt = before?.LastCloseAt,
        };
        if (before is not { IsUp: true })
            _plane.Feed.StateChanged(_id.Number, ConnectionState.Open.ForFeed());
        _dependencies.Supervisor.Tell(new TookOver(_settings.Id, _id, _board.Status));
    }

    // Never negative: a first dial without a spread is due when the actor is constructed, a moment before this.
    private TimeSpan Remaining(TimeSpan until) => TimeSpan.FromTicks(Math.Max(0, (until - Now).Ticks));

    private static ConnectionLink? LinkOf(ConnectionData data) => data switch
    {
        ConnectingData connecting => connecting.Link,
        ConnectedData connected => connected.Link,
        _ => null,
    };

    private static string Waiting(ConnectionData data) => data switch
    {
        BackingOffData { AwaitsCredentials: true } => "the delay before the next attempt, or other credentials",
        BackingOffData { Phase: BackingOffPhase.Delay } => "the delay before the next attempt",
        BackingOffData { Phase: BackingOffPhase.Leaving } => "the previous socket to be gone",
        BackingOffData { Phase: BackingOffPhase.Queued } => "a permit to dial",
        BackingOffData => "its socket to be gone, for good",
        ConnectingData { Step: null } => "the handshake",
        ConnectingData { Step: { } step } => $"the answer to on-open, step {step + 1}",
        ConnectedData { PongDeadline: not null } => "a sign of life",
        _ => "nothing",
    };
}
