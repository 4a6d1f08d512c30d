namespace Akka.Deterministic;

/// <summary>Brings continuations back to the thread of a simulation, in the order in which they became ready.</summary>
internal sealed class SimulationContext : SynchronizationContext;
