using Akka.Actor;

namespace ActorHeartbeat.Simulation;

/// <summary>One message as a simulation handed it over.</summary>
/// <param name="Time">Virtual time since the beginning.</param>
/// <param name="Actor">The receiver.</param>
/// <param name="Message">Without the envelope in which a selection sends it.</param>
public readonly record struct TraceEntry(TimeSpan Time, ActorPath Actor, object Message);
