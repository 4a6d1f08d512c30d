using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Policies;
using Akka.Actor;

namespace ActorHeartbeat.Connections;

/// <content>
/// What the actor holds of the governor, and the one place that gives it back. The data say what is held: a
/// place in the queue exactly while queued, the handshake of a permit exactly while connecting, the connection
/// of a permit exactly until its socket is gone. A dead actor holds nothing: the governor watches it.
/// </content>
public sealed partial class ConnectionActor
{
    private long _request;

    /// <summary>Where the next dial goes.</summary>
    private Uri Target => _to ?? UrlAt(_urlIndex);

    private Uri UrlAt(int index) => index == 0 || index > _settings.Urls.Count ? _settings.Url : _settings.Urls[index - 1];

    /// <summary>The line in which a request waits. The host and the group each have a budget.</summary>
    private (string Host, string? Group) Line => (PeersUrl.Authority(Target, _settings), _settings.Group);

    [Flags]
    private enum Holding
    {
        Nothing = 0,
        Place = 1,
        Handshake = 2,
        Connection = 4,
        Permit = Handshake | Connection,
    }

    /// <summary>What the actor holds with these data. A queued actor counts as holding a permit, because one may be on its way.</summary>
    private static Holding HeldWith(ConnectionData? data) => data switch
    {
        BackingOffData { Phase: BackingOffPhase.Queued } => Holding.Place | Holding.Permit,
        BackingOffData { Leaving: not null } => Holding.Connection,
        ConnectingData => Holding.Permit,
        ConnectedData => Holding.Connection,
        _ => Holding.Nothing,
    };

    /// <summary>
    /// Gives back what the actor held before and no longer holds. A new request keeps nothing of the one
    /// before, because it brings a permit of its own; the same request keeps what may have been granted to it.
    /// </summary>
    /// <param name="before">What the actor knew.</param>
    /// <param name="after">What it knows now; null when it stops.</param>
    private void GiveBack(ConnectionData before, ConnectionData? after)
    {
        var isNewRequest =
            after is BackingOffData { Phase: BackingOffPhase.Queued } asks && asks.Request != (before as BackingOffData)?.Request;
        Return(HeldWith(before) & ~(isNewRequest ? Holding.Nothing : HeldWith(after)));
    }

    private void Return(Holding what)
    {
        if (what == Holding.Nothing)
            return;
        if (what.HasFlag(Holding.Place))
            _dependencies.Governor.Tell(new CancelRequest(_settings.Id));
        if (what.HasFlag(Holding.Handshake))
            _dependencies.Governor.Tell(new ReturnPermit(_settings.Id));
        if (what.HasFlag(Holding.Connection))
            _dependencies.Governor.Tell(new ConnectionReleased(_settings.Id));
    }

    /// <summary>Makes a new request, with a number of its own: the delay is over and the previous socket is gone.</summary>
    private Step Queue(BackingOffData data)
    {
        var queued = Queued(data, _request + 1);
        return Step
            .GoTo(ConnectionState.BackingOff, queued)
            .Then(() => TraceAttempt(data.Failures))
            .Then(() => RequestPermit(queued.Request, orRefuse: false));
    }

    /// <summary>
    /// Asks again for the same place. A successor waits for its turn like any other connection. For room
    /// in its group, which its own primary may occupy, it waits only as long as an attempt may take.
    /// </summary>
    private Step RemindOf(BackingOffData data) => Step
        .GoTo(ConnectionState.BackingOff, Queued(data, data.Request))
        .Then(() => RequestPermit(data.Request, orRefuse: !_isPrimary));

    private BackingOffData Queued(BackingOffData data, long request) => data with
    {
        Leaving = null,
        Phase = BackingOffPhase.Queued,
        Until = Now + (_isPrimary ? PermitReminder : _settings.Timeouts.Connect),
        Request = request,
    };

    private void RequestPermit(long request, bool orRefuse)
    {
        _request = request;
        _dependencies.Governor.Tell(new RequestPermit(_settings.Id, Line.Host, Line.Group, request) { OrRefuse = orRefuse });
    }

    private string ScopeKey(GovernorScope scope, CloseCause cause) => scope switch
    {
        GovernorScope.Host => cause.RedirectedTo ?? PeersUrl.Authority(Target, _settings),
        GovernorScope.Group => _settings.Group ?? "",
        _ => "",
    };
}
