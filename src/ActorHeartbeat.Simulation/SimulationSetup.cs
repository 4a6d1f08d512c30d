using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Event;

namespace ActorHeartbeat.Simulation;

/// <summary>Carries the run queue of a simulation into the parts that Akka.NET creates by their type names.</summary>
internal sealed class SimulationSetup(RunQueue queue) : Setup
{
    public RunQueue Queue => queue;

    /// <exception cref="NotSimulatedException">The system has no setup of a simulation, or a logger that cannot be in one.</exception>
    public static RunQueue QueueOf(Settings settings)
    {
        if (settings.Setup.Get<SimulationSetup>() is not { HasValue: true } setup)
            throw new NotSimulatedException(
                "The system has the configuration of a simulation and not its setup. ActorSimulation's constructor gives both to the "
                + "function that makes the system: add the second to the system's ActorSystemSetup.");
        RefuseActorLoggers(settings);
        return setup.Value.Queue;
    }

    /// <summary>
    /// Akka.NET blocks its thread at start until such a logger has answered; here that thread is the one that the logger needs.
    /// </summary>
    private static void RefuseActorLoggers(Settings settings)
    {
        foreach (var logger in settings.Loggers)
        {
            // Akka.NET's own loggers are named without their assembly.
            var type = Type.GetType(logger) ?? typeof(MinimalLogger).Assembly.GetType(logger);
            if (type is not null && !typeof(MinimalLogger).IsAssignableFrom(type))
                throw new NotSimulatedException(
                    $"The logger {type} is an actor, and a system waits for such a logger before it starts. In a simulation leave it "
                    + "out: with Akka.Hosting by ConfigureLoggers(loggers => loggers.ClearLoggers()), otherwise by leaving akka.loggers to "
                    + "the simulation.");
        }
    }
}
