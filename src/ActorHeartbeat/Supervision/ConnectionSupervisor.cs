using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Telemetry;
using Akka.Actor;
using Akka.Event;

namespace ActorHeartbeat.Supervision;

/// <summary>
/// Owns the registry of endpoints: what is wanted of each, which connection is its primary, and the actors that exist for it. An endpoint
/// has one child, or two during a planned rotation. A child that throws is restarted under exponential backoff; its siblings do not notice.
/// </summary>
public sealed partial class ConnectionSupervisor : UntypedActor, IWithTimers
{
    private readonly Dictionary<EndpointId, RegistryEntry> _endpoints = [];
    private readonly Dictionary<IActorRef, SupervisedConnection> _byActor = [];
    private readonly SupervisorDependencies _dependencies;
    private readonly SchedulerClock _clock;
    private readonly GovernorLedger<IActorRef> _ledger = new();
    private readonly EndpointMeter _meter;
    private readonly ConnectionDependencies _connections;
    private SupervisorSettings _settings = new();
    private ValueMap<GroupSettings> _groups = ValueMap<GroupSettings>.Empty;
    private readonly List<IActorRef> _drainedTo = []; // the actors that wait for the end of the drain
    private bool _isDraining;
    private Drained? _drained;
    private SplitMix _random;
    private long _started, _restarted;

    public ConnectionSupervisor(SupervisorDependencies dependencies)
    {
        _dependencies = dependencies;
        _clock = new SchedulerClock(Context.System.Scheduler);
        _random = SplitMix.For(dependencies.Seed, "supervisor");
        _ledger.Configure(_settings, _groups, _clock.Elapsed);
        if (dependencies.GovernorStore?.Load() is var (state, age))
            _ledger.Restore(state, age, _clock.Elapsed);
        _pausedBefore.UnionWith(dependencies.PausedStore?.Load() ?? []);
        LoadKeys(dependencies.SubscriptionStore);
        _meter = new EndpointMeter($"{Context.System.Name}/{Self.Path.Name}", dependencies.Meter);
        _meter.MeasureSupervisor(() => _clock.TimerLag, () => _ledger.Waiting, () => Volatile.Read(ref _restarted));
        var governor = Context.ActorOf(
            ConnectGovernor.Props(_ledger, _clock, dependencies.GovernorStore, dependencies.Room), "governor");
        _connections = new ConnectionDependencies(dependencies.Dialer, dependencies.Resolver, governor, Self, _clock, dependencies.Seed)
        {
            Extensions = dependencies.Extensions,
            Deployed = LeanMailbox.For(Akka.Actor.Props.Create(typeof(ConnectionActor)), Context.System),
            Measures = _meter.Connections,
        };
    }

    public ITimerScheduler Timers { get; set; } = null!; // set by the runtime before the first message

    /// <summary>For simulation, which runs the actors on the thread that reads this.</summary>
    internal IReadOnlyDictionary<EndpointId, RegistryEntry> Registry => _endpoints;

    public static Props Props(SupervisorDependencies dependencies) => Akka.Actor.Props.Create(() => new ConnectionSupervisor(dependencies));

    protected override void PostStop()
    {
        _meter.Dispose();
        base.PostStop();
    }

    protected override void OnReceive(object message)
    {
        try
        {
            var answer = AnswerTo(message);
            SavePaused();
            if (answer is not null)
                Sender.Tell(answer);
            else
                Handle(message);
        }
        catch (Exception problem) // of what one request brings, or of a host's store: the end of this actor ends every endpoint
        {
            Context.GetLogger().Error(problem, "{0} failed; every endpoint goes on", message.GetType().Name);
            if (message is not (ConnectionReport or Terminated or RestartDue or ShutdownOverdue or KeysDue))
                Sender.Tell(new Status.Failure(problem));
        }
    }

    /// <summary>The answer to a command or a query; null for any other message, and for one that is answered later.</summary>
    private object? AnswerTo(object message) => message switch
    {
        ApplyConfiguration configuration => Apply(configuration),
        AddEndpoint add => Add(add.Settings),
        ReconfigureEndpoint reconfigure => Reconfigure(reconfigure.Settings),
        RemoveEndpoint remove => With(remove.Endpoint, endpoint =>
        {
            ForgetKeys([.. AddedKeysOf(endpoint)]);
            Remove(endpoint);
        }),
        PauseEndpoint pause => With(pause.Endpoint, endpoint => PauseForOperator(endpoint, endpoint.Settings.CloseCode, "paused")),
        CloseEndpoint close => Close(close),
        ResumeEndpoint resume => With(resume.Endpoint, ResumeForOperator),
        RefreshEndpoint refresh => WithRunning(refresh.Endpoint, Refresh),
        RotateEndpoint rotate => WithRunning(rotate.Endpoint, BeginRotation),
        SubscribeTo to => ChangeKey(new SubscriptionKey(to.Endpoint, to.Subscription, to.Key), adds: true),
        UnsubscribeFrom remove => ChangeKey(
            new SubscriptionKey(remove.Endpoint, remove.Subscription, remove.Key), adds: false),
        TapConversation listen => With(listen.Endpoint, endpoint => endpoint.Plane.Taps.Add(listen.Tap)),
        GetEndpoints => new EndpointList([.. _endpoints.Values.Where(endpoint => !endpoint.IsRemoved).Select(Snapshot)]),
        GetSessions => Sessions(),
        GetEndpoint get => Find(get.Endpoint) is { } endpoint ? Snapshot(endpoint) : Unknown(get.Endpoint),
        GetSubscriptions get => Find(get.Endpoint) is { } endpoint
            ? new SubscriptionList(endpoint.Id, endpoint.Keys)
            : Unknown(get.Endpoint),
        GetAddedKeys => new AddedKeyList([.. Supervised.SelectMany(AddedKeysOf)]),
        GetTransitions get => Find(get.Endpoint) is { } endpoint
            ? new TransitionList(endpoint.Id, endpoint.Journal.Snapshot(endpoint.Id))
            : Unknown(get.Endpoint),
        _ => null,
    };

