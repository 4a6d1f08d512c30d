using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Supervision;
using Akka.Actor;
using Akka.Configuration;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>Runs the whole library on the deterministic runtime in a world full of faults. A seed fixes the history.</summary>
internal sealed class World : IDisposable
{
    /// <summary>
    /// The time for reminders: a lost place in the governor's queue and a failed rotation are
    /// asked for again after a minute each, and the transport has a few seconds of grace.
    /// </summary>
    private static readonly TimeSpan Reminders = TimeSpan.FromMinutes(2) + TimeSpan.FromSeconds(5);

    private static readonly Config Quiet = ConfigurationFactory.ParseString(
        "akka.loglevel = OFF\nakka.stdout-loglevel = OFF\nakka.log-dead-letters = off");

    /// <summary>Keeps counts off whole seconds, when the operator acts: nothing may change between a count and its answer.</summary>
    private static readonly TimeSpan BesideTheOperator = TimeSpan.FromMilliseconds(7);

    private readonly ActorSimulation _simulation;
    private readonly Invariants _invariants;
    private readonly SimulatedNetwork _network;
    private readonly Fleet _fleet;
    private readonly Consumers _consumers;
    private readonly Operator _operator;
    private readonly KeyOperator _keys;
    private readonly IActorRef _supervisor;
    private readonly IActorRef _ear;
    private readonly Action<string>? _trace;
    private IReadOnlyList<EndpointSnapshot> _reported = [];
    private bool _isChaos = true;
    private bool _isDrained;

    /// <param name="seed">Decides every random choice.</param>
    /// <param name="trace">Receives every message as a line; null for none.</param>
    public World(int seed, Action<string>? trace = null)
    {
        _trace = trace;
        _simulation = new ActorSimulation(seed, Quiet);
        _invariants = new Invariants(() => _simulation.Time);
        _simulation.OnMessage = Observe;
        _network = new SimulatedNetwork(_simulation, _invariants);
        _fleet = new Fleet(new Random(seed ^ 0xF1EE7), new Random(seed ^ 0x4B45));
        var feeds = new FeedRegistry(new SimulatedTime(_simulation), "simulation");
        var supervisor = new Supervised(new SupervisorDependencies(_network, _network, feeds) { Seed = (ulong)seed });
        _supervisor = _simulation.System.ActorOf(Props.CreateBy(supervisor), "connections");
        _invariants.Registry = () => supervisor.Registry;
        _consumers = new Consumers(_simulation.System, _supervisor, feeds, _invariants);
        _operator = new Operator(_simulation, _fleet, _supervisor, _network, _consumers, Reload);
        _keys = new KeyOperator(seed, _fleet, _supervisor, _invariants.WantedOf, Reconfigure);
        _ear = _simulation.System.ActorOf(Props.Create(() => new Ear(Hear)), "ear");
        _fleet.Found();
        Configure();
    }

    public ulong Digest => _simulation.Digest;

    public long Messages => _simulation.MessageCount;

    public string? Broken => _invariants.FirstBroken;

    /// <summary>Runs chaos for this long, then heals the network, then drains.</summary>
    /// <returns>The first broken invariant, or null.</returns>
    public string? Run(TimeSpan chaos)
    {
        Later(_operator.Pause(), Act);
        Later(_keys.Pause(), ActOnKeys);
        Later(BesideTheOperator, Count);
        RunUntil(chaos);
        Heal();
        Drain();
        return Broken;
    }

    /// <summary>Runs a world for a caller that shares only framework types with this assembly.</summary>
    public static string? Probe(int seed, TimeSpan chaos)
    {
        using var world = new World(seed);
        return world.Run(chaos);
    }

    public void Dispose() => _simulation.Dispose();

    private void RunUntil(TimeSpan time)
    {
        while (Broken is null && _simulation.Time < time)
        {
            _simulation.AdvanceToNextTimer();
            _invariants.AfterMessage(); // checks the last message of this instant before the next one
        }
    }

    private void Act()
    {
        if (!_isChaos)
            return;
        _operator.Act();
        Later(_operator.Pause(), Act);
    }

    private void ActOnKeys()
    {
        if (!_isChaos)
            return;
        _keys.Act();
        Later(_keys.Pause(), ActOnKeys);
    }

    private void Reconfigure()
    {
        if (_isChaos)
            Configure();
    }

    private void Reload()
    {
        if (!_isChaos)
            return;
        _fleet.Change();
        Configure();
    }

    private void Count()
    {
        _consumers.Read();
        _supervisor.Tell(GetEndpoints.Instance, _ear);
        foreach (var endpoint in _fleet.Endpoints.Where(endpoint => endpoint.Subscriptions.Count > 0))
            _supervisor.Tell(new GetSubscriptions(endpoint.Id), _ear);
        if (!_isDrained)
            Later(TimeSpan.FromMinutes(5), Count);
    }

    private void Configure()
    {
        var budgets = _fleet.Budgets;
        _invariants.Configured(_fleet.Endpoints, budgets);
        _supervisor.Tell(new ApplyConfiguration([.. _fleet.Endpoints], budgets.Groups, budgets.Supervisor), ActorRefs.NoSender);
        _supervisor.Tell(GetEndpoints.Instance, _ear);
    }

