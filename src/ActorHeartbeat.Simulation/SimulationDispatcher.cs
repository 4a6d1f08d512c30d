using Akka.Configuration;
using Akka.Dispatch;

namespace ActorHeartbeat.Simulation;

/// <summary>Akka.NET creates it for every dispatcher that has this type in the configuration.</summary>
internal sealed class SimulationDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly SimulationDispatcher _dispatcher;

    public SimulationDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites) =>
        _dispatcher = new SimulationDispatcher(this, config.GetString("id"), SimulationSetup.QueueOf(prerequisites.Settings));

    public override MessageDispatcher Dispatcher() => _dispatcher;
}

/// <summary>Runs nothing itself: work that becomes ready waits in the run queue.</summary>
internal sealed class SimulationDispatcher : MessageDispatcher
{
    private readonly RunQueue _queue;

    public SimulationDispatcher(MessageDispatcherConfigurator configurator, string id, RunQueue queue)
        : base(configurator)
    {
        _queue = queue;
        Id = id;
        Throughput = 1;
        ThroughputDeadlineTime = null;
        ShutdownTimeout = TimeSpan.FromSeconds(1); // in virtual time; Akka.NET's own default
    }

    protected override void ExecuteTask(IRunnable run) => _queue.Add(run);

    protected override void Shutdown()
    {
    }
}
