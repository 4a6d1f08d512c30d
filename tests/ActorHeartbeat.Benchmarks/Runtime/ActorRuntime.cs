using ActorHeartbeat.Scheduling;
using Akka.Actor;
using Akka.Configuration;

namespace ActorHeartbeat.Benchmarks.Runtime;

/// <summary>Akka.NET with one of the two schedulers.</summary>
internal sealed class ActorRuntime(string name, Config scheduler)
{
    private static readonly Config Silent = ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF }");

    /// <summary>As the package comes.</summary>
    public static ActorRuntime Akka { get; } = new("Akka.NET", Config.Empty);

    /// <summary>As <c>WithConnectionSupervisor</c> configures it.</summary>
    public static ActorRuntime WithDedicatedThread { get; } = new("with the dedicated thread", DedicatedThreadScheduler.Configuration);

    public string Name { get; } = name;

    /// <summary>Measures in a new system, which ends afterwards.</summary>
    public double InSystem(Func<ActorSystem, double> measure)
    {
        var system = ActorSystem.Create("benchmark", Silent.WithFallback(scheduler));
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
