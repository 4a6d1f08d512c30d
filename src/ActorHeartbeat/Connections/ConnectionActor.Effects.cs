using System.Diagnostics.CodeAnalysis;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;
using Akka.Actor;
using State = Akka.Actor.FSMBase.State<ActorHeartbeat.Connections.ConnectionState, ActorHeartbeat.Connections.ConnectionData>;

namespace ActorHeartbeat.Connections;

/// <content>What the decisions lead to: the common way back, the one place of timers, and verbs of a few lines.</content>
public sealed partial class ConnectionActor
{
    /// <summary>
    /// How long beyond its own close deadline the transport may take to confirm an end. Past it the transport is at fault.
    /// </summary>
    private static readonly TimeSpan LeaveGrace = TimeSpan.FromSeconds(5);

    /// <summary>A place in the governor's queue is asked for again so often, should the governor have lost it.</summary>
    private static readonly TimeSpan PermitReminder = TimeSpan.FromMinutes(1);

    /// <summary>A succession that did not come about is asked for again after so long.</summary>
    private static readonly TimeSpan SuccessionReminder = TimeSpan.FromMinutes(1);

    /// <summary>A rotation asked for by an operator or a reload takes this where the endpoint configures none.</summary>
    private static readonly TimeSpan DefaultReadyAfter = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Late answers lengthen the measured timeout; past this bound (RFC 6298 section 2.5) a dead peer would go unnoticed.
    /// </summary>
    private static readonly TimeSpan LongestAutomaticTimeout = TimeSpan.FromSeconds(60);

    private long _request;

    private TimeSpan PongTimeout => _settings.Heartbeat.Timeout ?? AutomaticTimeout;

    private TimeSpan AutomaticTimeout => _board.Estimator.Timeout is not { } suggested ? TimeoutBeforeFirstRoundTrip
        : suggested < LongestAutomaticTimeout ? suggested
        : LongestAutomaticTimeout;

    /// <summary>RFC 6298 section 2.1 begins with a second; a first answer over a busy link deserves three (RFC 1122).</summary>
    private static TimeSpan TimeoutBeforeFirstRoundTrip => TimeSpan.FromSeconds(3);

    /// <summary>What every state answers alike, and where stale events end.</summary>
    private State WhenAnyState(FSMBase.Event<ConnectionData> happened)
    {
        switch (happened.FsmEvent)
        {
            case ConnectionEvent:
                _plane.Counters.CountStale();
                return Stay();
            case PermitGranted:
                GiveBack(happened.StateData);
                return Stay();
            case PermitRefused:
                return Stay(); // to a request that was withdrawn
            case SettingsChanged changed:
                TakeSettings(changed.Settings, changed.SendRate);
                return Stay();
            case SendMessage send:
                TellExpired(); // what is past its time must not take the place of what is not
                Sender.Tell(
                    new SendResult(
                        _plane.PendingSends.Offer(send.Message, Sender, Now),
                        $"{_settings.Id} is not open, it waits for {_board.Status?.Waiting}"));
                return Stay();
            case SubscriptionChanged changed:
                Remember(changed);
                return Stay(); // it sends them all when it opens
            case TakeOver:
                return Stay(); // it has lost what it was ready with, and said so
            case RotationFailed:
                return Stay(); // it has no connection to keep, and its next dial takes the present settings
            default:
                throw new InvalidOperationException($"{happened.FsmEvent} in {StateName}");
        }
    }

    /// <summary>
    /// A permit that is not waited for: its request was withdrawn, or reminded of when it was granted already. The governor knows one
    /// handshake and one
    /// connection of this actor, however often it grants, so that what a dial or a socket is using stays.
    /// </summary>
    private void GiveBack(ConnectionData data)
    {
        if (data is not ConnectingData)
            _with.Governor.Tell(new ReturnPermit(_settings.Id));
        if (data is BackingOffData { Leaving: null })
            Release();
    }

