using System.Diagnostics.CodeAnalysis;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.Transport;
using Akka.Actor;
using State = Akka.Actor.FSMBase.State<ActorHeartbeat.Connections.ConnectionState, ActorHeartbeat.Connections.ConnectionData>;

namespace ActorHeartbeat.Connections;

/// <content>What the decisions lead to: the common way back, the one place of timers, and verbs of a few lines.</content>
public sealed partial class ConnectionActor
{
    /// <summary>How long beyond its own close deadline the transport may take to confirm an end. Past it the transport is at fault.</summary>
    private static readonly TimeSpan LeaveGrace = TimeSpan.FromSeconds(5);

    /// <summary>A place in the governor's queue is asked for again so often, should the governor have lost it.</summary>
    private static readonly TimeSpan PermitReminder = TimeSpan.FromMinutes(1);

    /// <summary>A succession that did not come about is asked for again after so long.</summary>
    private static readonly TimeSpan SuccessionReminder = TimeSpan.FromMinutes(1);

    /// <summary>A rotation asked for by an operator or a reload takes this where the endpoint configures none.</summary>
    private static readonly TimeSpan DefaultReadyAfter = TimeSpan.FromSeconds(5);

    /// <summary>Late answers lengthen the measured timeout; past this bound (RFC 6298 section 2.5) a dead peer would go unnoticed.</summary>
    private static readonly TimeSpan LongestAutomaticTimeout = TimeSpan.FromSeconds(60);

    private long _request;

    private TimeSpan PongTimeout => _settings.Heartbeat.Timeout ?? AutomaticTimeout;

