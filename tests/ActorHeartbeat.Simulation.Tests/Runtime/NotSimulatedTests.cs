using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Util;

namespace ActorHeartbeat.Simulation.Tests.Runtime;

/// <summary>Parts that the simulation cannot control are refused, and the refusal names the remedy.</summary>
public sealed class NotSimulatedTests
{
    [Fact]
    public async Task A_system_without_the_configuration_is_refused_and_ended()
    {
        ActorSystem made = null!;

        var refused = Assert.Throws<NotSimulatedException>(() => new ActorSimulation(
            1, (_, setup) => made = ActorSystem.Create("real", BootstrapSetup.Create().And(setup))));

        Assert.Contains("parts.WithFallback(yours)", refused.Message);
        await made.WhenTerminated.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_system_without_the_setup_is_refused()
    {
        var refused = Assert.Throws<NotSimulatedException>(() => new ActorSimulation(1, (parts, _) => ActorSystem.Create("half", parts)));

        Assert.Contains("add the second to the system's ActorSystemSetup", refused.Message);
    }

    [Fact]
    public void A_system_of_another_simulation_is_refused()
    {
        using var other = new ActorSimulation(1);

        var refused = Assert.Throws<NotSimulatedException>(() => new ActorSimulation(2, (_, _) => other.System));

        Assert.Contains("belongs to another simulation", refused.Message);
        Assert.Throws<ArgumentException>(() => new ActorSimulation(2, (_, _) => null!));
    }

    [Fact]
    public void A_logger_that_is_an_actor_is_refused()
    {
        var logging = ConfigurationFactory.ParseString("akka.loggers = [\"Akka.Event.DefaultLogger\"]");

        var refused = Assert.Throws<NotSimulatedException>(() => new ActorSimulation(
            1, (parts, setup) => ActorSystem.Create("log", BootstrapSetup.Create().WithConfig(logging.WithFallback(parts)).And(setup))));

        Assert.Contains("The logger Akka.Event.DefaultLogger is an actor", refused.Message);
        Assert.Contains("ClearLoggers()", refused.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_actor_on_a_dispatcher_of_its_own_is_refused(bool isChild)
    {
        using var simulation = new ActorSimulation(1, "own { type = ForkJoinDispatcher, dedicated-thread-pool.thread-count = 1 }");

        simulation.System.ActorOf(isChild ? Props.Create(() => new Parent("own")) : Props.Create(() => new Idle()).WithDispatcher("own"));
        var refused = Assert.Throws<NotSimulatedException>(() => simulation.RunUntilIdle());

        Assert.Contains("runs on the dispatcher own", refused.Message);
        Assert.Contains("own.type = \"ActorHeartbeat.Simulation.SimulationDispatcherConfigurator, ActorHeartb", refused.Message);
    }

    [Fact]
    public void A_dispatcher_that_is_given_the_type_of_the_simulation_belongs_to_it()
    {
        using var simulation = new ActorSimulation(1, $"own.type = {SimulationConfiguration.NameOf<SimulationDispatcherConfigurator>()}");

        simulation.System.ActorOf(Props.Create(() => new Idle()).WithDispatcher("own")).Tell("heard");
        simulation.RunUntilIdle();

        Assert.Equal(1, simulation.MessageCount);
    }

    [Fact]
    public void An_actor_with_a_mailbox_of_its_own_is_refused()
    {
        using var simulation = new ActorSimulation(1, $"own.mailbox-type = \"{typeof(UnboundedMailbox).FullName}, Akka\"");

        simulation.System.ActorOf(Props.Create(() => new Idle()).WithMailbox("own"));
        var refused = Assert.Throws<NotSimulatedException>(() => simulation.RunUntilIdle());

        Assert.Contains("In a simulation leave WithMailbox", refused.Message);
    }

    [Fact]
    public void A_version_of_Akka_without_the_expected_generator_field_is_a_plain_exception()
    {
        var missing = Assert.Throws<MissingFieldException>(() => new AkkaRandom(1, typeof(Idle)));

        Assert.Contains("has no field _rng", missing.Message);
        Assert.Contains("Use a version of Akka.NET that has it", missing.Message);
    }

    [Fact]
    public void The_thread_gets_its_generator_back()
    {
        var before = ThreadLocalRandom.Current;

        using (new ActorSimulation(1))
            Assert.NotSame(before, ThreadLocalRandom.Current);
        Assert.Throws<NotSimulatedException>(() => new ActorSimulation(1, (parts, _) => ActorSystem.Create("half", parts)));

        Assert.Same(before, ThreadLocalRandom.Current);
    }

    private sealed class Idle : UntypedActor
    {
        protected override void OnReceive(object message) { }
    }

    private sealed class Parent(string dispatcher) : UntypedActor
    {
        protected override void PreStart() => Context.ActorOf(Props.Create(() => new Idle()).WithDispatcher(dispatcher));

        protected override void OnReceive(object message) { }
    }
}