    /// <summary>
    /// A first dial waits its part of the spread; a released connection only waits until the socket that a crash left is gone.
    /// </summary>
    private BackingOffData Beginning(ConnectionStart start)
    {
        var left = AdoptOrphan();
        return start.IsReleased
            ? new BackingOffData(0, CloseCause.Start, BackingOffPhase.Ending, left is null ? Now : LeaveDeadline(left), left)
            : new BackingOffData(0, CloseCause.Start, BackingOffPhase.Delay, Now + (start.Spread * _random.NextDouble()), left);
    }

    /// <summary>The socket that a crashed predecessor left; null when there is none.</summary>
    private ConnectionLink? AdoptOrphan()
    {
        if (_board.Link is not { IsGone: false } left)
            return null;
        left.Adopt(Self);
        left.Abort();
        return left.IsGone ? null : left;
    }

    private State BackOff(ConnectionData data, CloseCause cause, ConnectionLink? leaving)
    {
        if (!_isPrimary)
            return AbandonSuccession(data, cause, leaving);
        if (!_plane.PendingSends.KeepsWhileDown)
            RefuseHeld("the connection ended while it waited for the send-rate of its group");
        var flapping = data is ConnectedData && _settings.Flap is { } flap && _board.Flaps.Ended(Now, flap.Ends, flap.Within);
        var next = NextAttempt.After(_settings, cause, data.Failures, flapping, _random.NextDouble(), _with.Clock.UtcNow);
        if (next.Outcome.Action == OutcomeAction.NextUrl)
            _urlIndex = (_urlIndex + 1) % (_settings.Urls.Count + 1);
        PauseAsAsked(next.Outcome, cause);
        if (next.GivesUp)
            return GiveUp(cause);
        if (next.Quarantine is { } quarantine)
            cause = cause with { Quarantine = quarantine };
        return GoTo(ConnectionState.BackingOff)
            .Using(new BackingOffData(next.Failures, cause, BackingOffPhase.Delay, Now + next.Delay, leaving));
    }

    /// <summary>The old connection stays. A successor that was closed before, by us, has nothing to tell.</summary>
    private State AbandonSuccession(ConnectionData data, CloseCause cause, ConnectionLink? leaving)
    {
        _plane.Feed.ExpectNoOther();
        if (cause.IsFailure)
            PauseAsAsked(OutcomeTable.Decide(_settings.Outcomes, cause, _with.Clock.UtcNow), cause);
        _with.Supervisor.Tell(new SuccessorFailed(_settings.Id, _id, cause));
        return leaving is null
            ? Stop()
            : GoTo(ConnectionState.BackingOff)
                .Using(new BackingOffData(data.Failures, cause, BackingOffPhase.Ending, LeaveDeadline(leaving), leaving));
    }

    private void PauseAsAsked(Outcome outcome, CloseCause cause)
    {
        if (outcome.Action == OutcomeAction.RetryAfter && outcome.Scope != GovernorScope.Endpoint)
            _with.Governor.Tell(new PauseScope(outcome.Scope, ScopeKey(outcome.Scope), outcome.AtLeast, cause.Detail));
    }

    private State GiveUp(CloseCause cause)
    {
        _with.Supervisor.Tell(new ConnectionFailed(_settings.Id, _id, cause));
        return Stop();
    }

    /// <summary>
    /// The only place that arms and cancels timers and reports what is new. What a state owns beside its timer, a permit
    /// or a place in the queue, is given back here too.
    /// </summary>
    private void Enter(ConnectionState from, ConnectionState to)
    {
        CancelTimer(TimerOf(from));
        var due = DueOf(NextStateData);
        SetTimer(TimerOf(to), DeadlinePassed.Instance, due > Now ? due - Now : TimeSpan.Zero);

        if (from == ConnectionState.Connecting && to != from)
            _with.Governor.Tell(new ReturnPermit(_settings.Id));
        if (StateData is BackingOffData { Phase: BackingOffPhase.Queued }
            && NextStateData is BackingOffData { Phase: not BackingOffPhase.Queued })
            _with.Governor.Tell(new CancelRequest(_settings.Id));
        Report(to);
    }

