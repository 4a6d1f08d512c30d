namespace Akka.Deterministic;

/// <summary>Brings continuations back to the thread of a simulation, in the order in which they became ready.</summary>
internal sealed class SimulationContext(SimulationDispatcher dispatcher) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object state) => dispatcher.Post(d, state);

    public override void Send(SendOrPostCallback d, object state) => d(state);

    public override SynchronizationContext CreateCopy() => this;
}
