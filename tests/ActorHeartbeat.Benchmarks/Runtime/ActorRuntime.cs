using ActorHeartbeat.Scheduling;
using Akka.Actor;

namespace ActorHeartbeat.Benchmarks.Runtime;

/// <summary>Akka.NET with one of the two schedulers.</summary>
internal sealed class ActorRuntime(string name, string configuration)
{
    private const string Silent = "akka { loglevel = OFF, stdout-loglevel = OFF }\n";

    /// <summary>As the package comes.</summary>
    public static ActorRuntime Akka { get; } = new("Akka.NET", Silent);

    /// <summary>As <c>WithConnectionSupervisor</c> configures it.</summary>
    public static ActorRuntime WithDedicatedThread { get; } =
        new("with the dedicated thread", $"{Silent}akka.scheduler.implementation = \"{typeof(DedicatedThreadScheduler).FullName}, ActorHeartbeat\"");

    public string Name { get; } = name;

    /// <summary>Measures in a new system, which ends afterwards.</summary>
    public double InSystem(Func<ActorSystem, double> measure)
    {
        var system = ActorSystem.Create("benchmark", configuration);
        try
        {
            return measure(system);
        }
        finally
        {
            system.Terminate().Wait();
        }
    }
}
