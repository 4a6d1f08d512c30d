using System.Diagnostics;

namespace ActorHeartbeat.Benchmarks.Soak;

/// <summary>What this process uses at one time.</summary>
/// <param name="At">Since the beginning.</param>
/// <param name="Rss">Resident memory in bytes, after a collection.</param>
/// <param name="Handles">Open file descriptors.</param>
/// <param name="Timers">Timers of the framework that are armed.</param>
/// <param name="Threads">Threads of the process.</param>
internal sealed record SoakSample(TimeSpan At, long Rss, int Handles, long Timers, int Threads)
{
    public static SoakSample Take(TimeSpan at)
    {
        // Garbage that has not been collected yet is no leak.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
        using var process = Process.GetCurrentProcess();
        return new SoakSample(at, process.WorkingSet64, process.HandleCount, Timer.ActiveCount, process.Threads.Count);
    }

    /// <summary>Bytes by which memory grows in a minute: the line through the samples with the least squares.</summary>
    public static double GrowthPerMinute(IReadOnlyList<SoakSample> samples)
    {
        var (time, memory) = (samples.Average(sample => sample.At.TotalMinutes), samples.Average(sample => sample.Rss));
        var spread = samples.Sum(sample => Math.Pow(sample.At.TotalMinutes - time, 2));
        return spread == 0 ? 0 : samples.Sum(sample => (sample.At.TotalMinutes - time) * (sample.Rss - memory)) / spread;
    }
}