    private void Handle(object message)
    {
        switch (message)
        {
            case SendTo send:
                Send(send);
                break;
            case GetPlace or GetGovernor:
                _connections.Governor.Forward(message);
                break;
            case RestoreSessions restore:
                Restore(restore);
                break;
            case Drain drain:
                DrainAll(drain);
                break;
            case ShutdownOverdue:
                DropWhatIsLeft();
                break;
            case ConnectionReport report
                when _endpoints.TryGetValue(report.Endpoint, out var endpoint) && endpoint.Find(report.Connection) is { } connection:
                Take(endpoint, connection, report);
                break;
            case ConnectionReport:
                break; // of a connection that is gone
            case KeysDue:
                FollowNewKeys();
                break;
            case RestartDue due:
                Restart(due.Connection);
                break;
            case Terminated dead when _byActor.Remove(dead.ActorRef, out var stopped):
                _connections.Governor.Tell(new HolderStopped(dead.ActorRef)); // before another actor asks in its place
                Stopped(stopped);
                PassOnSends(stopped.Endpoint);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Take(RegistryEntry endpoint, SupervisedConnection connection, ConnectionReport report)
    {
        switch (report)
        {
            case ConnectionChanged changed when connection == endpoint.Shown:
                Publish(endpoint, changed.Status, changed.Cause, changed.RetryIn, changed.Status.Since);
                if (changed.Status.State == ConnectionState.BackingOff)
                    TakeOverFromLost(endpoint);
                break;
            case ConnectionChanged { Status.IsUp: true } when connection == endpoint.Successor && endpoint.Status is not { IsUp: true }:
                AskToTakeOver(endpoint, connection);
                break;
            case ConnectionFailed failed when connection == endpoint.Primary:
                Fail(endpoint, failed.Cause);
                break;
            case RotationDue due when connection == endpoint.Primary:
                BeginRotation(endpoint, due);
                break;
            case SuccessorReady when connection == endpoint.Successor:
                AskToTakeOver(endpoint, connection);
                break;
            case TookOver took when connection == endpoint.Successor:
                Promote(endpoint, took.Status);
                break;
            case SuccessorFailed failed when connection == endpoint.Successor:
                FailRotation(endpoint, connection, failed.Cause);
                break;
        }
    }

    private void ForgetIfGone(RegistryEntry endpoint)
    {
        if (!endpoint.IsRemoved || !endpoint.IsIdle)
            return;
        _endpoints.Remove(endpoint.Id);
        _meter.Remove(endpoint.Id);
        endpoint.Plane.Taps.End();
        _dependencies.Feeds.Remove(endpoint.Id, "removed");
    }

    private RegistryEntry? Find(EndpointId id) => _endpoints.TryGetValue(id, out var endpoint) && !endpoint.IsRemoved ? endpoint : null;

    private static EndpointSnapshot Snapshot(RegistryEntry endpoint)
    {
        var (plane, counters) = (endpoint.Plane, endpoint.Plane.Counters);
        return new EndpointSnapshot(
            endpoint.Id,
            endpoint.Mode,
            endpoint.Failure,
            endpoint.Since,
            endpoint.Settings,
            endpoint.Status,
            new EndpointFigures(
                plane.Feed.MessagesIn,
                plane.Feed.LastInbound,
                counters.MessagesOut,
                counters.BytesOut,
                counters.Dials,
                counters.HeartbeatsSent,
                counters.HeartbeatsAnswered,
                counters.StaleEvents,
                endpoint.Shown?.Board.RoundTrips ?? RoundTrips.None,
                plane.Sockets,
                plane.PeakSockets)
            {
                IsHeldBack = plane.Feed.IsHeldBack,
                Beats = counters.Beats,
                LastBeat = counters.LastBeat,
            })
        {
            Subscriptions = endpoint.KeyCounts,
            DownSince = endpoint.DownSince,
            Replacement = endpoint.Successor is { Failure: null } successor ? successor.Board.Status : null,
        };
    }

    private static void Announce(RegistryEntry endpoint) => Context.System.EventStream.Publish(new EndpointModeChanged(Snapshot(endpoint)));
}
