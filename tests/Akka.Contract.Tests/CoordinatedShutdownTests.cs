using Akka.Actor;

namespace Akka.Contract.Tests;

public sealed class CoordinatedShutdownTests : ActorSpec
{
    [Fact]
    public async Task Tasks_run_in_the_order_of_their_phases_and_the_system_ends_last()
    {
        var steps = new List<string>();
        var shutdown = CoordinatedShutdown.Get(Sys);
        foreach (var phase in new[]
        {
            CoordinatedShutdown.PhaseBeforeActorSystemTerminate,
            CoordinatedShutdown.PhaseServiceStop,
            CoordinatedShutdown.PhaseServiceRequestsDone,
            CoordinatedShutdown.PhaseServiceUnbind,
            CoordinatedShutdown.PhaseBeforeServiceUnbind,
        })
            Add(shutdown, phase, phase, () => steps.Add(phase));

        await shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance);

        Assert.Equal(
            ["before-service-unbind", "service-unbind", "service-requests-done", "service-stop", "before-actor-system-terminate"],
            steps);
        await Sys.WhenTerminated.WaitAsync(Seconds(5));
    }

    [Fact]
    public async Task It_runs_once_however_often_it_is_asked()
    {
        var runs = 0;
        var shutdown = CoordinatedShutdown.Get(Sys);
        Add(shutdown, CoordinatedShutdown.PhaseServiceStop, "task", () => Interlocked.Increment(ref runs));

        await Task.WhenAll(
            shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance),
            shutdown.Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance));

        Assert.Equal(1, runs);
        Assert.Same(CoordinatedShutdown.ClrExitReason.Instance, shutdown.ShutdownReason);
    }

    [Fact]
    public async Task A_task_that_fails_does_not_keep_the_others_from_running()
    {
        var ran = false;
        var shutdown = CoordinatedShutdown.Get(Sys);
        Add(shutdown, CoordinatedShutdown.PhaseServiceStop, "failing", () => throw new InvalidOperationException("task"));
        Add(shutdown, CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "task", () => ran = true);

        await shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance);

        Assert.True(ran);
    }

    [Fact]
    public async Task It_can_begin_with_a_later_phase()
    {
        var steps = new List<string>();
        var shutdown = CoordinatedShutdown.Get(Sys);
        Add(shutdown, CoordinatedShutdown.PhaseServiceUnbind, "skipped", () => steps.Add("skipped"));
        Add(shutdown, CoordinatedShutdown.PhaseServiceStop, "run", () => steps.Add("run"));

        await shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance, CoordinatedShutdown.PhaseServiceStop);

        Assert.Equal(["run"], steps);
    }

    [Fact]
    public async Task A_task_added_to_a_later_phase_while_it_runs_is_run_too()
    {
        var ran = false;
        var shutdown = CoordinatedShutdown.Get(Sys);
        Add(shutdown, CoordinatedShutdown.PhaseServiceUnbind, "adding", () =>
            Add(shutdown, CoordinatedShutdown.PhaseServiceStop, "added", () => ran = true));

        await shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance);

        Assert.True(ran);
    }

    [Fact]
    public void A_phase_that_does_not_exist_is_refused()
    {
        var refused = Assert.ThrowsAny<Exception>(() => Add(CoordinatedShutdown.Get(Sys), "no-such-phase", "task", () => { })); // of which type depends on the version

        Assert.Contains("no-such-phase", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_of_the_system_runs_it()
    {
        var ran = false;
        Add(CoordinatedShutdown.Get(Sys), CoordinatedShutdown.PhaseServiceStop, "task", () => ran = true);

        await Sys.Terminate();

        Assert.True(ran);
    }

    private static void Add(CoordinatedShutdown shutdown, string phase, string name, Action action) =>
        shutdown.AddTask(phase, name, () =>
        {
            action();
            return Task.FromResult(Done.Instance);
        });
}
