using System.Diagnostics;

namespace ActorHeartbeat.Benchmarks.Transport;

/// <summary>Measures the CPU time of this process per message while pumps run.</summary>
internal static class PumpMeter
{
    /// <summary>
    /// Raises the minimum of pool threads: a plain pump never yields while data is available, so some would not even connect.
    /// </summary>
    public static void Prepare() => ThreadPool.SetMinThreads(128, 128);

    /// <param name="pumps">Runs this many connections to the URL, counts their messages, and ends on cancellation.</param>
    /// <param name="url">The URL of an endless source of messages.</param>
    /// <param name="connections">The number of connections.</param>
    /// <param name="duration">How long to measure once every connection has received a message.</param>
    public static async Task<PumpCost> MeasureAsync(
        Func<Uri, int, PumpCounter, CancellationToken, Task> pumps, Uri url, int connections, TimeSpan duration)
    {
        var counter = new PumpCounter(connections);
        using var stop = new CancellationTokenSource();
        var running = pumps(url, connections, counter, stop.Token);
        while (!counter.AllStarted)
            await Task.Delay(10);
        await Task.Delay(200);
        var (messages, cpu, wall) = (counter.Total, Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        await Task.Delay(duration);
        (messages, cpu, var elapsed) = (counter.Total - messages, Environment.CpuUsage.TotalTime - cpu, Stopwatch.GetElapsedTime(wall));
        await stop.CancelAsync();
        await running;
        return new PumpCost(cpu.TotalMicroseconds / messages, messages / elapsed.TotalSeconds);
    }
}

internal sealed record PumpCost(double MicrosecondsPerMessage, double MessagesPerSecond);

/// <summary>Counts in one cell per connection, each on a cache line of its own, so that counting does not slow the pumps.</summary>
internal sealed class PumpCounter(int connections)
{
    private const int CacheLine = 16;
    private readonly long[] _counts = new long[connections * CacheLine];

    public long Total => Enumerable.Range(0, connections).Sum(Of);

    public bool AllStarted => Enumerable.Range(0, connections).All(index => Of(index) > 0);

    public void Add(int index) => _counts[index * CacheLine]++;

    private long Of(int index) => Volatile.Read(ref _counts[index * CacheLine]);
}
