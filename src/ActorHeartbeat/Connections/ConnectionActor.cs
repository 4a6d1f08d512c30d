using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Transport;
using Akka.Actor;
using State = Akka.Actor.FSMBase.State<ActorHeartbeat.Connections.ConnectionState, ActorHeartbeat.Connections.ConnectionData>;

namespace ActorHeartbeat.Connections;

/// <summary>Decides the life of one endpoint's connection: when to dial, when to doubt it, when to give it up.</summary>
/// <remarks>
/// <para>A test reads this table and compares it with the transitions that happen.</para>
/// <code>
/// | state        | event                | guard                                | next         | effect                               |
/// | ------------ | -------------------- | ------------------------------------ | ------------ | ------------------------------------ |
/// | BackingOff   | retry-due            | previous socket gone                 | BackingOff   | ask the governor for a permit        |
/// | BackingOff   | retry-due            | previous socket not gone             | BackingOff   | wait for it, with a deadline         |
/// | BackingOff   | previous socket gone | the delay is over                    | BackingOff   | ask the governor for a permit        |
/// | BackingOff   | permit granted       |                                      | Connecting   | new incarnation, dial                |
/// | BackingOff   | permit refused       | a successor                          | stops        |                                      |
/// | BackingOff   | refresh              |                                      | BackingOff   | retry now                            |
/// | BackingOff   | previous socket gone | closed for good                      | stops        |                                      |
/// | Connecting   | dialed               | opening messages to be answered      | Connecting   | read, send up to the first of these  |
/// | Connecting   | dialed               | no opening message to be answered    | Open         | read, send them, return the permit   |
/// | Connecting   | opening answered     | more opening messages to be answered | Connecting   | send up to the next to be answered   |
/// | Connecting   | opening answered     | it was the last                      | Open         | send the rest, return the permit     |
/// | Connecting   | dial failed          |                                      | BackingOff   | return the permit                    |
/// | Connecting   | connect-deadline     |                                      | BackingOff   | abort the dial, return the permit    |
/// | Connecting   | ended                |                                      | BackingOff   | return the permit                    |
/// | Connecting   | settings changed     | they ask for a new connection        | BackingOff   | abort the dial, return the permit    |
/// | Connecting   | close                |                                      | BackingOff   | abort the dial, return the permit    |
/// | Open         | heartbeat-due        | silent since                         | AwaitingPong | heartbeat                            |
/// | Open         | heartbeat-due        | heard from since                     | Open         | look again when silence would be due |
/// | Open         | heartbeat-due        | the turn of a message has come       | Open         | send what the send rate allows       |
/// | Open         | heartbeat-due        | a clock of the endpoint ran out      | BackingOff   | abort                                |
/// | Open         | ended                |                                      | BackingOff   |                                      |
/// | Open         | refresh              |                                      | BackingOff   | close                                |
/// | Open         | close                |                                      | BackingOff   | on-close messages, close             |
/// | AwaitingPong | sign of life         |                                      | Open         | misses back to zero                  |
/// | AwaitingPong | answer               |                                      | Open         | misses back to zero                  |
/// | AwaitingPong | pong-deadline        | misses below max-missed              | AwaitingPong | heartbeat                            |
/// | AwaitingPong | pong-deadline        | the turn of a message has come       | AwaitingPong | send what the send rate allows       |
/// | AwaitingPong | pong-deadline        | misses reach max-missed              | BackingOff   | abort                                |
/// | AwaitingPong | pong-deadline        | a clock of the endpoint ran out      | BackingOff   | abort                                |
/// | AwaitingPong | ended                |                                      | BackingOff   |                                      |
/// | AwaitingPong | refresh              |                                      | BackingOff   | close                                |
/// | AwaitingPong | close                |                                      | BackingOff   | on-close messages, close             |
/// </code>
/// <para>Whatever leads to BackingOff stops the actor instead when the outcome is fatal or the attempts are exhausted.</para>
/// <para>
/// A maintainer must not break: (1) at most one socket: a dial begins only when the transport has confirmed that the one before is gone;
/// (2) each state owns exactly one armed deadline, armed and cancelled in <see cref="Enter"/> and nowhere else; (3) an event of another
/// incarnation than the one in the data changes nothing and is counted.
/// </para>
/// </remarks>
public sealed partial class ConnectionActor : FSM<ConnectionState, ConnectionData>
{
    private const string RetryDue = "retry-due",
        ConnectDeadline = "connect-deadline",
        HeartbeatDue = "heartbeat-due",
        PongDeadline = "pong-deadline";

