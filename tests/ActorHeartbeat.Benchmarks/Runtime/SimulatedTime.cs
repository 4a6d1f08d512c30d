using ActorHeartbeat.Simulation;
using Akka.Actor;

namespace ActorHeartbeat.Benchmarks.Runtime;

/// <summary>Measures an actor system in virtual time.</summary>
internal static class SimulatedTime
{
    /// <summary>
    /// Runs fifty actors with a one-second timer each for two hours of virtual time. Returns thousands of messages per real second.
    /// </summary>
    public static double Beats()
    {
        using var simulation = new ActorSimulation(1);
        foreach (var number in Enumerable.Range(0, 50))
            simulation.System.ActorOf(Props.Create(() => new Beating()));
        var seconds = Throughput.Seconds(() => simulation.Advance(TimeSpan.FromHours(2)));
        return simulation.MessageCount / seconds / 1e3;
    }

    private sealed class Beating : UntypedActor, IWithTimers
    {
        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart() => Timers.StartPeriodicTimer("beat", "beat", TimeSpan.FromSeconds(1));

        protected override void OnReceive(object message) { }
    }
}
