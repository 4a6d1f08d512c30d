namespace ActorHeartbeat.Benchmarks.Runtime;

/// <summary>A figure to measure.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="Unit">Of the value.</param>
/// <param name="MoreIsBetter">Which way the ratio goes: above 1 is ahead of the first column.</param>
/// <param name="Measure">One run in a system of that runtime.</param>
internal sealed record Measurement(string Name, string Unit, bool MoreIsBetter, Func<ActorRuntime, double> Measure);
