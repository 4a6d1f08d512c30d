using Akka.Actor;

namespace ActorHeartbeat.Simulation.Tests.Runtime;

/// <summary>Work from another thread is refused, and the refusal names the remedy.</summary>
public sealed class ForeignThreadTests
{
    [Fact]
    public void A_message_from_another_thread_is_refused_at_the_next_step()
    {
        using var simulation = new ActorSimulation(1);
        var actor = simulation.System.ActorOf(Props.Create(() => new Piping()), "piping");
        simulation.RunUntilIdle();

        OnAnotherThread(() => actor.Tell("from outside"));
        var refused = Assert.Throws<ForeignThreadException>(() => simulation.RunUntilIdle());

        Assert.Contains("A thread outside of the simulation brought System.String to [akka://simulation/user/piping#", refused.Message);
        Assert.Contains("Task.Delay: a timer of the actor", refused.Message);
        Assert.Contains(nameof(A_message_from_another_thread_is_refused_at_the_next_step), refused.Message);
    }

    [Fact]
    public void A_timer_from_another_thread_is_refused_there_and_at_the_next_step()
    {
        using var simulation = new ActorSimulation(1);

        var there = OnAnotherThread(() => simulation.System.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromSeconds(1), () => { }));

        Assert.IsType<ForeignThreadException>(there);
        var here = Assert.Throws<ForeignThreadException>(() => simulation.Advance(TimeSpan.FromSeconds(1)));
        Assert.Contains("brought a timer", here.Message);
        Assert.Equal(0, simulation.PendingTimers);
    }

    [Fact]
    public void A_handler_that_awaits_another_thread_is_refused()
    {
        using var simulation = new ActorSimulation(1);
        var ended = new TaskCompletionSource<string>();
        simulation.System.ActorOf(Props.Create(() => new Awaiting(ended.Task))).Tell("await");
        simulation.RunUntilIdle();

        OnAnotherThread(() => ended.SetResult("late"));

        Assert.Throws<ForeignThreadException>(() => simulation.RunUntilIdle());
    }

    [Fact]
    public void A_piped_task_whose_continuations_run_elsewhere_is_refused_with_its_remedy()
    {
        using var simulation = new ActorSimulation(1);
        var ended = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        simulation.System.ActorOf(Props.Create(() => new Piping())).Tell(ended.Task);
        simulation.System.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromSeconds(1), () => ended.SetResult("elsewhere"));

        Assert.Contains("RunContinuationsAsynchronously whose task an actor pipes: make it without that option", Refusal(simulation));
    }

    [Fact]
    public void A_real_delay_is_refused_with_its_remedy()
    {
        using var simulation = new ActorSimulation(1);
        simulation.System.ActorOf(Props.Create(() => new Piping())).Tell((Func<Task<string>>)Delayed);

        Assert.Contains("Task.Delay: a timer of the actor or of the system's scheduler", Refusal(simulation));

        static async Task<string> Delayed()
        {
            await Task.Delay(100); // a task that has completed already would be piped on this thread
            return "late";
        }
    }

    [Fact]
    public void An_actor_that_pipes_what_it_asks_is_refused_with_its_remedy()
    {
        using var simulation = new ActorSimulation(1);
        var asked = simulation.System.ActorOf(Props.Create(() => new Piping()));
        simulation.System.ActorOf(Props.Create(() => new Piping())).Tell(new AskOf(asked));

        Assert.Contains("Ask inside an actor: Tell, and its answer as a message", Refusal(simulation));
    }

    [Fact]
    public void Another_thread_cannot_use_a_simulation()
    {
        using var simulation = new ActorSimulation(1);

        Action[] uses =
        [
            () => simulation.RunOne(),
            () => simulation.Advance(default),
            () => simulation.Run(() => Task.CompletedTask),
            simulation.Dispose,
        ];
        foreach (var use in uses)
            Assert.Contains("put what awaits into simulation.Run", Assert.IsType<ForeignThreadException>(OnAnotherThread(use)).Message);

        simulation.RunUntilIdle();
    }

    [Fact]
    public void A_simulation_that_was_reached_from_outside_is_disposed_without_an_error()
    {
        var simulation = new ActorSimulation(1);
        var actor = simulation.System.ActorOf(Props.Create(() => new Piping()));
        OnAnotherThread(() => actor.Tell("from outside"));

        simulation.Dispose();
    }

    private static Exception? OnAnotherThread(Action action)
    {
        Exception? thrown = null;
        var thread = new Thread(() => thrown = Record.Exception(action));
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromSeconds(30)));
        return thrown;
    }

    /// <summary>Advances until the refusal: it comes in any step, as soon as the thread pool gets to it.</summary>
    private static string Refusal(ActorSimulation simulation)
    {
        var second = TimeSpan.FromSeconds(1);
        Exception? refused = null;
        SpinWait.SpinUntil(() => (refused = Record.Exception(() => simulation.Advance(second))) is not null, TimeSpan.FromSeconds(30));
        return Assert.IsType<ForeignThreadException>(refused).Message;
    }

    private sealed record AskOf(IActorRef Asked);

    private sealed class Piping : ReceiveActor
    {
        public Piping()
        {
            Receive<Task<string>>(task => task.PipeTo(Self));
            Receive<Func<Task<string>>>(begin => begin().PipeTo(Self));
            Receive<AskOf>(ask => ask.Asked.Ask<string>("answer me", TimeSpan.FromMinutes(1)).PipeTo(Self));
            Receive<string>(text => Sender.Tell(text));
        }
    }

    private sealed class Awaiting : ReceiveActor
    {
        public Awaiting(Task task) => ReceiveAsync<string>(async _ => await task);
    }
}