    private readonly EndpointPlane _plane;
    private readonly ConnectionBoard _board;
    private readonly ConnectionDependencies _with;
    private readonly ConnectionId _id;
    private readonly OrderedDictionary<string, OutboundMessage> _subscriptions = new(0, StringComparer.Ordinal);
    private EndpointSettings _settings;
    private Rate? _sendRate;
    private SplitMix _random;
    private bool _isPrimary;
    private int _urlIndex;

    /// <param name="start">All that it begins with.</param>
    /// <param name="plane">The endpoint's data plane.</param>
    /// <param name="board">Where it shows how it stands.</param>
    /// <param name="with">Whom it works with.</param>
    internal ConnectionActor(ConnectionStart start, EndpointPlane plane, ConnectionBoard board, ConnectionDependencies with)
    {
        _plane = plane;
        _board = board;
        _with = with;
        (_id, _isPrimary, _urlIndex) = (start.Id, start.IsPrimary, start.UrlIndex);
        foreach (var (key, message) in start.Subscriptions)
            _subscriptions.Add(key, message);
        TakeSettings(start.Settings, start.SendRate);
        _random = SplitMix.For(with.Seed + (ulong)plane.Counters.Dials, start.Settings.Id.Value);

        StartWith(ConnectionState.BackingOff, Beginning(start));
        When(ConnectionState.BackingOff, WhenBackingOff);
        When(ConnectionState.Connecting, WhenConnecting);
        When(ConnectionState.Open, WhenOpen);
        When(ConnectionState.AwaitingPong, WhenAwaitingPong);
        WhenUnhandled(WhenAnyState);
        OnTransition(Enter);
        Initialize();
    }

    /// <param name="start">All that it begins with.</param>
    /// <param name="plane">The endpoint's data plane.</param>
    /// <param name="board">Where it shows how it stands.</param>
    /// <param name="with">Whom it works with.</param>
    internal static Props Props(ConnectionStart start, EndpointPlane plane, ConnectionBoard board, ConnectionDependencies with) =>
        Akka.Actor.Props.CreateBy(new Producer(start, plane, board, with));

    private TimeSpan Now => _with.Clock.Elapsed;

    private State WhenBackingOff(FSMBase.Event<ConnectionData> happened)
    {
        var data = (BackingOffData)happened.StateData;
        switch (happened.FsmEvent)
        {
            case DeadlinePassed when data.Phase == BackingOffPhase.Ending:
                return Stop();
            case DeadlinePassed when data is { Phase: BackingOffPhase.Leaving, Leaving: { IsGone: false } late }:
                throw new InvalidOperationException($"the transport has not confirmed the end of incarnation {late.Incarnation}");
            case DeadlinePassed when data.Leaving is { IsGone: false } leaving:
                return GoTo(ConnectionState.BackingOff)
                    .Using(data with { Phase = BackingOffPhase.Leaving, Until = LeaveDeadline(leaving) });
            case DeadlinePassed:
                return GoTo(ConnectionState.BackingOff).Using(AskForPermit(data));
            case PermitGranted permit when data.Phase == BackingOffPhase.Queued && permit.Request == _request:
                return GoTo(ConnectionState.Connecting).Using(Dial(data));
            case PermitRefused refused when data.Phase == BackingOffPhase.Queued && refused.Request == _request:
                return BackOff(data, CloseCause.NoRoom(refused.Why), leaving: null);
            case DialCompleted { Result: DialResult.Failed } failed when Concerns(failed, data.Leaving):
                return SocketGone(data);
            case DialCompleted dialed when Concerns(dialed, data.Leaving):
                return Stay(); // connected after all; its link has aborted it and will report the end
            case ConnectionEnded ended when Concerns(ended, data.Leaving):
                return SocketGone(data);
            case Refresh when data.Phase is BackingOffPhase.Delay:
                return GoTo(ConnectionState.BackingOff).Using(data with { Until = Now });
            case Refresh:
                return Stay();
            case SettingsChanged changed:
                TakeSettings(changed.Settings, changed.SendRate);
                if (data.Phase is BackingOffPhase.Queued && changed.Effect > ChangeEffect.Live)
                    RequestPermit(); // another group or host is another line, with a budget of its own
                return data.Phase is BackingOffPhase.Delay && changed.Effect > ChangeEffect.Live
                    ? GoTo(ConnectionState.BackingOff).Using(NoLongerThanBackoff(data))
                    : Stay();
            case CloseConnection close:
                return data.Leaving is null ? Stop() : GoTo(ConnectionState.BackingOff).Using(Ending(data, close, data.Leaving));
            default:
                return null!; // to WhenAnyState
        }
    }

