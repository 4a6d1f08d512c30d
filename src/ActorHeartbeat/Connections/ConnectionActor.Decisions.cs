using System.Collections.Immutable;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using Akka.Actor;

namespace ActorHeartbeat.Connections;

/// <content>Decisions that several states share. They read and compute; <see cref="Take"/> carries out what they ask for.</content>
public sealed partial class ConnectionActor
{
    /// <summary>
    /// How long beyond its own close deadline the transport may take to confirm an end. After that the transport is at fault.
    /// </summary>
    private static readonly TimeSpan LeaveGrace = TimeSpan.FromSeconds(5);

    /// <summary>How often a queued actor asks the governor again, in case the governor has lost its place.</summary>
    private static readonly TimeSpan PermitReminder = TimeSpan.FromMinutes(1);

    /// <summary>How long until a primary that is due, or a successor that is ready, reports so again.</summary>
    private static readonly TimeSpan RotationReminder = TimeSpan.FromMinutes(1);

    /// <summary>How often a successor without proof is looked at, and how long after its ready-after it is given up.</summary>
    private static readonly TimeSpan ProofLook = TimeSpan.FromSeconds(1), ProofPatience = TimeSpan.FromMinutes(1);

    /// <summary>How long after its ready-after a successor may ask for the keys of the connection that it is to replace.</summary>
    private static readonly TimeSpan KeysPatience = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The upper bound of the automatic timeout (RFC 6298 section 2.5). Late answers
    /// lengthen that timeout: without a bound a dead peer would go unnoticed.
    /// </summary>
    private static readonly TimeSpan LongestAutomaticTimeout = TimeSpan.FromSeconds(60);

    /// <summary>RFC 6298 section 2.1 begins with one second; a first answer over a busy link deserves three (RFC 1122).</summary>
    private static readonly TimeSpan TimeoutBeforeFirstRoundTrip = TimeSpan.FromSeconds(3);

    /// <summary>How long a pump that has bytes to read may take to read them before its silence counts.</summary>
    private static readonly TimeSpan PumpTurn = TimeSpan.FromMilliseconds(100);

    private TimeSpan PongTimeoutOf(ConnectedData data) => SettingsOf(data).Heartbeat.Timeout ?? AutomaticTimeout;

    /// <summary>What the next connection begins with.</summary>
    private Session Before => _board.Link?.Session ?? _before;

    /// <summary>The settings, and over them what the peer has set for this connection.</summary>
    private EndpointSettings SettingsOf(ConnectedData data) => data.Dictated.Over(_settings);

    private TimeSpan AutomaticTimeout => _board.Estimator.Timeout is not { } suggested ? TimeoutBeforeFirstRoundTrip
        : suggested < LongestAutomaticTimeout ? suggested
        : LongestAutomaticTimeout;

    /// <summary>
    /// The data that the actor starts with. A first dial waits a random part of the spread;
    /// a released connection only waits until the socket that a crash left is gone.
    /// </summary>
    /// <param name="start">All that the actor begins with.</param>
    /// <param name="left">The socket that a crash left; null for none.</param>
    private BackingOffData Beginning(ConnectionStart start, ConnectionLink? left) =>
        start.IsReleased
            ? new BackingOffData(0, CloseCause.Start, BackingOffPhase.Ending, left is null ? Now : LeaveDeadline(left), left)
            : new BackingOffData(
                start.Failures, CloseCause.Start, BackingOffPhase.Delay, Now + (start.Spread * _random.NextDouble()), left);

    private Step BackOff(ConnectionData data, CloseCause why, ConnectionLink? leaving)
    {
        // a dial that failed names its place itself
        var cause = why is { IsFailure: true, Kind: not CauseKind.DialFailed } && LinkOf(data) is { } link
            ? why.At(link.Address, link.RedirectedTo)
            : why;
        if (!_isPrimary)
            return EndSuccessor(data, cause, leaving);
        var flap = data is ConnectedData ? _settings.Flap : null;
        var flapping = flap is not null && _board.Flaps.TripsAt(Now, flap.Ends, flap.Within);
        var next = NextAttempt.After(_settings, cause, data.Failures, flapping, _random.NextDouble(), _dependencies.Clock.UtcNow);
        var step = next.GivesUp
            ? Step.Stop.Then(() => _dependencies.Supervisor.Tell(new ConnectionFailed(_settings.Id, _id, cause)))
            : Step.GoTo(
                ConnectionState.BackingOff,
                new BackingOffData(
                    next.Failures,
                    next.Quarantine is { } quarantine ? cause with { Quarantine = quarantine } : cause,
                    BackingOffPhase.Delay,
                    Now + next.Delay,
                    leaving)
                {
                    Refused = RefusedCredentials(data, cause),
                    LookAt = Now + FirstCredentialsLook,
                });
        return step.First(() =>
        {
            MeasureEnd(cause);
            LinkOf(data)?.Tell(
                $"ended: {cause.Detail}; {(next.GivesUp ? "for good" : $"the next attempt in {CloseCause.Text(next.Delay)}")}");
            RefuseWhatCannotWait();
            if (flap is not null)
                _board.Flaps.Ended(Now, flap.Ends, flap.Within);
            LinkOf(data)?.Forget(next.Outcome.Forget);
            PauseAsAsked(next.Outcome, cause); // the host that was dialed, before another takes its place
            if (next.Outcome.Action == OutcomeAction.NextUrl || (cause.IsFailure && next.Failures % _settings.Failover.After == 0))
                _urlIndex = (_urlIndex + 1) % (_settings.Urls.Count + 1);
        });
    }

