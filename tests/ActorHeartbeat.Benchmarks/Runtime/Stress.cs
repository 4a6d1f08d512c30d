using Akka.Actor;
using Akka.Embedded.Tests.Stress;

namespace ActorHeartbeat.Benchmarks.Runtime;

/// <summary>The loads of the runtime's stress tests at full size: a verdict for each, and an exit code for all.</summary>
public static class Stress
{
    /// <param name="args">Nothing, or a fraction of the full size, such as 0.01.</param>
    public static async Task<int> Run(string[] args)
    {
        var size = args is [var given] ? double.Parse(given, System.Globalization.CultureInfo.InvariantCulture) : 1;
        using var system = ActorSystem.Create("stress", "akka.loglevel = OFF\nakka.stdout-loglevel = OFF");
        var isGood = Judge("tells", (int)(10_000_000 * size), await CountedLoad.Tells(system, (int)(10_000_000 * size)))
            & Judge("actors", (int)(100_000 * size), CountedLoad.Actors(system, (int)(100_000 * size)))
            & Judge("timers", (int)(1_000_000 * size), CountedLoad.Timers(system, (int)(1_000_000 * size)));
        await system.Terminate();
        return isGood ? 0 : 1;
    }

    private static bool Judge(string what, int count, string fault)
    {
        Console.WriteLine($"{count} {what}: {(fault.Length == 0 ? "all counted, none lost, doubled or out of order" : fault)}");
        return fault.Length == 0;
    }
}
