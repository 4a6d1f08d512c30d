using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;

namespace ActorHeartbeat.Simulation;

/// <summary>Makes an actor system part of a simulation.</summary>
internal static class SimulationConfiguration
{
    /// <summary>
    /// The configuration that goes over any other. A MinimalLogger is not an actor, so the start of the system does not wait for it.
    /// </summary>
    public static Config Parts() => ConfigurationFactory.ParseString($$"""
        akka {
          scheduler.implementation = {{NameOf<SimulationScheduler>()}}
          loggers = ["Akka.Event.StandardOutLogger"]
          log-dead-letters = off
          coordinated-shutdown { run-by-actor-system-terminate = off, run-by-clr-shutdown-hook = off }
          actor {
            default-dispatcher.type = {{NameOf<SimulationDispatcherConfigurator>()}}
            internal-dispatcher.type = {{NameOf<SimulationDispatcherConfigurator>()}}
            default-blocking-io-dispatcher.type = {{NameOf<SimulationDispatcherConfigurator>()}}
            default-mailbox.mailbox-type = {{NameOf<SimulationMailbox>()}}
            mailbox {
              unbounded-queue-based.mailbox-type = {{NameOf<SimulationMailbox>()}}
              unbounded-deque-based.mailbox-type = {{NameOf<SimulationMailbox>()}}
            }
          }
        }
        """);

    /// <summary>The type as a configuration names it.</summary>
    public static string NameOf<T>() => $"\"{typeof(T).FullName}, {typeof(T).Assembly.GetName().Name}\"";

    /// <summary>Creates the system and checks that it belongs to this run queue.</summary>
    /// <exception cref="NotSimulatedException">The system does not belong to it.</exception>
    public static ActorSystem Make(Func<Config, Setup, ActorSystem> make, RunQueue queue)
    {
        var system = Made(make, queue);
        var setup = system.Settings.Setup.Get<SimulationSetup>();
        if (setup.HasValue && setup.Value.Queue != queue)
            throw new NotSimulatedException("The system belongs to another simulation: make a new one in each.");
        if (system.Scheduler is SimulationScheduler scheduler)
            scheduler.Boundary = queue.Boundary;
        else
        {
            _ = system.Terminate(); // it runs on threads of its own, and nothing else can end it
            throw new NotSimulatedException(
                "The system does not have the configuration of the simulation. ActorSimulation's constructor gives it to the function that "
                + "makes the system: put it over any other, with parts.WithFallback(yours), or with Akka.Hosting by "
                + "AddHocon(parts, HoconAddMode.Prepend).");
        }
        return system;
    }

    private static ActorSystem Made(Func<Config, Setup, ActorSystem> make, RunQueue queue)
    {
        try
        {
            return make(Parts(), new SimulationSetup(queue)) ?? throw new ArgumentException("It made no system.", nameof(make));
        }
        catch (Exception wrapping) when (NotSimulatedException.Inside(wrapping) is { } reason)
        {
            throw new NotSimulatedException(reason.Message, wrapping);
        }
    }
}