    private State SocketGone(BackingOffData data)
    {
        Release();
        return data.Phase switch
        {
            BackingOffPhase.Ending => Stop(),
            BackingOffPhase.Leaving => GoTo(ConnectionState.BackingOff).Using(AskForPermit(data with { Leaving = null })),
            _ => Stay().Using(data with { Leaving = null }),
        };
    }

    private State WhenConnecting(FSMBase.Event<ConnectionData> happened)
    {
        var data = (ConnectingData)happened.StateData;
        switch (happened.FsmEvent)
        {
            case DialCompleted { Result: DialResult.Connected } dialed when Concerns(dialed, data.Link):
                data.Link.Start();
                return Greet(data, 0);
            case DialCompleted { Result: DialResult.Failed failed } dialed when Concerns(dialed, data.Link):
                Release();
                return BackOff(data, CloseCause.OfDial(failed.Failure), leaving: null);
            case OpeningAnswered answered when Concerns(answered, data.Link) && answered.Index == data.Step:
                return Greet(data, answered.Index + 1);
            case DeadlinePassed:
                data.Link.Abort();
                return BackOff(
                    data,
                    data.Step is { } step
                        ? CloseCause.OpeningTimeout(step, _settings.OnOpen[step].Timeout)
                        : CloseCause.ConnectTimeout(_settings.Timeouts.Connect),
                    data.Link);
            case ConnectionEnded ended when Concerns(ended, data.Link):
                Release();
                return BackOff(data, CloseCause.OfEnd(ended.End), leaving: null);
            case SignOfLife or HeartbeatAnswered when Concerns((ConnectionEvent)happened.FsmEvent, data.Link):
                return Stay();
            case PeerAsked asked when Concerns(asked, data.Link):
                AnswerPeer(data.Link);
                return Stay();
            case Refresh:
                return Stay(); // it dials already
            case SettingsChanged changed:
                TakeSettings(changed.Settings, changed.SendRate);
                return WhenOutdated(data);
            case RotationFailed:
                return WhenOutdated(data); // it would open what a rotation was to replace
            case CloseConnection close:
                data.Link.Abort();
                return GoTo(ConnectionState.BackingOff).Using(Ending(data, close, data.Link));
            default:
                return null!;
        }
    }

    private State WhenOutdated(ConnectingData data)
    {
        if (!IsOutdated(data.Link))
        {
            Follow(data.Link);
            return Stay();
        }
        data.Link.Abort();
        return BackOff(data, CloseCause.Refresh("configuration changed"), data.Link);
    }

    private State Greet(ConnectingData data, int from)
    {
        for (var index = from; index < _settings.OnOpen.Count; index++)
        {
            var opening = _settings.OnOpen[index];
            if (opening.Expect is { } expected)
            {
                data.Link.ExpectOpeningAnswer(index, expected);
                SendOpening(data.Link, opening.Send, Now);
                return GoTo(ConnectionState.Connecting).Using(data with { Step = index, Deadline = Now + opening.Timeout });
            }
            SendOpening(data.Link, opening.Send, Now);
        }
        return GoTo(ConnectionState.Open).Using(Opened(data));
    }

    private State WhenOpen(FSMBase.Event<ConnectionData> happened)
    {
        var data = (ConnectedData)happened.StateData;
        switch (happened.FsmEvent)
        {
            case DeadlinePassed:
                SendWhatMay(data.Link);
                return Judge(data) switch
                {
                    LivenessVerdict.HeartbeatDue => GoTo(ConnectionState.AwaitingPong).Using(Ping(data)),
                    var verdict => WhenClockRings(data, verdict),
                };
            case HeartbeatAnswered answered when Concerns(answered, data.Link):
                CountAnswer(answered);
                return Stay().Using(data with { LastAnswer = Now }); // a sign of life came before it, in the same read
            case SignOfLife sign when Concerns(sign, data.Link):
                return Stay();
            default:
                return WhenConnected(happened.FsmEvent, data);
        }
    }

