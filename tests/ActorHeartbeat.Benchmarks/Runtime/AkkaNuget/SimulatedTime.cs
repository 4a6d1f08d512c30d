namespace ActorHeartbeat.Benchmarks.Runtime;

/// <summary>The packages run in real time only.</summary>
internal static class SimulatedTime
{
    public static IEnumerable<Measurement> Measurements { get; } = [];
}