    private void Hear(object message)
    {
        switch (message)
        {
            case EndpointList told:
                _reported = told.Endpoints;
                _invariants.Count(told.Endpoints, _fleet.Endpoints);
                break;
            case SubscriptionList list:
                _invariants.List(list);
                break;
            case Drained:
                _isDrained = true;
                break;
        }
    }

    private void Heal()
    {
        _isChaos = false;
        _network.Heal();
        foreach (var endpoint in _fleet.Endpoints)
            _supervisor.Tell(new ResumeEndpoint(endpoint.Id), ActorRefs.NoSender);
        RunUntil(_simulation.Time + _fleet.Endpoints.Max(HealsWithin));
        _supervisor.Tell(GetEndpoints.Instance, _ear);
        _simulation.RunUntilIdle();
        foreach (var endpoint in _reported)
        {
            var watched = _invariants.Watch(endpoint.Settings);
            if (endpoint.State is not ("open" or "awaiting-pong") && Broken is null)
                _invariants.Broken(watched, $"9 (healing): {endpoint.State}, waiting for {endpoint.Status?.Waiting}");
            var entry = _invariants.Registry()[endpoint.Id];
            if (watched.Sockets.Find(socket => socket.IsStarted && socket.Link == entry.Primary?.Board.Link) is not { } live)
                continue;
            if (live.Request.Url != endpoint.Settings.Url && !endpoint.Settings.Urls.Contains(live.Request.Url))
                _invariants.Broken(watched, $"9 (healing): connected to {live.Request.Url}, configured {endpoint.Settings.Url}");
            KeyInvariants.Healed(_invariants, watched, entry, live);
            if (live.Scripted!.IsHalfOpen)
                _invariants.Broken(watched, "9 (healing): the peer has vanished and nobody has noticed");
        }
    }

    /// <summary>
    /// The longest time to heal: to notice that the old connection is dead, to close it, to wait out the longest delay
    /// or pause, and to dial in turn with all other endpoints at the slowest rates, each of which may also rotate.
    /// </summary>
    private TimeSpan HealsWithin(EndpointSettings settings)
    {
        var silent = settings.Heartbeat.Interval + (settings.Heartbeat.MaxMissed * (settings.Heartbeat.Timeout ?? TimeSpan.FromMinutes(1)));
        // Pongs hide a feed that has dried up from every check but data-idle.
        var notice = new[] { silent, settings.Timeouts.DataIdle?.After ?? TimeSpan.Zero }.Max();
        var (budgets, supervised) = (_fleet.Budgets, _fleet.Budgets.Supervisor.Restart);
        var everybodyTwice = budgets.TimeFor(2 * Fleet.Size);
        var restart = supervised.MaxBackoff * (1 + supervised.Jitter);
        var slowest = new[] { settings.Backoff.Max, settings.Flap?.Retry ?? TimeSpan.Zero, OutcomeSettings.DefaultQuarantine }.Max();
        return notice + settings.Timeouts.Close + slowest + settings.Timeouts.Connect + everybodyTwice + restart + Reminders;
    }

    /// <summary>Closes everything, and checks that no socket, unanswered send or contract violation is left.</summary>
    private void Drain()
    {
        if (Broken is not null)
            return;
        _isDrained = false;
        _supervisor.Tell(new Drain("the simulation is over"), _ear);
        RunUntil(_simulation.Time + TimeSpan.FromMinutes(10));
        if (!_isDrained)
            _invariants.Broken(null, "9 (drain): not drained");
        if (_invariants.All.FirstOrDefault(endpoint => endpoint.Sockets.Count > 0) is { } left)
            _invariants.Broken(left, "1: a socket outlived the drain");
        _consumers.Settle();
        if (_network.Violations is [var violation, ..])
            _invariants.Broken(null, $"the contract of the transport: {violation}");
    }

    private void Later(TimeSpan delay, Action action) => _simulation.System.Scheduler.Advanced.ScheduleOnce(delay, action);

    private void Observe(TraceEntry entry)
    {
        _invariants.BeforeMessage(entry);
        _trace?.Invoke($"{entry.Time} {entry.Actor.ToStringWithoutAddress()} {entry.Message}");
    }

    private sealed class Ear(Action<object> hear) : UntypedActor
    {
        protected override void OnReceive(object message) => hear(message);
    }

    /// <summary>Keeps a reference to the supervisor it creates, so that the invariants can read its registry after every message.</summary>
    private sealed class Supervised(SupervisorDependencies dependencies) : IIndirectActorProducer
    {
        private ConnectionSupervisor? _made;

        public Type ActorType => typeof(ConnectionSupervisor);

        public IReadOnlyDictionary<EndpointId, RegistryEntry> Registry => _made!.Registry; // created when the simulation first runs

        public ActorBase Produce() => _made = new ConnectionSupervisor(dependencies);

        public void Release(ActorBase actor)
        {
        }
    }

    private sealed class SimulatedTime(ActorSimulation simulation) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => simulation.System.Scheduler.Now;

        public override long GetTimestamp() => simulation.Time.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }
}
