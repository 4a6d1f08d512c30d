using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Transport;
using Akka.Actor;

namespace ActorHeartbeat.Connections;

/// <summary>Decides the life of one endpoint's connection: when to dial, when to doubt it, when to give it up.</summary>
/// <remarks>
/// <para>The tables of <c>transitions.md</c>, beside this file, state what it does with each event; a test plays every row.</para>
/// <para>
/// Invariants to keep: (1) at most one socket: a dial begins only after the transport has confirmed that the
/// previous one is gone; (2) each state owns exactly one armed deadline, and only <see cref="Enter"/> arms and
/// cancels it; (3) an event of another incarnation than the one in the data changes nothing and is counted; (4)
/// a state only decides: <see cref="Take"/> gives back what is no longer held, acts, and makes the
/// transition. New settings are taken before the decision, which depends on them.
/// </para>
/// </remarks>
public sealed partial class ConnectionActor : UntypedActor
{
    private readonly EndpointPlane _plane;
    private readonly ConnectionBoard _board;
    private readonly ConnectionDependencies _dependencies;
    private readonly ConnectionId _id;
    private readonly Session _before;
    private ConnectionState _state = ConnectionState.BackingOff;
    private ConnectionData _data;
    private EndpointSettings _settings;
    private Rate? _sendRate;
    private SplitMix _random;
    private bool _isPrimary;
    private int _urlIndex;
    private Uri? _to; // where a peer has sent the next dial, once
    private bool _resumes; // whether the next dial goes on where the connection before was

    /// <param name="start">All that it begins with.</param>
    /// <param name="plane">The endpoint's data plane.</param>
    /// <param name="board">Where it shows its status.</param>
    /// <param name="dependencies">What it works with.</param>
    internal ConnectionActor(ConnectionStart start, EndpointPlane plane, ConnectionBoard board, ConnectionDependencies dependencies)
    {
        _plane = plane;
        _board = board;
        _dependencies = dependencies;
        (_id, _isPrimary, _urlIndex) = (start.Id, start.IsPrimary, start.UrlIndex);
        (_before, _to, _resumes) = (start.Session, start.To, start.IsResumed);
        TakeSettings(start.Settings, start.SendRate);
        _random = SplitMix.For(dependencies.Seed + (ulong)plane.Counters.Dials, start.Settings.Id.Value);

        _data = Beginning(start, left: AdoptOrphan());
        Enter(_state, _data);
    }

    /// <param name="start">All that it begins with.</param>
    /// <param name="plane">The endpoint's data plane.</param>
    /// <param name="board">Where it shows its status.</param>
    /// <param name="dependencies">What it works with.</param>
    internal static Props Props(ConnectionStart start, EndpointPlane plane, ConnectionBoard board, ConnectionDependencies dependencies) =>
        new ConnectionProps(dependencies.Deployed, () => new ConnectionActor(start, plane, board, dependencies));

    /// <summary>The settings in use, for tests.</summary>
    internal EndpointSettings Settings => _settings;

    /// <summary>The state, for tests.</summary>
    internal ConnectionState State => _state;

    /// <summary>What it knows beside its state, for tests.</summary>
    internal ConnectionData Data => _data;

    private TimeSpan Now => _dependencies.Clock.Elapsed;

    /// <summary>Lets the state decide. All states share the handling of events that a state does not decide.</summary>
    protected override void OnReceive(object message)
    {
        if (message is DeadlinePassed passed)
        {
            if (passed.IsCancellationRequested)
                return; // of a state that it has left
            _deadline = null;
        }
        var step = (_state, _data) switch
        {
            (ConnectionState.BackingOff, BackingOffData data) => WhenBackingOff(message, data),
            (ConnectionState.Connecting, ConnectingData data) => WhenConnecting(message, data),
            (ConnectionState.Open, ConnectedData data) => WhenOpen(message, data),
            (ConnectionState.AwaitingPong, ConnectedData data) => WhenAwaitingPong(message, data),
            var (state, data) => throw new InvalidOperationException($"{data} in {state}"),
        };
        Take(step ?? InAnyState(message));
    }

