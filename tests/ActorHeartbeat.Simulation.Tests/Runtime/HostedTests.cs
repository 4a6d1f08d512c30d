using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorHeartbeat.Simulation.Tests.Runtime;

/// <summary>An actor system that a host creates.</summary>
public class HostedTests
{
    [Fact]
    public void A_system_of_a_host_runs_in_virtual_time()
    {
        var received = new List<int>();
        IHost host = null!;
        using var simulation = new ActorSimulation(seed: 1, (parts, setup) =>
        {
            var builder = Host.CreateEmptyApplicationBuilder(settings: null);
            builder.Services.AddAkka("hosted", akka => akka
                .AddHocon(parts, HoconAddMode.Prepend)
                .AddSetup(setup)
                .ConfigureLoggers(loggers => loggers.ClearLoggers())
                .WithActors((system, actors) => actors.Register<Target>(
                    system.ActorOf(Props.Create(() => new Target(received.AddRange))))));
            host = builder.Build();
            return host.Services.GetRequiredService<ActorSystem>();
        });
        simulation.Run(() => host.StartAsync());

        var target = host.Services.GetRequiredService<IRequiredActor<Target>>().ActorRef;
        simulation.System.Scheduler.ScheduleTellOnce(TimeSpan.FromDays(1), target, new[] { 1, 2 }, ActorRefs.NoSender);
        simulation.Advance(TimeSpan.FromDays(1));

        Assert.Equal([1, 2], received);
        Assert.IsType<SimulationScheduler>(simulation.System.Scheduler);
    }

    [Fact]
    public void A_host_that_logs_with_an_actor_is_told_to_clear_its_loggers()
    {
        var refused = Assert.Throws<NotSimulatedException>(() => new ActorSimulation(seed: 1, (parts, setup) => new ServiceCollection()
            .AddAkka("hosted", akka => akka
                .AddHocon(parts, HoconAddMode.Prepend)
                .AddSetup(setup)
                .ConfigureLoggers(loggers => loggers.AddLogger<Akka.Event.DefaultLogger>()))
            .BuildServiceProvider().GetRequiredService<ActorSystem>()));

        Assert.Contains("DefaultLogger is an actor", refused.Message);
        Assert.Contains("ClearLoggers()", refused.Message);
    }
}