    /// <summary>
    /// Ends a successor that failed; the old connection stays. A successor
    /// that was closed on request does not come here and reports nothing.
    /// </summary>
    private Step EndSuccessor(ConnectionData data, CloseCause cause, ConnectionLink? leaving)
    {
        var step = leaving is null
            ? Step.Stop
            : Step.GoTo(
                ConnectionState.BackingOff,
                new BackingOffData(data.Failures, cause, BackingOffPhase.Ending, LeaveDeadline(leaving), leaving));
        return step.Then(() =>
        {
            MeasureEnd(cause);
            LinkOf(data)?.Tell($"ended: {cause.Detail}; the old connection stays");
            _plane.Feed.ExpectNoOther();
            if (cause.IsFailure)
                PauseAsAsked(OutcomeTable.Decide(_settings.Outcomes, cause, data.Failures + 1, _dependencies.Clock.UtcNow), cause);
            _dependencies.Supervisor.Tell(new SuccessorFailed(_settings.Id, _id, cause));
        });
    }

    /// <summary>Drops the dial or the socket, and dials again later.</summary>
    private Step Drop(ConnectionData data, CloseCause cause, ConnectionLink link) =>
        BackOff(data, cause, link).First(() => link.Abort(cause));

    /// <summary>Closes for good: from then on the actor only waits for the end of the socket.</summary>
    private Step End(ConnectionData data, CloseConnection close, ConnectionLink leaving)
    {
        var cause = CloseCause.Closed(close.Code, close.Reason);
        var ending = new BackingOffData(data.Failures, cause, BackingOffPhase.Ending, LeaveDeadline(leaving), leaving);
        return Step.GoTo(ConnectionState.BackingOff, ending).Then(() => MeasureEnd(cause));
    }

    private Step Opened(ConnectingData data)
    {
        var now = Now;
        var (isSuccessor, urlIndex) = (!_isPrimary, _urlIndex);
        var settings = data.Dictated.Over(_settings);
        return Connected(
                ConnectionState.Open,
                new ConnectedData(
                    data.Failures, data.Link, now, Stable: data.Failures == 0 && urlIndex == 0, now, 0, null,
                    isSuccessor ? ReadyTime(data.Link, now) : RotationTime(settings, now, urlIndex), isSuccessor)
                {
                    UrlIndex = urlIndex,
                    Dictated = data.Dictated,
                    KeepAlives = DueTimes(settings.KeepAlives, ImmutableDictionary<string, TimeSpan>.Empty, settings.KeepAlives),
                    FirstHeartbeat = settings.Heartbeat.First switch
                    {
                        FirstHeartbeat.Now => now,
                        FirstHeartbeat.Jitter => now + (settings.Heartbeat.Interval * _random.NextDouble()),
                        _ => null,
                    },
                })
            .Then(() => BeginFeed(data.Link, data.IsResumed));
    }

    /// <summary>A transition of a connected actor. Its deadline is computed from the new data.</summary>
    private Step Connected(ConnectionState next, ConnectedData data) =>
        Step.GoTo(next, data with { LookAgain = Look(data).LookAgain });

    private (LivenessVerdict Verdict, TimeSpan LookAgain) Look(ConnectedData data)
    {
        var signs = data.Link.Signs(data.OpenedAt, data.LastAnswer) with { FirstHeartbeat = data.FirstHeartbeat };
        var look = Liveness.Judge(
            SettingsOf(data),
            signs,
            data.PongDeadline,
            !data.Stable,
            data.RotateAt,
            Now,
            TimeOnly.FromTimeSpan(_dependencies.Clock.UtcNow.TimeOfDay));
        foreach (var (_, due) in data.KeepAlives)
            look = due < look.LookAgain && look.Verdict == LivenessVerdict.Wait ? (look.Verdict, due) : look;
        if (look.Verdict == LivenessVerdict.Missed && data.Link.IsSettled)
            return (LivenessVerdict.Wait, Now + PumpTurn); // the report is in the mailbox, behind what made us look
        // What lies in the socket may be the sign that is missing: a pump that has not had its turn goes first.
        return look.Verdict is LivenessVerdict.Missed or LivenessVerdict.DataIdle or LivenessVerdict.MaxSilence
            && Now - signs.LastInbound >= PumpTurn
            && data.Link.HasUnread
                ? (LivenessVerdict.Wait, Now + PumpTurn)
                : look;
    }

