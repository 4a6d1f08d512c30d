using System.Diagnostics;

namespace ActorHeartbeat.Benchmarks.Soak;

/// <summary>The resources that this process uses at one time.</summary>
/// <param name="At">The time since the start.</param>
/// <param name="Rss">The resident memory in bytes, after a collection.</param>
/// <param name="Handles">The number of open file descriptors.</param>
/// <param name="Timers">The number of armed framework timers.</param>
/// <param name="Threads">The number of threads.</param>
internal sealed record SoakSample(TimeSpan At, long Rss, int Handles, long Timers, int Threads)
{
    public static SoakSample Take(TimeSpan at)
    {
        // Garbage that waits for collection is not a leak.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
        using var process = Process.GetCurrentProcess();
        return new SoakSample(at, process.WorkingSet64, process.HandleCount, Timer.ActiveCount, process.Threads.Count);
    }

    /// <summary>Returns the growth of memory in bytes per minute: the slope of the least-squares line through the samples.</summary>
    public static double GrowthPerMinute(IReadOnlyList<SoakSample> samples)
    {
        var (time, memory) = (samples.Average(sample => sample.At.TotalMinutes), samples.Average(sample => sample.Rss));
        var spread = samples.Sum(sample => Math.Pow(sample.At.TotalMinutes - time, 2));
        return spread == 0 ? 0 : samples.Sum(sample => (sample.At.TotalMinutes - time) * (sample.Rss - memory)) / spread;
    }
}
