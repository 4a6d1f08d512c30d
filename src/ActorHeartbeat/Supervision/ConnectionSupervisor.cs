using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using Akka.Actor;
using Akka.Pattern;

namespace ActorHeartbeat.Supervision;

/// <summary>
/// Owns the registry of endpoints: what is wanted of each, and the actors that exist for it. One child per endpoint, restarted under
/// exponential backoff when it throws; its siblings do not notice. Two during a planned rotation.
/// </summary>
public sealed partial class ConnectionSupervisor : UntypedActor, IWithTimers
{
    private readonly Dictionary<EndpointId, SupervisedEndpoint> _endpoints = [];
    private readonly Dictionary<IActorRef, SupervisedEndpoint> _byActor = [];
    private readonly SupervisorDependencies _dependencies;
    private readonly SchedulerClock _clock;
    private readonly GovernorLedger<IActorRef> _ledger = new();
    private readonly ConnectionDependencies _connections;
    private SupervisorSettings _settings = new();
    private IReadOnlyDictionary<string, GroupSettings> _groups = new Dictionary<string, GroupSettings>();
    private readonly List<IActorRef> _drainedTo = []; // who waits for the end of the drain
    private bool _isDraining;
    private Drained? _drained;
    private int _started;

    public ConnectionSupervisor(SupervisorDependencies dependencies)
    {
        _dependencies = dependencies;
        _clock = new SchedulerClock(Context.System.Scheduler);
        _ledger.Configure(_settings, _groups, _clock.Elapsed);
        if (dependencies.GovernorStore?.Load() is var (state, age))
            _ledger.Restore(state, age, _clock.Elapsed);
        var governor = Context.ActorOf(ConnectGovernor.Props(_ledger, _clock, dependencies.GovernorStore), "governor");
        Context.ActorOf(Akka.Actor.Props.Create(() => new LostSends()), "lost-sends");
        _connections = new ConnectionDependencies(dependencies.Dialer, dependencies.Resolver, governor, Self, _clock, dependencies.Seed);
    }

    public ITimerScheduler Timers { get; set; } = null!; // set by the runtime before the first message

