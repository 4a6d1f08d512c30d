namespace ActorHeartbeat.Benchmarks.Runtime;

/// <summary>A figure to measure.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="Unit">The unit of the value.</param>
/// <param name="MoreIsBetter">The direction of the ratio, so that above 1 means ahead of the first column.</param>
/// <param name="Measure">Runs the measurement once in a system of this runtime.</param>
internal sealed record Measurement(string Name, string Unit, bool MoreIsBetter, Func<ActorRuntime, double> Measure);
