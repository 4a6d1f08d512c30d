using System.Diagnostics;
using System.Globalization;
using ActorHeartbeat.Benchmarks.Delivery;
using ActorHeartbeat.Benchmarks.Transport;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Benchmarks.Subscriptions;

/// <summary>
/// Measures the CPU of the client for the same messages of many keys, without subscriptions, with them, and with their numbers, in turns in
/// one run. The server is a process of its own. The consumer is a handler that looks at the key of each message.
/// </summary>
internal static class KeyTraffic
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static async Task<int> RunAsync(int keys, double rate, TimeSpan duration, int rounds)
    {
        // a machine that is behind answers late: what it would be asked for again is not measured here
        var asked = KeyWords.Trades(keys) with { Stale = TimeSpan.FromSeconds(30), Batch = 50, Timeout = Patience };
        (string Name, SubscriptionSettings? Words)[] variants =
        [
            ("without subscriptions", null),
            ("with subscriptions", asked),
            ("with subscriptions and their numbers", asked with { Sequence = KeyWords.Numbers }),
        ];
        using var server = new ChildProcess(
            ["keys-server", .. new[] { keys, rate, 1e6, 0 }.Select(number => number.ToString(CultureInfo.InvariantCulture))]);
        var url = new Uri($"ws://127.0.0.1:{await server.ReadLineAsync()}/");
        var costs = variants.ToDictionary(variant => variant.Name, _ => new List<Cost>());
        for (var round = -1; round < rounds; round++)
        {
            foreach (var (name, words) in variants)
            {
                var cost = await MeasureAsync(url, words, duration);
                if (round >= 0)
                    costs[name].Add(cost);
            }
        }
        await server.EndAsync();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{keys} keys, {rate:n0} messages/s wanted, {duration.TotalSeconds:0} s each, median of {rounds}"));
        var least = Median(costs[variants[0].Name], cost => cost.Cpu);
        foreach (var (name, seen) in costs)
        {
            var cpu = Median(seen, cost => cost.Cpu);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-40} {cpu:0.000} CPU seconds a million messages, x {cpu / least:0.00}, "
                    + $"{Median(seen, cost => cost.Rate):n0} messages/s"));
        }
        var last = costs[variants[^1].Name];
        return DeliveryShows.Verdict(
            (costs.Skip(1).All(each => each.Value.TrueForAll(cost => cost.Unknown == 0)), "every message is known by its key"),
            (last.TrueForAll(cost => cost.Missing == 0), "no number is missing"));
    }

    private static async Task<Cost> MeasureAsync(Uri url, SubscriptionSettings? words, TimeSpan duration)
    {
        await using var client = await KeyClient.StartAsync(KeyWords.Endpoint(url, words), sendRate: null);
        var heard = client.Heard;
        for (var begun = Stopwatch.GetTimestamp(); heard.Messages == 0 || heard.Accepted < (words?.ForEach.Count ?? 0);)
        {
            if (Stopwatch.GetElapsedTime(begun) > Patience)
                throw new TimeoutException($"{heard.Accepted} keys are accepted");
            await Task.Delay(10);
        }
        await Task.Delay(500);
        var (messages, unknown, cpu, wall) = (heard.Messages, heard.OfNoKey, Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        await Task.Delay(duration);
        (cpu, messages, unknown) = (Environment.CpuUsage.TotalTime - cpu, heard.Messages - messages, heard.OfNoKey - unknown);
        return new Cost(
            cpu.TotalSeconds / messages * 1e6,
            messages / Stopwatch.GetElapsedTime(wall).TotalSeconds,
            words is null ? 0 : unknown,
            heard.Missing);
    }

    private static double Median<T>(List<T> values, Func<T, double> of) => values.Select(of).Order().ElementAt(values.Count / 2);

    private sealed record Cost(double Cpu, double Rate, long Unknown, int Missing);
}
