using Akka.Configuration;
using Akka.Event;
using Akka.Scheduling;

namespace Akka.Actor;

/// <summary>
/// Stops a system in phases. The tasks of a phase run together; the next phase begins when they have ended, failed or run
/// out of the phase's time (<c>akka.coordinated-shutdown.phases</c>).
/// </summary>
public sealed class CoordinatedShutdown
{
    public const string PhaseBeforeServiceUnbind = "before-service-unbind";
    public const string PhaseServiceUnbind = "service-unbind";
    public const string PhaseServiceRequestsDone = "service-requests-done";
    public const string PhaseServiceStop = "service-stop";
    public const string PhaseBeforeClusterShutdown = "before-cluster-shutdown";
    public const string PhaseClusterShardingShutdownRegion = "cluster-sharding-shutdown-region";
    public const string PhaseClusterLeave = "cluster-leave";
    public const string PhaseClusterExiting = "cluster-exiting";
    public const string PhaseClusterExitingDone = "cluster-exiting-done";
    public const string PhaseClusterShutdown = "cluster-shutdown";
    public const string PhaseBeforeActorSystemTerminate = "before-actor-system-terminate";
    public const string PhaseActorSystemTerminate = "actor-system-terminate";

    private readonly ActorSystemImpl _system;
    private readonly ShutdownPhases _phases;
    private readonly Dictionary<string, List<(string Name, Func<Task<Done>> Run)>> _tasks = [];
    private readonly Lock _lock = new();
    private Task<Done> _run;

    private CoordinatedShutdown(ActorSystemImpl system)
    {
        _system = system;
        _phases = ShutdownPhases.From(system.Settings.Config.GetConfig("akka.coordinated-shutdown"));
    }

    public ActorSystem System => _system;

    /// <summary>Why the shutdown runs; null while it does not.</summary>
    public Reason ShutdownReason { get; private set; }

    /// <summary>All phases' timeouts together.</summary>
    public TimeSpan TotalTimeout => _phases.InOrder.Aggregate(TimeSpan.Zero, (sum, phase) => sum + phase.Timeout);

    public static CoordinatedShutdown Get(ActorSystem sys) => ((ActorSystemImpl)sys).Extension(Install);

    /// <summary>Adds a task to a phase. Added to a phase that has begun it does not run.</summary>
    /// <exception cref="ArgumentException">There is no such phase, or no name is given.</exception>
    public void AddTask(string phase, string taskName, Func<Task<Done>> task)
    {
        ArgumentException.ThrowIfNullOrEmpty(taskName);
        if (!_phases.Contains(phase))
            throw new ArgumentException($"Unknown phase [{phase}], known phases [{string.Join(", ", _phases.InOrder.Select(each => each.Name))}].", nameof(phase));
        lock (_lock)
        {
            if (!_tasks.TryGetValue(phase, out var tasks))
                _tasks[phase] = tasks = [];
            tasks.Add((taskName, task));
        }
    }

