namespace ActorHeartbeat.Simulation;

/// <summary>
/// Returns the continuations of the code given to <see cref="ActorSimulation.Run{T}"/>
/// to the simulation, in the order in which they became ready.
/// </summary>
internal sealed class SimulationContext(RunQueue queue) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => queue.Post(d, state);

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    public override SynchronizationContext CreateCopy() => this;
}