    private Step? WhenConnecting(object message, ConnectingData data)
    {
        switch (message)
        {
            case DialCompleted { Result: DialResult.Connected } dialed when Concerns(dialed, data.Link):
                return WhenDialed(data, dialed).First(() => MeasureConnected(data.Link, dialed));
            case DialCompleted { Result: DialResult.Failed failed } dialed when Concerns(dialed, data.Link):
                return BackOff(data, CloseCause.OfDial(failed.Failure) with { Asked = dialed.Asked }, leaving: null);
            case OpeningAnswered answered when Concerns(answered, data.Link) && answered.Index == data.Step && !data.IsPausing:
                return WhenAnswered(data, answered);
            case DeadlinePassed when data is { IsPausing: true, Step: { } index }:
                return Advance(data, index, isRested: true);
            case OpeningRefused refused when Concerns(refused, data.Link) && refused.Index == data.Step:
                return BackOff(data, Refusal(refused), data.Link).First(() => SayGoodbye(data.Link, _settings.CloseCode, ""));
            case DeadlinePassed when Renewed(TimeOf(data)) is { } deadline:
                return Step.GoTo(ConnectionState.Connecting, data with { Deadline = deadline });
            case DeadlinePassed:
                return Drop(
                    data,
                    data.Step is { } step
                        ? CloseCause.OpeningTimeout(step, _settings.OnOpen[step].Timeout)
                        : CloseCause.ConnectTimeout(_settings.Timeouts.Connect),
                    data.Link);
            case ConnectionEnded ended when Concerns(ended, data.Link):
                return BackOff(data, CloseCause.OfEnd(ended.End), leaving: null);
            case SignOfLife or HeartbeatAnswered when Concerns((ConnectionEvent)message, data.Link):
                return Step.Stay;
            case ProofSeen proof when Concerns(proof, data.Link):
                return Step.Stay; // it offers to take over when it opens
            case Refresh:
                return Step.Stay; // it dials already
            case SettingsChanged changed:
                TakeSettings(changed.Settings, changed.SendRate);
                return WhenOutdated(data);
            case CloseConnection close:
                return End(data, close, data.Link)
                    .First(() => data.Link.Abort(CloseCause.Closed(close.Code, close.Reason)))
                    .First(() => data.Link.Tell("given up before it was open"));
            default:
                return WhenSpokenWith(message, data, data.Link);
        }
    }

    private Step WhenOutdated(ConnectingData data) =>
        IsOutdated(data.Link)
            ? Drop(data, CloseCause.Refresh("configuration changed"), data.Link)
            : Step.Stay.Then(() => Follow(data.Link));

    private Step? WhenOpen(object message, ConnectedData data)
    {
        switch (message)
        {
            case DeadlinePassed:
                var (kept, due) = TakeDue(data);
                var look = Look(kept);
                var step = look.Verdict == LivenessVerdict.HeartbeatDue ? Ping(kept) : WhenClockRings(kept, look);
                return step.First(() => SendInTurn(data.Link, due));
            case HeartbeatAnswered answered when Concerns(answered, data.Link):
                // an earlier sign of life has ended the wait already
                return Step.Stay.Using(data with { LastAnswer = Now }).Then(() => CountAnswer(answered));
            case SignOfLife sign when Concerns(sign, data.Link):
                return Step.Stay;
            default:
                return WhenConnected(message, data);
        }
    }

    private Step? WhenAwaitingPong(object message, ConnectedData data)
    {
        switch (message)
        {
            case HeartbeatAnswered answered when Concerns(answered, data.Link):
                return HeardFrom(data).Then(() => CountAnswer(answered));
            case SignOfLife sign when Concerns(sign, data.Link):
                return HeardFrom(data);
            case DeadlinePassed:
                var (kept, due) = TakeDue(data);
                var look = Look(kept);
                var step = look.Verdict == LivenessVerdict.Missed ? WhenMissed(kept) : WhenClockRings(kept, look);
                return step.First(() => SendInTurn(data.Link, due));
            default:
                return WhenConnected(message, data);
        }
    }

    private Step HeardFrom(ConnectedData data) =>
        Connected(ConnectionState.Open, data with { LastAnswer = Now, Missed = 0, PongDeadline = null });

    private Step WhenMissed(ConnectedData data)
    {
        if (data.Link.HeldBackUntil + PongTimeoutOf(data) is var deadline && deadline > Now)
            return Connected(ConnectionState.AwaitingPong, data with { PongDeadline = deadline });
        var step = data.Missed + 1 < _settings.Heartbeat.MaxMissed
            ? Ping(data with { Missed = data.Missed + 1 }).First(() => data.Link.Tell($"heartbeat: {data.Missed + 1} missed in a row"))
            : Drop(data, CloseCause.HeartbeatTimeout(data.Missed + 1), data.Link);
        return step.First(_plane.Counters.CountMissed);
    }

    /// <summary>Decides on the clocks beside the heartbeat, alike in Open and AwaitingPong.</summary>
    private Step WhenClockRings(ConnectedData data, (LivenessVerdict Verdict, TimeSpan LookAgain) look) => look.Verdict switch
    {
        LivenessVerdict.Wait => Step.GoTo(_state, data with { LookAgain = look.LookAgain }),
        LivenessVerdict.Stable => Steady(data),
        LivenessVerdict.DataIdle => Drop(data, CloseCause.DataIdle(SettingsOf(data).Timeouts.DataIdle!.After), data.Link),
        LivenessVerdict.MaxSilence => Drop(data, CloseCause.MaxSilence(SettingsOf(data).Heartbeat.MaxSilence!.Value), data.Link),
        LivenessVerdict.RotationDue => data.IsSuccessor ? OfferWhenProven(data) : AskForSuccessor(data),
        _ => throw new InvalidOperationException($"{look.Verdict} in {_state}"),
    };

