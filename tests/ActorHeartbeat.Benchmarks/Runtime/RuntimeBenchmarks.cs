using System.Globalization;

namespace ActorHeartbeat.Benchmarks.Runtime;

/// <summary>
/// Measures actors and timers in plain loops, alternating between Akka.NET's own scheduler and ours. Prints medians of several runs.
/// </summary>
public static class RuntimeBenchmarks
{
    private const int Runs = 5;

    private static readonly ActorRuntime First = ActorRuntime.Akka;
    private static readonly ActorRuntime Second = ActorRuntime.WithDedicatedThread;

    /// <param name="args">The names of the measurements to run; all when empty.</param>
    public static int Run(string[] args)
    {
        Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, medians of {Runs}");
        Console.WriteLine($"| what | {First.Name} | {Second.Name} | ratio (above 1: the second is ahead) |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var measurement in Measurements().Where(each => args.Length == 0 || args.Contains(each.Name)))
            Console.WriteLine(Row(measurement));
        return 0;
    }

    private static IEnumerable<Measurement> Measurements() =>
        [
            new("tell", "M messages/s", MoreIsBetter: true, Throughput.OneToOne),
            new("ping-pong", "M messages/s", MoreIsBetter: true, runtime => Throughput.PingPong(runtime, pairs: 1)),
            new("ping-pong-8", "M messages/s", MoreIsBetter: true, runtime => Throughput.PingPong(runtime, pairs: 8)),
            new("ask", "us", MoreIsBetter: false, Throughput.SequentialAsk),
            new("create", "us", MoreIsBetter: false, Footprint.CreationTime),
            new("idle-receive-actor", "KB", MoreIsBetter: false, Footprint.IdleReceiveActor),
            new("idle-fsm", "KB", MoreIsBetter: false, Footprint.IdleMachine),
            new("idle-fsm-with-timer", "KB", MoreIsBetter: false, Footprint.IdleMachineWithTimer),
            new("set-timer", "us", MoreIsBetter: false, Timers.SetTimerTime),
            new("set-timer-allocation", "B", MoreIsBetter: false, Timers.SetTimerAllocation),
            // The simulation has its own scheduler, so its two columns differ only by chance.
            new("simulation", "k messages/s", MoreIsBetter: true, _ => SimulatedTime.Beats()),
        ];

    private static string Row(Measurement measurement)
    {
        var first = new List<double>();
        var second = new List<double>();
        for (var run = 0; run < Runs; run++)
        {
            first.Add(measurement.Measure(First));
            second.Add(measurement.Measure(Second));
        }
        var (before, after) = (Median(first), Median(second));
        var ratio = measurement.MoreIsBetter ? after / before : before / after;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {measurement.Name} | {before:0.###} {measurement.Unit} | {after:0.###} {measurement.Unit} | {ratio:0.00} |");
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