    private static string TimerOf(ConnectionState state) => state switch
    {
        ConnectionState.BackingOff => RetryDue,
        ConnectionState.Connecting => ConnectDeadline,
        ConnectionState.Open => HeartbeatDue,
        _ => PongDeadline,
    };

    private TimeSpan DueOf(ConnectionData data) =>
        data switch
        {
            BackingOffData backingOff => backingOff.Until,
            ConnectingData connecting => connecting.Deadline,
            ConnectedData connected => Look(connected).LookAgain is var look && SendDue(connected.Link) is { } turn && turn < look
                ? turn
                : look,
            _ => throw new InvalidOperationException($"no deadline for {data}"),
        };

    private LivenessVerdict Judge(ConnectedData data) => Look(data).Verdict;

    private (LivenessVerdict Verdict, TimeSpan LookAgain) Look(ConnectedData data)
    {
        var now = Now;
        var signs = data.Link.Signs(data.OpenedAt, data.LastAnswer);
        return Liveness.Judge(
            _settings, signs, data.PongDeadline, !data.Stable, data.RotateAt, now, TimeOnly.FromTimeSpan(_with.Clock.UtcNow.TimeOfDay));
    }

    [MemberNotNull(nameof(_settings))]
    private void TakeSettings(EndpointSettings settings, Rate? sendRate)
    {
        (_settings, _sendRate) = (settings, sendRate);
        _plane.PendingSends.Configure(settings.Send, settings.Limits.SendQueue);
    }

    private void Follow(ConnectionLink link)
    {
        link.Follow(_settings);
        link.Pace.Configure(_sendRate, Now);
    }

    /// <summary>Takes changed settings while connected: a changed max-age counts from when the connection opened.</summary>
    private ConnectedData Rearmed(ConnectedData data, SettingsChanged changed)
    {
        var before = _settings.MaxAge;
        TakeSettings(changed.Settings, changed.SendRate);
        Follow(data.Link);
        return data.IsSuccessor || before == _settings.MaxAge ? data : data with { RotateAt = RotationTime(data.OpenedAt) };
    }

    private void CountAnswer(HeartbeatAnswered answered)
    {
        _plane.Counters.CountAnswer();
        _board.Measured(answered.RoundTrip);
    }

    // Settings that change later do not change how long its closing handshake may take.
    private TimeSpan LeaveDeadline(ConnectionLink leaving) => Now + leaving.Settings.Timeouts.Close + LeaveGrace;

    private bool IsOutdated(ConnectionLink link) => EndpointChange.Between(link.Settings, _settings).Effect == ChangeEffect.Reconnect;

    private static bool Concerns(ConnectionEvent happened, ConnectionLink? link) => happened.Incarnation == link?.Incarnation;

    private BackingOffData AskForPermit(BackingOffData data)
    {
        var again = data.Phase == BackingOffPhase.Queued;
        if (!again)
            _request++;
        // A successor waits for its turn as long as everybody, but for room in its group, which its own primary may be taking, only as long
        // as an attempt.
        var isSuccessor = !_isPrimary;
        RequestPermit(orRefuse: isSuccessor && again);
        return data with
        {
            Leaving = null,
            Phase = BackingOffPhase.Queued,
            Until = Now + (isSuccessor ? _settings.Timeouts.Connect : PermitReminder),
        };
    }

    private void RequestPermit(bool orRefuse = false) =>
        _with.Governor.Tell(new RequestPermit(_settings.Id, Target.Authority, _settings.Group, _request) { OrRefuse = orRefuse });

    private Uri Target => _urlIndex == 0 || _urlIndex > _settings.Urls.Count ? _settings.Url : _settings.Urls[_urlIndex - 1];

