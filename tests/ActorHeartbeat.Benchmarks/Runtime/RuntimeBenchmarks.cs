using System.Globalization;

namespace ActorHeartbeat.Benchmarks.Runtime;

/// <summary>The actor runtime in plain loops: medians of several runs beside the figures that Akka.NET 1.5.30 showed on two cores of the same kind.</summary>
public static class RuntimeBenchmarks
{
    private const int Runs = 5;

    /// <param name="args">Names of the measurements to make; none for all.</param>
    public static int Run(string[] args)
    {
        Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, medians of {Runs}");
        Console.WriteLine("| what | measured | Akka.NET 1.5.30 | ratio | CPU time of a run |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var measurement in Measurements().Where(each => args.Length == 0 || args.Contains(each.Name)))
            Console.WriteLine(Row(measurement));
        return 0;
    }

    private static IEnumerable<Measurement> Measurements() =>
    [
        new("tell", "M messages/s", 17, 19, MoreIsBetter: true, Throughput.OneToOne),
        new("ping-pong", "M messages/s", 4.6, 7.9, MoreIsBetter: true, () => Throughput.PingPong(pairs: 1)),
        new("ping-pong-8", "M messages/s", 13, 14, MoreIsBetter: true, () => Throughput.PingPong(pairs: 8)),
        new("ask", "us", 1.1, 1.7, MoreIsBetter: false, Throughput.SequentialAsk),
        new("create", "us", 14, 24, MoreIsBetter: false, Footprint.CreationTime),
        new("idle-receive-actor", "KB", 2.08, 2.08, MoreIsBetter: false, Footprint.IdleReceiveActor),
        new("idle-fsm", "KB", 3.14, 3.14, MoreIsBetter: false, Footprint.IdleMachine),
        new("idle-fsm-with-timer", "KB", 3.58, 3.58, MoreIsBetter: false, Footprint.IdleMachineWithTimer),
        new("set-timer", "us", 0.24, 0.41, MoreIsBetter: false, Timers.SetTimerTime),
        new("set-timer-allocation", "B", 304, 304, MoreIsBetter: false, Timers.SetTimerAllocation),
        .. SimulatedTime.Measurements,
    ];

    private static string Row(Measurement measurement)
    {
        // On a machine with other work the CPU time is the steadier figure; the clock then measures the neighbours.
        var cpuBefore = Environment.CpuUsage.TotalTime;
        var values = Enumerable.Range(0, Runs).Select(_ => measurement.Measure()).Order().ToArray();
        var cpu = (Environment.CpuUsage.TotalTime - cpuBefore) / Runs;
        var median = values[Runs / 2];
        var reference = (measurement.Low + measurement.High) / 2;
        var ratio = measurement.MoreIsBetter ? median / reference : reference / median;
        return string.Create(CultureInfo.InvariantCulture, $"| {measurement.Name} | {median:0.###} {measurement.Unit} | {measurement.Low}-{measurement.High} | {ratio:0.00} x | {cpu.TotalMilliseconds:0} ms |");
    }
}
