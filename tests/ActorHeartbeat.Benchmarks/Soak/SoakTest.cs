using System.Diagnostics;
using System.Globalization;
using ActorHeartbeat.Benchmarks.Transport;

namespace ActorHeartbeat.Benchmarks.Soak;

/// <summary>
/// Runs many endpoints with a fault every few seconds and samples the resources of the process:
/// <c>soak [--minutes M] [--endpoints N] [--seed S]</c>, by default 10 minutes and 2,000
/// endpoints. The verdict is the exit code. <c>soak server</c> is the other process of a run.
/// </summary>
internal sealed class SoakTest(TimeSpan length, int endpoints, int seed)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(3),
        SampleEvery = TimeSpan.FromSeconds(10),
        AllOpenWithin = TimeSpan.FromMinutes(2);

    /// <summary>The longest time from a silence to its detection: an interval and two timeouts, doubled for a busy machine.</summary>
    private static readonly TimeSpan LongestFault =
        2 * (SoakFleet.Heartbeat.Interval + (SoakFleet.Heartbeat.MaxMissed * SoakFleet.Heartbeat.Timeout!.Value)); // Heartbeat sets both

    /// <summary>
    /// The limits of flat figures: memory growth over the measured time as a share of the
    /// memory, and the change of handles, which reconnects cause, as a share of the endpoints.
    /// </summary>
    private const double FlatMemory = 0.05, FlatHandles = 0.05;

    private readonly Random _random = new(seed);
    private readonly List<SoakSample> _samples = [];
    private readonly HashSet<string> _silent = new(StringComparer.Ordinal);

    public static async Task<int> Run(string[] args)
    {
        switch (args)
        {
            case ["server"]:
                await SoakServer.RunAsync();
                return 0;
            case var options when Read(options) is var (minutes, endpoints, seed):
                return await new SoakTest(TimeSpan.FromMinutes(minutes), endpoints, seed).RunAsync() ? 0 : 1;
            default:
                await Console.Error.WriteLineAsync("expected: [--minutes M] [--endpoints N] [--seed S]");
                return 2;
        }
    }

    private async Task<bool> RunAsync()
    {
        using var server = new ChildProcess("soak", "server");
        await using var fleet = await SoakFleet.StartAsync(endpoints, new Uri(await server.ReadLineAsync()));
        var clock = Stopwatch.StartNew();
        while (fleet.Open < endpoints)
        {
            if (clock.Elapsed > AllOpenWithin)
                throw new TimeoutException($"only {fleet.Open} of {endpoints} are open after {AllOpenWithin}");
            await Task.Delay(100);
            await fleet.LookAsync();
        }

        Console.WriteLine(
            $"{endpoints} endpoints open after {clock.Elapsed.TotalSeconds:0.0} s; heartbeats every "
                + $"{SoakFleet.Heartbeat.Interval.TotalSeconds} s, a fault every {Between.TotalSeconds} s, seed {seed}");
        Console.WriteLine("   time |  RSS MiB | handles | timers | threads |   open | faults | heartbeats | missed | false reconnects");
        clock.Restart();
        var (faults, nextFault, nextSample) = (0, Between, TimeSpan.Zero);
        while (clock.Elapsed < length)
        {
            await fleet.LookAsync();
            await HealAsync(server, fleet);
            // Let the last faults finish before the end, so that every reconnect belongs to a fault.
            if (clock.Elapsed >= nextFault && clock.Elapsed < length - LongestFault)
            {
                await StrikeAsync(server, fleet);
                (faults, nextFault) = (faults + 1, nextFault + Between);
            }
            if (clock.Elapsed >= nextSample)
            {
                nextSample += SampleEvery;
                _samples.Add(SoakSample.Take(clock.Elapsed));
                Print(fleet, faults);
            }
            await Task.Delay(50);
        }
        return await JudgeAsync(server, fleet, faults);
    }

    /// <summary>Cuts one endpoint in a hundred, refuses it once on its return, or silences it until it notices.</summary>
    private async Task StrikeAsync(ChildProcess server, SoakFleet fleet)
    {
        var (command, dials) = _random.Next(3) switch { 0 => ("cut", 1), 1 => ("refuse", 2), _ => ("silence", 1) };
        if (fleet.Take(_random, Math.Max(1, endpoints / 100), dials) is not { Length: > 0 } names)
            return;
        await server.AskAsync($"{command} {string.Join(' ', names)}");
        if (command == "silence")
            _silent.UnionWith(names);
    }

    /// <summary>Ends a silence as soon as the endpoint has noticed it: the fault does not concern the next connection.</summary>
    private async Task HealAsync(ChildProcess server, SoakFleet fleet)
    {
        if (_silent.Count == 0 || fleet.ThatDialed(_silent) is not { Length: > 0 } noticed)
            return;
        _silent.ExceptWith(noticed);
        await server.AskAsync($"heal {string.Join(' ', noticed)}");
    }

    private void Print(SoakFleet fleet, int faults)
    {
        var sample = _samples[^1];
        Console.WriteLine(
            $"{sample.At.TotalSeconds,5:0} s | {sample.Rss / 1048576.0,8:0.0} | {sample.Handles,7} | {sample.Timers,6} | "
                + $"{sample.Threads,7} | {fleet.Open,6} | {faults,6} | {fleet.Answered,10} | {fleet.Missed,6} | "
                + $"{fleet.FalseReconnects,16}");
    }

    private async Task<bool> JudgeAsync(ChildProcess server, SoakFleet fleet, int faults)
    {
        var measured = _samples.Where(sample => sample.At >= length / 3).ToArray(); // after warm-up
        var minutes = (measured[^1].At - measured[0].At).TotalMinutes;
        var growth = SoakSample.GrowthPerMinute(measured);
        var (handles, peaks) = (
            measured[^1].Handles - measured[0].Handles, int.Parse(await server.AskAsync("peaks"), CultureInfo.InvariantCulture));
        (string What, bool Holds)[] verdicts =
        [
            (
                $"memory {growth / 1024:+0;-0;0} KiB a minute over the last {minutes:0.0} minutes",
                growth * minutes < FlatMemory * measured[0].Rss),
            ($"handles {handles:+0;-0;0}", Math.Abs(handles) <= FlatHandles * endpoints),
            ($"{faults} faults, {fleet.FalseReconnects} false reconnects", fleet.FalseReconnects == 0),
            ($"{fleet.Missed} heartbeats missed without a fault", fleet.Missed == 0),
            ($"{fleet.Open} of {endpoints} open in the end", fleet.Open == endpoints),
            ($"{peaks} endpoints with two sockets at a time, as the server saw it", peaks == 0),
        ];
        foreach (var (what, holds) in verdicts)
            Console.WriteLine($"{(holds ? "holds" : "FAILS")}: {what}");
        return verdicts.All(verdict => verdict.Holds);
    }

    private static (double Minutes, int Endpoints, int Seed)? Read(string[] options)
    {
        var (minutes, endpoints, seed) = (10.0, 2000, 1);
        for (var index = 0; index < options.Length; index += 2)
        {
            var value = index + 1 < options.Length ? options[index + 1] : "";
            var understood = options[index] switch
            {
                "--minutes" => double.TryParse(value, CultureInfo.InvariantCulture, out minutes) && minutes > 0,
                "--endpoints" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out endpoints) && endpoints > 0,
                "--seed" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seed),
                _ => false,
            };
            if (!understood)
                return null;
        }
        return (minutes, endpoints, seed);
    }
}