    private TimeSpan AutomaticTimeout => _memory.Vitals.RoundTrips.Timeout is not { } suggested ? TimeoutBeforeFirstRoundTrip
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
                _memory.Vitals.CountStale();
                return Stay();
            case PermitGranted:
                GiveBack(happened.StateData);
                return Stay();
            case PermitRefused:
                return Stay(); // to a request that was withdrawn
            case SettingsChanged:
                TakeSettings();
                return Stay();
            case SendMessage send:
                TellExpired(); // what is past its time must not take the place of what is not
                Sender.Tell(new SendResult(_memory.Held.Offer(send.Message, Sender, Now), $"{_memory.Id} is not open, it waits for {_memory.Status?.Waiting}"));
                return Stay();
            case SubscriptionChanged:
                return Stay(); // it reads them all when it opens
            case TakeOver:
                return GoTo(StateName); // it took over what it had, and lost it before it could speak for itself
            case RotationFailed:
                return Stay(); // it has no connection to keep, and its next dial takes the present settings
            default:
                throw new InvalidOperationException($"{happened.FsmEvent} in {StateName}");
        }
    }

    /// <summary>
    /// A permit that is not waited for: its request was withdrawn, or reminded of when it was granted already. The governor knows one handshake and one
    /// connection of this actor, however often it grants, so that what a dial or a socket is using stays.
    /// </summary>
    private void GiveBack(ConnectionData data)
    {
        if (data is not ConnectingData)
            _with.Governor.Tell(new ReturnPermit(_memory.Id));
        if (data is BackingOffData { Leaving: null })
            Release();
    }

    /// <summary>A first dial waits its part of the spread; one that was released while it waited for its restart only ends.</summary>
    private BackingOffData Beginning(TimeSpan startSpread)
    {
        var left = _memory.AdoptOrphan(_role, Self);
        return _role.IsReleased
            ? new BackingOffData(0, CloseCause.Start, BackingOffPhase.Ending, left is null ? Now : LeaveDeadline(left), left)
            : new BackingOffData(0, CloseCause.Start, BackingOffPhase.Delay, Now + (startSpread * _random.NextDouble()), left);
    }

    private State BackOff(ConnectionData data, CloseCause cause, ConnectionLink? leaving)
    {
        if (!_role.IsPrimary && _role.TryStepBack())
            return AbandonSuccession(data, cause, leaving);
        if (!_memory.Held.KeepsWhileDown)
            RefuseHeld("the connection ended while it waited for the send-rate of its group");
        var flapping = data is ConnectedData && _settings.Flap is { } flap && _memory.Flaps.Ended(Now, flap.Ends, flap.Within);
        var next = NextAttempt.After(_settings, cause, data.Failures, flapping, _random.NextDouble(), _with.Clock.UtcNow);
        if (next.Outcome.Action == OutcomeAction.NextUrl)
            _memory.UrlIndex = (_memory.UrlIndex + 1) % (_settings.Urls.Count + 1);
        PauseAsAsked(next.Outcome, cause);
        if (next.GivesUp)
            return GiveUp(cause);
        if (next.Quarantine is { } quarantine)
            cause = cause with { Quarantine = quarantine };
        return GoTo(ConnectionState.BackingOff).Using(new BackingOffData(next.Failures, cause, BackingOffPhase.Delay, Now + next.Delay, leaving));
    }

    /// <summary>The old connection stays; how long until the next attempt follows the same table and curve as any other attempt.</summary>
    private State AbandonSuccession(ConnectionData data, CloseCause cause, ConnectionLink? leaving)
    {
        if (_role.IsSuccessor)
        {
            var next = NextAttempt.After(_settings, cause, _memory.RotationFailures, flapping: false, _random.NextDouble(), _with.Clock.UtcNow);
            _memory.RotationFailures = next.Failures;
            _memory.Feed.ExpectNoOther();
            PauseAsAsked(next.Outcome, cause);
            var retryIn = next.GivesUp && next.Delay < OutcomeSettings.DefaultQuarantine ? OutcomeSettings.DefaultQuarantine : next.Delay;
            _with.Supervisor.Tell(new SuccessorFailed(_memory.Id, _role, cause, retryIn));
        }
        return leaving is null ? Stop() : GoTo(ConnectionState.BackingOff).Using(new BackingOffData(data.Failures, cause, BackingOffPhase.Ending, LeaveDeadline(leaving), leaving));
    }

    private void PauseAsAsked(Outcome outcome, CloseCause cause)
    {
        if (outcome.Action == OutcomeAction.RetryAfter && outcome.Scope != GovernorScope.Endpoint)
            _with.Governor.Tell(new PauseScope(outcome.Scope, ScopeKey(outcome.Scope), outcome.AtLeast, cause.Detail));
    }

    private State GiveUp(CloseCause cause)
    {
        _with.Supervisor.Tell(new ConnectionFailed(_memory.Id, _role, cause));
        return Stop();
    }

    /// <summary>
    /// The only place that arms and cancels timers and publishes <see cref="StateChanged"/>. What a state owns beside its timer, a permit
    /// or a place in the queue, is given back here too.
    /// </summary>
    private void Enter(ConnectionState from, ConnectionState to)
    {
        CancelTimer(TimerOf(from));
        var due = DueOf(NextStateData);
        SetTimer(TimerOf(to), DeadlinePassed.Instance, due > Now ? due - Now : TimeSpan.Zero);

        if (from == ConnectionState.Connecting && to != from)
            _with.Governor.Tell(new ReturnPermit(_memory.Id));
        if (StateData is BackingOffData { Phase: BackingOffPhase.Queued } && NextStateData is BackingOffData { Phase: not BackingOffPhase.Queued })
            _with.Governor.Tell(new CancelRequest(_memory.Id));
        Publish(from, to);
        _role.IsDown = false; // what it says of itself holds from now on
    }

    private static string TimerOf(ConnectionState state) => state switch
    {
        ConnectionState.BackingOff => RetryDue,
        ConnectionState.Connecting => ConnectDeadline,
        ConnectionState.Open => HeartbeatDue,
        _ => PongDeadline,
    };

    private TimeSpan DueOf(ConnectionData data) => data switch
    {
        BackingOffData backingOff => backingOff.Until,
        ConnectingData connecting => connecting.Deadline,
        ConnectedData connected => Look(connected).LookAgain is var look && SendDue(connected.Link) is { } turn && turn < look ? turn : look,
        _ => throw new InvalidOperationException($"no deadline for {data}"),
    };

    private LivenessVerdict Judge(ConnectedData data) => Look(data).Verdict;

    private (LivenessVerdict Verdict, TimeSpan LookAgain) Look(ConnectedData data)
    {
        var now = Now;
        var signs = data.Link.Signs(data.OpenedAt, data.LastAnswer);
        return Liveness.Judge(_settings, signs, data.PongDeadline, !data.Stable, data.RotateAt, now, TimeOnly.FromTimeSpan(_with.Clock.UtcNow.TimeOfDay));
    }

    [MemberNotNull(nameof(_settings))]
    private void TakeSettings()
    {
        _settings = _memory.Settings;
        _memory.Held.Configure(_settings.Send, _settings.Limits.SendQueue);
    }

    /// <summary>Takes changed settings while connected: a changed max-age counts from when the connection opened.</summary>
    private ConnectedData Rearmed(ConnectedData data)
    {
        var before = _settings.MaxAge;
        TakeSettings();
        data.Link.Pace.Configure(_memory.SendRate, Now);
        return data.IsSuccessor || before == _settings.MaxAge ? data : data with { RotateAt = RotationTime(data.OpenedAt) };
    }

    // Settings that change later do not change how long its closing handshake may take.
    private TimeSpan LeaveDeadline(ConnectionLink leaving) => Now + leaving.Settings.Timeouts.Close + LeaveGrace;

    private bool IsOutdated(ConnectionLink link) => EndpointChange.Between(link.Settings, _memory.Settings).Effect == ChangeEffect.Reconnect;

    private static bool Concerns(ConnectionEvent happened, ConnectionLink? link) => happened.Incarnation == link?.Incarnation;

    private BackingOffData AskForPermit(BackingOffData data)
    {
        var again = data.Phase == BackingOffPhase.Queued;
        if (!again)
            _request++;
        // A successor waits for its turn as long as everybody, but for room in its group, which its own primary may be taking, only as long as an attempt.
        var isSuccessor = _role.IsSuccessor;
        RequestPermit(orRefuse: isSuccessor && again);
        return data with { Leaving = null, Phase = BackingOffPhase.Queued, Until = Now + (isSuccessor ? _settings.Timeouts.Connect : PermitReminder) };
    }

    private void RequestPermit(bool orRefuse = false) =>
        _with.Governor.Tell(new RequestPermit(_memory.Id, Target.Authority, _settings.Group, _request) { OrRefuse = orRefuse });

    private Uri Target => _memory.UrlIndex == 0 || _memory.UrlIndex > _settings.Urls.Count ? _settings.Url : _settings.Urls[_memory.UrlIndex - 1];

    private ConnectingData Dial(BackingOffData data)
    {
        var link = _memory.NewIncarnation(_role, _settings, _with.Clock, Self);
        _memory.Vitals.CountDial();
        if (!_role.IsPrimary && _settings.MaxAge?.DuplicateKey is { } key)
            _memory.Feed.ExpectAnother(key);
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
        var isSuccessor = !_role.IsPrimary;
        if (isSuccessor)
            data.Link.ExpectData();
        return new ConnectedData(
            data.Failures, data.Link, now, Stable: data.Failures == 0 && _memory.UrlIndex == 0, now, 0, null,
            isSuccessor ? now + (_settings.MaxAge?.ReadyAfter ?? DefaultReadyAfter) : RotationTime(now), isSuccessor);
    }

    private TimeSpan? RotationTime(TimeSpan openedAt) =>
        _settings.MaxAge is { } rotation ? openedAt + (rotation.Age * (1 - (rotation.Jitter * _random.NextDouble()))) : null;

    private ConnectedData AskForSuccession(ConnectedData data)
    {
        _role.BecomeReady(); // unless it is the primary, which asks for another
        _with.Supervisor.Tell(data.IsSuccessor ? new SuccessorReady(_memory.Id, _role) : new RotationDue(_memory.Id, _role));
        return data with { RotateAt = Now + SuccessionReminder, RotationFailure = null };
    }

    private ConnectedData Steady(ConnectedData data)
    {
        _memory.UrlIndex = 0;
        return data with { Failures = 0, Stable = true };
    }

    private ConnectedData Ping(ConnectedData data)
    {
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

    private void Release() => _with.Governor.Tell(new ConnectionReleased(_memory.Id));

    private string ScopeKey(GovernorScope scope) => scope switch
    {
        GovernorScope.Host => Target.Authority,
        GovernorScope.Group => _settings.Group ?? "",
        _ => "",
    };

    /// <summary>A stopped or crashed actor leaves no socket behind: what is not gone yet is aborted, and a successor finds it in the memory.</summary>
    protected override void PostStop()
    {
        _role.IsDown = true;
        _role.TryStepBack();
        LinkOf(StateData)?.Abort();
        base.PostStop();
    }

    /// <summary>The message of every deadline; a state has only one.</summary>
    private sealed record DeadlinePassed
    {
        public static readonly DeadlinePassed Instance = new();
    }
}
