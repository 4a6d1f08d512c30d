using System.Diagnostics;
using System.Globalization;
using ActorHeartbeat.EndToEnd.Tests;
using ActorHeartbeat.Hostile.Tests.Scenes;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Hostile.Tests.Everything;

/// <summary>
/// Every trouble at once beside healthy feeds, for some minutes. No healthy feed may miss a message, memory must stay flat, and SIGTERM
/// must end the process in time. The verdict is the exit code.
/// </summary>
internal sealed class EverythingVerb(TimeSpan length, int feeds)
{
    /// <summary>What memory may have grown from the first to the last third of the measured time, as a share.</summary>
    private const double MostGrowth = 0.10;

    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan Report = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Sample = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CaughtUpWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan OpenWithin = TimeSpan.FromSeconds(120);

    private readonly MemoryTrend _memory = new();

    public static async Task<int> RunAsync(string[] options)
    {
        if (Read(options) is not var (minutes, feeds))
        {
            await Console.Error.WriteLineAsync("expected: everything [--minutes N] [--feeds N]");
            return 2;
        }
        return await new EverythingVerb(TimeSpan.FromMinutes(minutes), feeds).RunAsync() ? 0 : 1;
    }

    private async Task<bool> RunAsync()
    {
        await using var server = await FeedServer.StartAsync(new FeedServerOptions { PingInterval = null });
        await using var troubles = await Troubles.MakeAsync(server, ShutdownTimeout);
        await using var service = await ServiceProcess.StartAsync(troubles.File.FullName);
        using var healthy = new HealthyFeeds(service.Api, server, feeds);
        await healthy.BeginAsync();
        await troubles.BeginAsync(service, healthy.Configuration);
        await server.WaitUntilAsync(_ => healthy.AreOpen, OpenWithin);
        Console.WriteLine($"{feeds} healthy feeds are open; everything at once for {length.TotalMinutes:0.##} minutes");
        Console.WriteLine("    time | RSS MiB | expected |     seen | missed | slowest live | " + Troubles.Heading);

        await WatchAsync(service, healthy, troubles);
        var caughtUp = await healthy.CatchUpAsync(CaughtUpWithin);
        Print(length, service, healthy, troubles);
        var start = Stopwatch.GetTimestamp();
        await service.SignalAsync("TERM");
        var code = await service.ExitCodeAsync();
        var took = Stopwatch.GetElapsedTime(start);
        await troubles.EndAsync();
        return Judge(healthy, caughtUp, code, took);
    }

    private async Task WatchAsync(ServiceProcess service, HealthyFeeds healthy, Troubles troubles)
    {
        var clock = Stopwatch.StartNew();
        var next = Report;
        while (clock.Elapsed < length && !healthy.HasEnded)
        {
            await Task.Delay(Sample);
            _memory.Add(clock.Elapsed, Memory.Of(service.Id) ?? 0);
            if (clock.Elapsed < next)
                continue;
            next += Report;
            Print(clock.Elapsed, service, healthy, troubles);
        }
    }

    private static void Print(TimeSpan at, ServiceProcess service, HealthyFeeds healthy, Troubles troubles) =>
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{at:hh\\:mm\\:ss} | {Memory.Of(service.Id),7} | {healthy.Expected,8} | {healthy.Seen,8} | {healthy.Missed,6} | "
                    + $"{troubles.SlowestLife.TotalMilliseconds,9:0} ms | {troubles}"));

    private bool Judge(HealthyFeeds healthy, bool caughtUp, int code, TimeSpan took)
    {
        var (first, last) = _memory.Thirds();
        (bool Holds, string Fact)[] facts =
        [
            (healthy.Missed == 0, $"{healthy.Missed} messages missed of {healthy.Expected} expected, {healthy.Seen} seen, {feeds} feeds"),
            (caughtUp, "every message that the server had sent before the end has come"),
            (healthy.Reconnected == 0, $"{healthy.Reconnected} healthy feeds were connected again"),
            (last <= first * (1 + MostGrowth),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"memory {first:0} MiB in the first third, {last:0} MiB in the last: at most {MostGrowth:0%} more")),
            (code == 0 && took <= ShutdownTimeout,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"exit code {code}, {took.TotalSeconds:0.0} s after SIGTERM: at most {ShutdownTimeout.TotalSeconds:0} s")),
        ];
        foreach (var (holds, fact) in facts)
            Console.WriteLine($"{(holds ? "held " : "BROKE")} {fact}");
        if (healthy.Why is { } why)
            Console.WriteLine(why);
        return facts.All(fact => fact.Holds);
    }

    private static (double Minutes, int Feeds)? Read(string[] options)
    {
        var (minutes, feeds) = (10.0, 500);
        for (var index = 0; index < options.Length; index += 2)
        {
            var value = options.ElementAtOrDefault(index + 1);
            var isRead = options[index] switch
            {
                "--minutes" => double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out minutes),
                "--feeds" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out feeds),
                _ => false,
            };
            if (!isRead || minutes <= 0 || feeds <= 0)
                return null;
        }
        return (minutes, feeds);
    }
}
