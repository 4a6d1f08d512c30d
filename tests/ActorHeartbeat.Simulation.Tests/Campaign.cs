using System.Collections.Concurrent;
using System.Diagnostics;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>Simulates many seeds in a row, one world per core.</summary>
/// <param name="Seeds">The number of seeds run.</param>
/// <param name="Length">How long chaos lasted in each world.</param>
/// <param name="Messages">The messages that the actors of all worlds handled.</param>
/// <param name="Cpu">The processor time used.</param>
/// <param name="Broken">The broken invariants, each with its seed.</param>
internal sealed record Campaign(int Seeds, TimeSpan Length, long Messages, TimeSpan Cpu, IReadOnlyList<string> Broken)
{
    private const double DaysPerYear = 365.25;

    /// <param name="first">The first seed.</param>
    /// <param name="least">The number of seeds to run regardless of the time.</param>
    /// <param name="budget">Start further seeds until this much time has passed.</param>
    /// <param name="length">How long chaos lasts in each world.</param>
    public static async Task<Campaign> RunAsync(int first, int least, TimeSpan budget, TimeSpan length)
    {
        var began = Stopwatch.GetTimestamp();
        var cpu = Environment.CpuUsage.TotalTime;
        var taken = 0;
        var messages = 0L;
        var done = 0;
        var broken = new ConcurrentBag<(int Seed, string How)>();
        await Task.WhenAll(
            Enumerable
                .Range(0, Environment.ProcessorCount)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        while (Interlocked.Increment(ref taken) is var number
                            && (number <= least || Stopwatch.GetElapsedTime(began) < budget))
                        {
                            using var world = new World(first + number - 1);
                            if (world.Run(length) is { } how)
                                broken.Add((first + number - 1, how));
                            Interlocked.Add(ref messages, world.Messages);
                            Interlocked.Increment(ref done);
                        }
                    })));
        return new Campaign(
            done,
            length,
            messages,
            Environment.CpuUsage.TotalTime - cpu,
            [.. broken.OrderBy(one => one.Seed).Select(one => $"seed {one.Seed}: {one.How}")]);
    }

    public override string ToString()
    {
        var years = Seeds * Length.TotalDays / DaysPerYear;
        return $"{Seeds} worlds of {Fleet.Size} endpoints for {Length.TotalHours:0.#} hours each, {Messages:N0} messages, "
            + $"{Cpu.TotalSeconds:0} s of CPU: "
            + $"{years / Cpu.TotalMinutes:0.000} years, {years * Fleet.Size / Cpu.TotalMinutes:0.0} endpoint years, per minute of CPU";
    }
}