    private State WhenAwaitingPong(FSMBase.Event<ConnectionData> happened)
    {
        var data = (ConnectedData)happened.StateData;
        switch (happened.FsmEvent)
        {
            case HeartbeatAnswered answered when Concerns(answered, data.Link):
                CountAnswer(answered);
                return GoTo(ConnectionState.Open).Using(data with { LastAnswer = Now, Missed = 0, PongDeadline = null });
            case SignOfLife sign when Concerns(sign, data.Link):
                return GoTo(ConnectionState.Open).Using(data with { LastAnswer = Now, Missed = 0, PongDeadline = null });
            case DeadlinePassed:
                SendWhatMay(data.Link);
                return Judge(data) switch
                {
                    LivenessVerdict.Missed when data.Link.HeldBackUntil + PongTimeout is var deadline && deadline > Now => GoTo(
                            ConnectionState.AwaitingPong)
                        .Using(data with { PongDeadline = deadline }),
                    LivenessVerdict.Missed when data.Missed + 1 < _settings.Heartbeat.MaxMissed => GoTo(ConnectionState.AwaitingPong)
                        .Using(Ping(data with { Missed = data.Missed + 1 })),
                    LivenessVerdict.Missed => Lose(data, CloseCause.HeartbeatTimeout(data.Missed + 1)),
                    var verdict => WhenClockRings(data, verdict),
                };
            default:
                return WhenConnected(happened.FsmEvent, data);
        }
    }

    /// <summary>What the clocks beside the heartbeat ask for, in Open and AwaitingPong alike.</summary>
    private State WhenClockRings(ConnectedData data, LivenessVerdict verdict) => verdict switch
    {
        LivenessVerdict.Wait => GoTo(StateName),
        LivenessVerdict.Stable => GoTo(StateName).Using(Steady(data)),
        LivenessVerdict.DataIdle => Lose(data, CloseCause.DataIdle(_settings.Timeouts.DataIdle!.After)),
        LivenessVerdict.MaxSilence => Lose(data, CloseCause.MaxSilence(_settings.Heartbeat.MaxSilence!.Value)),
        LivenessVerdict.RotationDue => GoTo(StateName).Using(AskForSuccession(data)),
        _ => throw new InvalidOperationException($"{verdict} in {StateName}"),
    };

    /// <summary>What Open and AwaitingPong answer alike.</summary>
    private State WhenConnected(object happened, ConnectedData data)
    {
        switch (happened)
        {
            case ConnectionEnded ended when Concerns(ended, data.Link):
                Release();
                return BackOff(data, CloseCause.OfEnd(ended.End), leaving: null);
            case PeerAsked asked when Concerns(asked, data.Link):
                AnswerPeer(data.Link);
                return Stay();
            case Refresh refresh:
                return WhenClosing(data, CloseCause.Refresh(refresh.Why));
            case TakeOver take when data.IsSuccessor:
                BecomePrimary(take.Before);
                SendWhatMay(data.Link);
                return GoTo(StateName).Using(data with { IsSuccessor = false, RotateAt = RotationTime(data.OpenedAt) });
            case SettingsChanged { Effect: ChangeEffect.Reconnect } changed:
                TakeSettings(changed.Settings, changed.SendRate);
                return WhenClosing(data, CloseCause.Refresh("configuration changed"));
            // the reload must take effect, and closing makes room
            case RotationFailed { Cause.Kind: CauseKind.NoRoom } when IsOutdated(data.Link):
                return WhenClosing(data, CloseCause.Refresh("configuration changed"));
            case RotationFailed failed:
                return GoTo(StateName).Using(data with { RotateAt = Now + failed.RetryIn, RotationFailure = failed.Cause });
            case CloseConnection close:
                SayGoodbye(data.Link, close.Code, close.Reason);
                return GoTo(ConnectionState.BackingOff).Using(Ending(data, close, data.Link));
            case SendMessage send:
                return WhenSending(data, send.Message);
            case SubscriptionChanged changed:
                return WhenSubscribing(data, changed);
            case FirstData first when Concerns(first, data.Link):
                return data.IsSuccessor ? GoTo(StateName).Using(AskForSuccession(data)) : Stay();
            case SettingsChanged changed:
                return GoTo(StateName).Using(Rearmed(data, changed)); // its deadline follows the new settings
            default:
                return null!;
        }
    }

    private State WhenClosing(ConnectedData data, CloseCause cause)
    {
        SayGoodbye(data.Link, _settings.CloseCode, cause.Detail);
        return BackOff(data, cause, data.Link);
    }

    /// <summary>Makes the actor without an expression tree to compile for each of thousands.</summary>
    private sealed class Producer(ConnectionStart start, EndpointPlane plane, ConnectionBoard board, ConnectionDependencies with)
        : IIndirectActorProducer
    {
        public Type ActorType => typeof(ConnectionActor);

        public ActorBase Produce() => new ConnectionActor(start, plane, board, with);

        public void Release(ActorBase actor)
        {
        }
    }
}
