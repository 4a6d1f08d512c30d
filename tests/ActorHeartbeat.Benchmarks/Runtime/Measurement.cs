namespace ActorHeartbeat.Benchmarks.Runtime;

/// <summary>A figure to measure, and what it is compared with.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="Unit">Of the value.</param>
/// <param name="Low">Of the reference.</param>
/// <param name="High">Of the reference.</param>
/// <param name="MoreIsBetter">Which way the ratio goes: above 1 is ahead of the reference.</param>
/// <param name="Measure">One run.</param>
internal sealed record Measurement(string Name, string Unit, double Low, double High, bool MoreIsBetter, Func<double> Measure);