    /// <summary>
    /// The new deadline of one that passed because the process stood still: what it waited for may have arrived meanwhile. Null when the
    /// process has listened all the time.
    /// </summary>
    /// <param name="time">How long is waited.</param>
    private TimeSpan? Renewed(TimeSpan time) =>
        _dependencies.Clock.StoodStillUntil + time is var deadline && deadline > Now ? deadline : null;

    /// <summary>When a connection is as old as max-age, or has been on another URL for failover.back; null for never.</summary>
    private TimeSpan? RotationTime(EndpointSettings settings, TimeSpan openedAt, int urlIndex)
    {
        TimeSpan? aged = settings.MaxAge is { } rotation
            ? openedAt + (rotation.Age * (1 - (rotation.Jitter * _random.NextDouble())))
            : null;
        // closed first, the way back could lead from a connection that works to a URL that does not
        var back = urlIndex != 0 && _settings.Rotate.Order == RotationOrder.OpenFirst ? openedAt + _settings.Failover.Back : null;
        return aged is null || back < aged ? back : aged;
    }

    /// <summary>Reports that the primary is due for replacement; reports it again if no successor takes over.</summary>
    private Step AskForSuccessor(ConnectedData data) =>
        Connected(
                _state,
                data with { RotateAt = Now + RotationReminder, RotationFailure = null, RotateTo = null, IsResumedByNext = false })
            .Then(() => _dependencies.Supervisor.Tell(
                new RotationDue(_settings.Id, _id)
                {
                    Failures = data is { IsAskedToRotate: true, Stable: false } ? data.Failures : 0,
                    To = data.RotateTo,
                    IsResumed = data.IsResumedByNext,
                }));

    private TimeSpan ReadyAfter => _settings.MaxAge?.ReadyAfter ?? RotationSettings.DefaultReadyAfter;

    private bool HasReadyWhen => _settings.MaxAge?.ReadyWhen is not null;

    /// <summary>Whether the server answers when a connection opens. Such an answer proves that it accepts the connection.</summary>
    private bool HasHello => _settings.OnOpen.Any(message => message.Expect is not null);

    /// <summary>When a successor that opens now is looked at: at once when its proof came before it was open.</summary>
    private TimeSpan ReadyTime(ConnectionLink link, TimeSpan now) => link.Succession.IsProven ? now : now + ReadyAfter;

    /// <summary>
    /// A successor that is open for ready-after offers to take over if it has proved that it works, and has the keys of the old connection,
    /// or has waited long for them. An error message is no proof. One that cannot prove it in time fails, and the old connection stays.
    /// </summary>
    private Step OfferWhenProven(ConnectedData data)
    {
        var open = Now - data.OpenedAt;
        if (HasReadyWhen ? data.Link.Succession.IsProven : _plane.Shapes.Agree(silenceIsFine: HasHello))
            return open < ReadyAfter + KeysPatience && data.Link.Subscriptions.IsBehind(_plane.Subscriptions)
                ? Connected(_state, data with { RotateAt = Now + ProofLook }).Then(() => SendWhatMay(data.Link))
                : OfferToTakeOver(data);
        return open < ReadyAfter + ProofPatience
            ? Connected(_state, data with { RotateAt = Now + ProofLook })
            : WhenClosing(data, CloseCause.Unproven(open, HasReadyWhen));
    }

    /// <summary>Reports that the successor can take over; reports it again if the supervisor does not ask it to.</summary>
    private Step OfferToTakeOver(ConnectedData data) =>
        Connected(_state, data with { RotateAt = Now + RotationReminder })
            .Then(() => _dependencies.Supervisor.Tell(new SuccessorReady(_settings.Id, _id)));

    private Step Steady(ConnectedData data) =>
        Connected(_state, data with { Failures = 0, Stable = true }).Then(() => _urlIndex = 0);

    private Step Ping(ConnectedData data) =>
        Connected(ConnectionState.AwaitingPong, data with { PongDeadline = Now + PongTimeoutOf(data), FirstHeartbeat = null })
            .Then(() => SendHeartbeat(data.Link));

    /// <summary>How long the handshake, or the answer to the opening message that was sent last, may take.</summary>
    private TimeSpan TimeOf(ConnectingData data) => data.Step is { } step ? _settings.OnOpen[step].Timeout : _settings.Timeouts.Connect;

    // Settings that change later do not change how long its closing handshake may take.
    private TimeSpan LeaveDeadline(ConnectionLink leaving) => Now + LeaveTime(leaving);

    private static TimeSpan LeaveTime(ConnectionLink leaving) => leaving.Settings.Timeouts.Close + LeaveGrace;

    private bool IsOutdated(ConnectionLink link) => EndpointChange.Between(link.Settings, _settings).Effect == ChangeEffect.Reconnect;

    private static bool Concerns(ConnectionEvent message, ConnectionLink? link) => message.Incarnation == link?.Incarnation;
}
