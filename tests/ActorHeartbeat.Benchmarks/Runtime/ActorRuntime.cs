using ActorHeartbeat.Scheduling;
using Akka.Actor;
using Akka.Configuration;

namespace ActorHeartbeat.Benchmarks.Runtime;

/// <summary>Akka.NET with one of the two schedulers.</summary>
internal sealed class ActorRuntime(string name, Config scheduler)
{
    private static readonly Config Silent = ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF }");

    /// <summary>With the default scheduler of the Akka.NET package.</summary>
    public static ActorRuntime Akka { get; } = new("Akka.NET", Config.Empty);

    /// <summary>With the scheduler that <c>WithConnectionSupervisor</c> configures.</summary>
    public static ActorRuntime WithDedicatedThread { get; } = new("with the dedicated thread", DedicatedThreadScheduler.Configuration);

    public string Name { get; } = name;

    /// <summary>Measures in a new actor system and ends it afterwards.</summary>
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