    /// <summary>Decides on the events that Open and AwaitingPong handle alike.</summary>
    private Step? WhenConnected(object message, ConnectedData data)
    {
        switch (message)
        {
            case ConnectionEnded ended when Concerns(ended, data.Link):
                return BackOff(data, CloseCause.OfEnd(ended.End), leaving: null);
            case ProofSeen proof when Concerns(proof, data.Link):
                return data.IsSuccessor ? OfferWhenProven(data) : Step.Stay;
            case TakeOver take when data.IsSuccessor:
                return Connected(_state, AsPrimary(data))
                    .Then(() => BecomePrimary(take.Before, data.Link))
                    .Then(() => SendWhatMay(data.Link));
            case SettingsChanged changed:
                return WhenChanged(data, changed);
            // the reload must take effect, and closing makes room
            case RotationFailed { Cause.Kind: CauseKind.NoRoom } when IsOutdated(data.Link):
                return WhenClosing(data, CloseCause.Refresh("configuration changed"));
            case RotationFailed failed:
                return Connected(_state, data with { RotateAt = Now + failed.RetryIn, RotationFailure = failed.Cause });
            case Refresh refresh:
                return WhenClosing(data, CloseCause.Refresh(refresh.Why)).Then(() => (_to, _resumes) = (refresh.To, refresh.IsResumed));
            case CloseConnection close:
                return End(data, close, data.Link).First(() => SayGoodbye(data.Link, close.Code, close.Reason));
            case TakeSends:
                return InTurn(data).Then(() => SendOrKeep(data.Link));
            default:
                return WhenKeysConcerned(message, data) ?? WhenSpokenWith(message, data, data.Link);
        }
    }

    /// <summary>A changed max-age or failover.back counts from when the connection opened; the deadline follows the new settings.</summary>
    private Step WhenChanged(ConnectedData data, SettingsChanged changed)
    {
        var (before, settingsBefore) = (_settings, SettingsOf(data));
        TakeSettings(changed.Settings, changed.SendRate);
        if (changed.Effect == ChangeEffect.Reconnect)
            return WhenClosing(data, CloseCause.Refresh("configuration changed"));
        data = WithKeepAlivesOf(data, settingsBefore, SettingsOf(data));
        var kept = data.IsSuccessor || (before.MaxAge, before.Failover) == (_settings.MaxAge, _settings.Failover)
            ? data
            : data with { RotateAt = RotationTime(SettingsOf(data), data.OpenedAt, data.UrlIndex) };
        return Connected(_state, kept).Then(() => Follow(data.Link)).Then(() => SendWhatMay(data.Link));
    }

    private Step WhenClosing(ConnectedData data, CloseCause cause) =>
        BackOff(data, cause, data.Link).First(() => SayGoodbye(data.Link, _settings.CloseCode, cause.Detail));

    /// <summary>Decides on the events that every state handles alike, and counts stale ones.</summary>
    private Step InAnyState(object message)
    {
        switch (message)
        {
            case ConnectionEvent:
                return Step.Stay.Then(_plane.Counters.CountStale);
            case PermitGranted:
                // No state waits for this permit: a reminder crossed it, or its request is no longer the current one. The governor
                // counts one permit per actor, however often it grants, so the actor returns only what the present data do not hold.
                return Step.Stay.Then(() => Return(Holding.Permit & ~HeldWith(_data)));
            case PermitRefused:
                return Step.Stay; // to a request that was withdrawn
            case CredentialsRead:
                return Step.Stay; // it has dialed meanwhile
            case SettingsChanged changed:
                return Step.Stay.Then(() => TakeSettings(changed.Settings, changed.SendRate));
            case TakeSends:
                return Step.Stay.Then(KeepOrRefuse);
            case TakeOver:
                return Step.Stay; // it has lost its connection and reported that, or has taken over already
            case RotationFailed:
                return Step.Stay; // it has no connection to keep, and its dial has the present settings
            default:
                throw new InvalidOperationException($"{message} in {_state}");
        }
    }

    /// <summary>
    /// Creates the actor without compiling an expression tree for each of thousands. How it is deployed is the same for all, so none has a
    /// copy of that.
    /// </summary>
    private sealed class ConnectionProps(Props deployed, Func<ConnectionActor>? make) : Props(deployed)
    {
        private Func<ConnectionActor>? _make = make;

        /// <remarks>Once: an actor that has thrown is stopped. What it began with, such as old settings, is not kept with it.</remarks>
        public override ActorBase NewActor() =>
            (Interlocked.Exchange(ref _make, null) ?? throw new InvalidOperationException("the actor was made before"))();

        protected override Props Copy() => new ConnectionProps(this, _make);
    }
}