    /// <summary>Runs the phases, once: later calls get the task of the first.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="fromPhase">Skips the phases before it.</param>
    public Task<Done> Run(Reason reason, string fromPhase = null)
    {
        lock (_lock)
        {
            if (_run is not null)
                return _run;
            ShutdownReason = reason;
            var completion = new TaskCompletionSource<Done>(_system.Dispatcher.IsSingleThreaded ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
            _run = completion.Task;
            _ = RunPhases(fromPhase, completion);
        }

        return _run;
    }

    public TimeSpan Timeout(string phase) => _phases[phase].Timeout;

    internal static CoordinatedShutdown Install(ActorSystemImpl system)
    {
        var shutdown = new CoordinatedShutdown(system);
        if (system.Settings.CoordinatedShutdownTerminateActorSystem)
            shutdown.AddTask(PhaseActorSystemTerminate, "terminate-system", shutdown.TerminateSystem);
        return shutdown;
    }

    private async Task<Done> TerminateSystem()
    {
        _system.StopActors();
        await _system.WhenTerminated;
        return Done.Instance;
    }

    private async Task RunPhases(string fromPhase, TaskCompletionSource<Done> completion)
    {
        try
        {
            foreach (var phase in _phases.InOrder.SkipWhile(phase => fromPhase is not null && phase.Name != fromPhase).Where(phase => phase.Enabled))
                await RunPhase(phase);
            completion.SetResult(Done.Instance);
        }
        catch (Exception failure)
        {
            completion.SetException(failure);
        }
    }

    /// <summary>An unrecoverable phase passes its failure on and ends the shutdown; every other logs it.</summary>
    private async Task RunPhase(ShutdownPhase phase)
    {
        (string Name, Func<Task<Done>> Run)[] tasks;
        lock (_lock)
            tasks = _tasks.TryGetValue(phase.Name, out var known) ? [.. known] : [];
        if (tasks.Length == 0)
            return;
        var all = Task.WhenAll(tasks.Select(task => RunTask(phase, task)));
        var timeout = new TimeoutNode();
        _system.Scheduler.Arm(timeout, phase.Timeout, TimeSpan.Zero);
        var first = await Task.WhenAny(all, timeout.Elapsed);
        _system.Scheduler.Disarm(timeout);
        if (ReferenceEquals(first, all))
            await all;
        else if (phase.Recover)
            _system.Log.Warning("Coordinated shutdown phase [{0}] timed out after {1}", phase.Name, phase.Timeout);
        else
            throw new TimeoutException($"Coordinated shutdown phase [{phase.Name}] timed out after {phase.Timeout}");
    }

    private async Task RunTask(ShutdownPhase phase, (string Name, Func<Task<Done>> Run) task)
    {
        try
        {
            await task.Run();
        }
        catch (Exception failure) when (phase.Recover)
        {
            _system.Log.Warning("Task [{0}] failed in phase [{1}]: {2}", task.Name, phase.Name, failure.Message);
        }
    }

    /// <summary>Why a system is shut down.</summary>
    public class Reason
    {
        protected Reason() { }
    }

    public class UnknownReason : Reason
    {
        public static readonly Reason Instance = new UnknownReason();

        private UnknownReason() { }
    }

    public class ActorSystemTerminateReason : Reason
    {
        public static readonly Reason Instance = new ActorSystemTerminateReason();

        private ActorSystemTerminateReason() { }
    }

    public class ClrExitReason : Reason
    {
        public static readonly Reason Instance = new ClrExitReason();

        private ClrExitReason() { }
    }

    private sealed class TimeoutNode : TimerNode
    {
        private readonly TaskCompletionSource _elapsed = new();

        public Task Elapsed => _elapsed.Task;

        public override void Fire() => _elapsed.TrySetResult();
    }
}

internal sealed record ShutdownPhase(string Name, TimeSpan Timeout, bool Recover, bool Enabled, IReadOnlyList<string> DependsOn);

/// <summary>The phases of a shutdown in an order that respects their dependencies.</summary>
internal sealed class ShutdownPhases
{
    private readonly Dictionary<string, ShutdownPhase> _byName;

    private ShutdownPhases(Dictionary<string, ShutdownPhase> byName, IReadOnlyList<ShutdownPhase> inOrder)
    {
        _byName = byName;
        InOrder = inOrder;
    }

    public IReadOnlyList<ShutdownPhase> InOrder { get; }

    public ShutdownPhase this[string name] => _byName.TryGetValue(name, out var phase) ? phase : throw new ArgumentException($"Unknown phase [{name}].", nameof(name));

    public bool Contains(string name) => name is not null && _byName.ContainsKey(name);

    public static ShutdownPhases From(Config config)
    {
        var defaultTimeout = config.GetTimeSpan("default-phase-timeout");
        var phases = config.GetConfig("phases");
        var byName = phases.Keys.ToDictionary(name => name, name => Read(name, phases.GetConfig(name) ?? Config.Empty, defaultTimeout));
        return new ShutdownPhases(byName, Sort(byName));
    }

    private static ShutdownPhase Read(string name, Config config, TimeSpan defaultTimeout) => new(
        name,
        config.GetTimeSpan("timeout", defaultTimeout),
        config.GetBoolean("recover", true),
        config.GetBoolean("enabled", true),
        [.. config.GetStringList("depends-on")]);

    private static List<ShutdownPhase> Sort(Dictionary<string, ShutdownPhase> byName)
    {
        var sorted = new List<ShutdownPhase>();
        var entered = new HashSet<string>();
        foreach (var name in byName.Keys)
            Visit(name);
        return sorted;

        void Visit(string name)
        {
            if (!entered.Add(name))
            {
                if (sorted.All(phase => phase.Name != name))
                    throw new ArgumentException($"Cycle detected in the shutdown phases at [{name}].");
                return;
            }

            if (!byName.TryGetValue(name, out var phase))
                return;
            foreach (var dependency in phase.DependsOn)
                Visit(dependency);
            sorted.Add(phase);
        }
    }
}