    private ConnectingData Dial(BackingOffData data)
    {
        var link = new ConnectionLink(_id, _plane, _settings, _sendRate, _with.Clock, Self);
        _board.Link = link;
        _plane.Counters.CountDial();
        if (!_isPrimary && _settings.MaxAge?.DuplicateKey is { } key)
            _plane.Feed.ExpectAnother(key);
        AttemptAsync(_with, _settings, Target, link).PipeTo(Self, success: result => new DialCompleted(link.Incarnation, result));
        return new ConnectingData(data.Failures, link, null, Now + _settings.Timeouts.Connect);
    }

    private static async Task<DialResult> AttemptAsync(ConnectionDependencies with, EndpointSettings settings, Uri url, ConnectionLink link)
    {
        try
        {
            // A resolver that ignores its token is left behind at the deadline: it owns no socket.
            var request = await with.Resolver.ResolveAsync(settings, url, link.DialCancellation).AsTask().WaitAsync(link.DialCancellation);
            return link.Accept(await with.Dialer.DialAsync(request, link, link.DialCancellation));
        }
        catch (Exception error)
        {
            // A dialer reports failures as values, so what throws is the resolver.
            return link.Accept(new DialResult.Failed(new DialFailure(FailureLayer.Resolve, error.Message)));
        }
    }

    private ConnectedData Opened(ConnectingData data)
    {
        var now = Now;
        data.Link.Opened();
        Replay(data.Link);
        var isSuccessor = !_isPrimary;
        if (isSuccessor)
            data.Link.ExpectData();
        return new ConnectedData(
            data.Failures, data.Link, now, Stable: data.Failures == 0 && _urlIndex == 0, now, 0, null,
            isSuccessor ? now + (_settings.MaxAge?.ReadyAfter ?? DefaultReadyAfter) : RotationTime(now), isSuccessor);
    }

    private TimeSpan? RotationTime(TimeSpan openedAt) =>
        _settings.MaxAge is { } rotation ? openedAt + (rotation.Age * (1 - (rotation.Jitter * _random.NextDouble()))) : null;

    private ConnectedData AskForSuccession(ConnectedData data)
    {
        _with.Supervisor.Tell(data.IsSuccessor ? new SuccessorReady(_settings.Id, _id) : new RotationDue(_settings.Id, _id));
        return data with { RotateAt = Now + SuccessionReminder, RotationFailure = null };
    }

    private ConnectedData Steady(ConnectedData data)
    {
        _urlIndex = 0;
        return data with { Failures = 0, Stable = true };
    }

    private ConnectedData Ping(ConnectedData data)
    {
        _plane.Counters.CountHeartbeat();
        data.Link.Ping();
        return data with { PongDeadline = Now + PongTimeout };
    }

    private State Lose(ConnectedData data, CloseCause cause)
    {
        data.Link.Abort();
        return BackOff(data, cause, data.Link);
    }

    private BackingOffData Ending(ConnectionData data, CloseConnection close, ConnectionLink leaving) =>
        new(data.Failures, CloseCause.Closed(close.Code, close.Reason), BackingOffPhase.Ending, LeaveDeadline(leaving), leaving);

    private BackingOffData NoLongerThanBackoff(BackingOffData data)
    {
        var longest = Now + ReconnectBackoff.Ceiling(_settings.Backoff, data.Failures);
        return data.Until > longest ? data with { Until = longest } : data;
    }

    private void Release() => _with.Governor.Tell(new ConnectionReleased(_settings.Id));

    private string ScopeKey(GovernorScope scope) => scope switch
    {
        GovernorScope.Host => Target.Authority,
        GovernorScope.Group => _settings.Group ?? "",
        _ => "",
    };

    /// <summary>
    /// A stopped or crashed actor leaves no socket behind: what is not gone yet is aborted, and the board has it for the actor that
    /// follows.
    /// </summary>
    protected override void PostStop()
    {
        LinkOf(StateData)?.Abort();
        _board.Status = _board.Status?.WithoutActor();
        base.PostStop();
    }

    /// <summary>The message of every deadline; a state has only one.</summary>
    private sealed record DeadlinePassed
    {
        public static readonly DeadlinePassed Instance = new();
    }
}
