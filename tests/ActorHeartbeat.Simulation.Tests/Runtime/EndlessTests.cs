using Akka.Actor;

namespace ActorHeartbeat.Simulation.Tests.Runtime;

/// <summary>Code that would never end is an error that names the likely cause.</summary>
public sealed class EndlessTests
{
    [Fact]
    public void Code_that_waits_for_a_task_no_actor_completes_is_stuck_when_nothing_is_left_to_do()
    {
        using var simulation = new ActorSimulation(1);

        var stuck = Assert.Throws<InvalidOperationException>(() => simulation.Run(() => new TaskCompletionSource().Task));

        Assert.Contains("nothing is left to do and no timer waits", stuck.Message);
        Assert.Contains("Inside Run await simulation.Ask", stuck.Message);
    }

    [Fact]
    public void Code_that_waits_while_a_timer_beats_is_stuck_at_the_limit()
    {
        using var simulation = new ActorSimulation(1);
        var beats = 0;
        simulation.System.Scheduler.Advanced.ScheduleRepeatedly(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), () => beats++);

        var never = new TaskCompletionSource();
        var stuck = Assert.Throws<InvalidOperationException>(() => simulation.Run(() => never.Task, TimeSpan.FromHours(2)));

        Assert.Equal(120, beats);
        Assert.Contains("the limit of 02:00:00 in virtual time", stuck.Message);
        Assert.Contains("30.00:00:00", Assert.Throws<InvalidOperationException>(() => simulation.Run(() => never.Task)).Message);
    }

    [Fact]
    public void Resolving_an_actor_is_stuck_and_Identify_is_not()
    {
        using var simulation = new ActorSimulation(1);
        var received = new List<int>();
        var target = simulation.System.ActorOf(Props.Create(() => new Target(received.AddRange)), "target");
        var selection = simulation.System.ActorSelection("/user/target");

        var stuck = Record.Exception(() => simulation.Run(() => selection.ResolveOne(TimeSpan.FromHours(1))));
        var identity = simulation.Run(() => simulation.Ask<ActorIdentity>(selection, new Identify(null), TimeSpan.FromSeconds(1)));

        Assert.Contains("with Identify in place of ResolveOne", Assert.IsType<InvalidOperationException>(stuck).Message);
        Assert.Equal(target, identity.Subject);
    }

    [Fact]
    public void Actors_that_keep_each_other_busy_are_an_error()
    {
        using var simulation = new ActorSimulation(1);
        simulation.System.ActorOf(Props.Create(() => new Busy()));

        var busy = Assert.Throws<InvalidOperationException>(() => simulation.RunUntilIdle(limit: 1000));

        Assert.Contains("Still busy after 1000 steps at 00:00:00", busy.Message);
        Assert.Contains("Put a delay into the circle", busy.Message);
    }

    [Fact]
    public void A_simulation_does_not_run_inside_itself()
    {
        using var simulation = new ActorSimulation(1);
        Exception? inside = null;
        simulation.System.Scheduler.Advanced.ScheduleOnce(
            TimeSpan.FromSeconds(1), () => inside = Record.Exception(() => simulation.RunOne()));

        simulation.Advance(TimeSpan.FromSeconds(1));

        Assert.Contains("runs already", Assert.IsType<InvalidOperationException>(inside).Message);
    }

    private sealed class Busy : UntypedActor
    {
        protected override void PreStart() => Self.Tell("again");

        protected override void OnReceive(object message) => Self.Tell(message);
    }
}