    public static Props Props(SupervisorDependencies dependencies) => Akka.Actor.Props.Create(() => new ConnectionSupervisor(dependencies));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ApplyConfiguration configuration:
                Sender.Tell(Apply(configuration));
                break;
            case AddEndpoint add:
                Sender.Tell(Add(add.Settings));
                break;
            case ReconfigureEndpoint reconfigure:
                Sender.Tell(With(reconfigure.Settings.Id, endpoint => Reconfigure(endpoint, reconfigure.Settings)));
                break;
            case RemoveEndpoint remove:
                Sender.Tell(With(remove.Endpoint, Remove));
                break;
            case PauseEndpoint pause:
                Sender.Tell(With(pause.Endpoint, endpoint => Pause(endpoint, endpoint.Memory.Settings.CloseCode, "paused")));
                break;
            case CloseEndpoint close:
                Sender.Tell(Close(close));
                break;
            case ResumeEndpoint resume:
                Sender.Tell(With(resume.Endpoint, Resume));
                break;
            case RefreshEndpoint refresh:
                Sender.Tell(WithRunning(refresh.Endpoint, endpoint => endpoint.Primary!.Tell(new Refresh("refreshed by an operator"))));
                break;
            case RotateEndpoint rotate:
                Sender.Tell(WithRunning(rotate.Endpoint, endpoint => BeginSuccession(endpoint)));
                break;
            case SubscribeTo subscribe:
                Sender.Tell(With(subscribe.Endpoint, endpoint => endpoint.Tell(endpoint.Memory.Subscriptions.Remember(subscribe.Key, subscribe.Message))));
                break;
            case UnsubscribeFrom unsubscribe:
                Sender.Tell(With(unsubscribe.Endpoint, endpoint => endpoint.Tell(endpoint.Memory.Subscriptions.Forget(unsubscribe.Key, unsubscribe.Message))));
                break;
            case SendTo send:
                Send(send);
                break;
            case GetEndpoints:
                Sender.Tell(new EndpointList([.. _endpoints.Values.Where(endpoint => !endpoint.IsRemoved).Select(Snapshot)]));
                break;
            case GetEndpoint get:
                Sender.Tell(Find(get.Endpoint) is { } found ? Snapshot(found) : Unknown(get.Endpoint));
                break;
            case GetPlace place:
                _connections.Governor.Forward(place);
                break;
            case Drain drain:
                DrainAll(drain);
                break;
            case ShutdownOverdue:
                DropWhatIsLeft();
                break;
            case ConnectionReport report when Find(report.Endpoint) is { } endpoint && endpoint.Hears(report.Role):
                Take(endpoint, report);
                break;
            case ConnectionReport:
                break; // of a connection that was let go
            case Terminated dead when _byActor.Remove(dead.ActorRef, out var owner):
                Stopped(owner, dead.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Take(SupervisedEndpoint endpoint, ConnectionReport report)
    {
        switch (report)
        {
            case ConnectionFailed failed:
                Fail(endpoint, failed.Cause);
                break;
            case RotationDue:
                BeginSuccession(endpoint);
                break;
            case SuccessorReady ready when endpoint.IsSuccessor(ready.Role):
                Succeed(endpoint);
                break;
            case SuccessorFailed failed when endpoint.IsSuccessor(failed.Role):
                Abandon(endpoint, failed);
                break;
        }
    }

    private ConfigurationApplied Apply(ApplyConfiguration configuration)
    {
        (_settings, _groups) = (configuration.Supervisor, configuration.Groups);
        _connections.Governor.Tell(new ConfigureGovernor(_settings, _groups));
        var wanted = configuration.Endpoints.ToDictionary(settings => settings.Id);
        var removed = _endpoints.Values.Where(endpoint => !endpoint.IsRemoved && !wanted.ContainsKey(endpoint.Memory.Id)).Select(endpoint => endpoint.Memory.Id).ToArray();
        foreach (var id in removed)
            Remove(_endpoints[id]);

        var added = new List<EndpointId>();
        var changed = new Dictionary<ChangeEffect, List<EndpointId>>();
        var spread = wanted.Count > 1 ? _settings.StartSpread : TimeSpan.Zero;
        foreach (var settings in configuration.Endpoints)
        {
            if (Find(settings.Id) is not { } endpoint)
            {
                Admit(settings, spread);
                added.Add(settings.Id);
                continue;
            }
            var effect = Reconfigure(endpoint, settings);
            if (!changed.TryGetValue(effect, out var ids))
                changed[effect] = ids = [];
            ids.Add(settings.Id);
        }
        TellNewSendRates();
        ValueList<EndpointId> Of(ChangeEffect effect) => changed.TryGetValue(effect, out var ids) ? [.. ids] : [];
        return new ConfigurationApplied(
            [.. added], [.. removed], Of(ChangeEffect.Reconnect), Of(ChangeEffect.NextAttempt), Of(ChangeEffect.Live), Of(ChangeEffect.None).Count);
    }

    // A group is no setting of its endpoints, so they do not hear of it in any other way.
    private void TellNewSendRates()
    {
        foreach (var endpoint in _endpoints.Values)
        {
            if (SendRateOf(endpoint.Memory.Settings) is var rate && rate == endpoint.Memory.SendRate)
                continue;
            endpoint.Memory.SendRate = rate;
            endpoint.Tell(new SettingsChanged(ChangeEffect.Live));
        }
    }

    private Rate? SendRateOf(EndpointSettings settings) =>
        settings.Group is { } group && _groups.TryGetValue(group, out var budget) ? budget.SendRate : null;

    private CommandResult Add(EndpointSettings settings)
    {
        if (Find(settings.Id) is not null)
            return new CommandResult(CommandOutcome.Refused, $"{settings.Id} exists already");
        Admit(settings, TimeSpan.Zero);
        return new CommandResult(CommandOutcome.Accepted);
    }

    private void Admit(EndpointSettings settings, TimeSpan spread)
    {
        if (!_endpoints.TryGetValue(settings.Id, out var endpoint))
        {
            var feed = _dependencies.Feeds.GetOrAdd(settings.Id, settings.Limits, settings.Labels);
            _endpoints[settings.Id] = endpoint = new SupervisedEndpoint(new EndpointMemory(settings, feed), _clock.UtcNow);
        }
        endpoint.IsRemoved = false; // it may be one that is still closing
        endpoint.Memory.Settings = settings;
        endpoint.Memory.SendRate = SendRateOf(settings);
        endpoint.Enter(settings.Enabled ? EndpointMode.Running : EndpointMode.Paused, _clock.UtcNow);
        StartIfWanted(endpoint, spread);
    }

    private ChangeEffect Reconfigure(SupervisedEndpoint endpoint, EndpointSettings settings)
    {
        var before = endpoint.Memory.Settings;
        var effect = EndpointChange.Between(before, settings).Effect;
        if (effect == ChangeEffect.None)
            return effect;
        endpoint.Memory.Settings = settings;
        endpoint.Memory.SendRate = SendRateOf(settings);
        endpoint.Memory.RotationFailures = 0;
        _dependencies.Feeds.GetOrAdd(settings.Id, settings.Limits, settings.Labels);
        if (before.Enabled != settings.Enabled)
        {
            if (settings.Enabled && endpoint.Mode == EndpointMode.Running)
                endpoint.Primary?.Tell(new SettingsChanged(effect)); // an operator had resumed it before the configuration did
            else if (settings.Enabled)
                Resume(endpoint);
            else
                Pause(endpoint, settings.CloseCode, "disabled by configuration");
        }
        else if (effect == ChangeEffect.Reconnect && MayOpenBeside(endpoint))
        {
            endpoint.Primary?.Tell(new SettingsChanged(ChangeEffect.Live)); // what needs no new connection does not wait for one
            BeginSuccession(endpoint);
        }
        else
        {
            endpoint.Tell(new SettingsChanged(effect));
        }
        return effect;
    }

    private void Remove(SupervisedEndpoint endpoint)
    {
        endpoint.IsRemoved = true;
        endpoint.Memory.Subscriptions.Clear();
        Pause(endpoint, endpoint.Memory.Settings.CloseCode, "removed");
        ForgetIfGone(endpoint);
    }

    private void StartIfWanted(SupervisedEndpoint endpoint, TimeSpan spread)
    {
        if (endpoint is { Mode: EndpointMode.Running, IsIdle: true, IsRemoved: false } && !_isDraining)
            Start(endpoint, new ConnectionRole(isPrimary: true), spread);
    }

    private void Start(SupervisedEndpoint endpoint, ConnectionRole role, TimeSpan spread)
    {
        var restart = _settings.Restart;
        var connection = ConnectionActor.Props(endpoint.Memory, _connections, spread, role);
        var actor = Context.ActorOf(
            BackoffSupervisor.Props(Backoff.OnFailure(connection, "connection", restart.MinBackoff, restart.MaxBackoff, restart.Jitter, restart.MaxRestarts ?? -1)),
            $"{endpoint.Memory.Id}-{++_started}");
        Context.Watch(actor);
        _byActor[actor] = endpoint;
        endpoint.Started(actor, role);
    }

    private void Stopped(SupervisedEndpoint endpoint, IActorRef actor)
    {
        var wasPrimary = actor.Equals(endpoint.Primary);
        if (actor.Equals(endpoint.Successor))
            Abandoned(endpoint);
        endpoint.Stopped(actor);
        if (wasPrimary && endpoint.Mode == EndpointMode.Running)
        {
            // It stopped by itself and did not say why: it threw more often than restarts are allowed.
            Fail(endpoint, new CloseCause(CauseKind.Crashed, "its actor failed more often than supervisor.restart.max-restarts allows"));
        }
        ForgetIfGone(endpoint);
        StartIfWanted(endpoint, TimeSpan.Zero);
        if (endpoint.IsIdle)
            RefuseHeld(endpoint);
        if (_isDraining && _byActor.Count == 0)
            FinishDrain(forced: 0);
    }

    private void Fail(SupervisedEndpoint endpoint, CloseCause cause)
    {
        var successor = endpoint.Successor;
        endpoint.LetGo();
        successor?.Tell(new CloseConnection(endpoint.Memory.Settings.CloseCode, "the endpoint has failed"));
        endpoint.Enter(EndpointMode.Failed, _clock.UtcNow, cause);
        Announce(endpoint);
    }

    private void ForgetIfGone(SupervisedEndpoint endpoint)
    {
        if (!endpoint.IsRemoved || !endpoint.IsIdle)
            return;
        _endpoints.Remove(endpoint.Memory.Id);
        _dependencies.Feeds.Remove(endpoint.Memory.Id, "removed");
    }

    private SupervisedEndpoint? Find(EndpointId id) => _endpoints.TryGetValue(id, out var endpoint) && !endpoint.IsRemoved ? endpoint : null;

    private static EndpointSnapshot Snapshot(SupervisedEndpoint endpoint) =>
        new(endpoint.Memory.Id, endpoint.Mode, endpoint.Failure, endpoint.Since, endpoint.Memory);

    private static void Announce(SupervisedEndpoint endpoint) => Context.System.EventStream.Publish(new EndpointModeChanged(Snapshot(endpoint)));
}
