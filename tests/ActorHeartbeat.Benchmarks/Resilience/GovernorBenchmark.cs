using System.Diagnostics;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;

namespace ActorHeartbeat.Benchmarks.Resilience;

/// <summary>Measures the cost of the governor's ledger when all endpoints wait and each has a host of its own.</summary>
public static class GovernorBenchmark
{
    /// <summary>The product promises at most 8,000 permits per second, and for these the governor may use a tenth of a core.</summary>
    private const double MostMicrosecondsPerPermit = 12.5;

    public static int Run(int count)
    {
        var ledger = new GovernorLedger<int>();
        ledger.Configure(
            new SupervisorSettings
            {
                ConnectRate = new Rate(1e6, TimeSpan.FromSeconds(1)),
                ConnectBurst = 1_000_000,
                MaxConnecting = int.MaxValue,
                PerHost = new HostSettings { ConnectRate = new Rate(1, TimeSpan.FromSeconds(1)), ConnectBurst = 1 },
            },
            new Dictionary<string, GroupSettings>(),
            TimeSpan.Zero);
        EndpointId[] endpoints = [.. Enumerable.Range(0, count).Select(number => new EndpointId($"feed-{number}"))];
        RequestPermit[] requests = [.. endpoints.Select((endpoint, number) => new RequestPermit(endpoint, $"host-{number}:443", null, 1))];
        double permit = 0, place = 0;
        for (var round = 1; round <= 5; round++) // the last round counts
        {
            var now = TimeSpan.FromMinutes(round);
            for (var number = 0; number < count; number++)
                ledger.Request(number, requests[number], now);
            var asked = Stopwatch.GetTimestamp();
            for (var number = 0; number < 100; number++)
                ledger.PlaceOf(endpoints[(number * 97) % count], now);
            place = Stopwatch.GetElapsedTime(asked).TotalMicroseconds / 100;
            var began = Stopwatch.GetTimestamp();
            while (ledger.Grant(now) is var (holder, _))
            {
                ledger.NextGrant(now);
                ledger.HandshakeOver(holder);
                ledger.ConnectionGone(holder);
            }
            permit = Stopwatch.GetElapsedTime(began).TotalMicroseconds / count;
        }
        var isMet = permit <= MostMicrosecondsPerPermit;
        Console.WriteLine($"{count} endpoints wait on {count} hosts: {permit:0.00} us per permit, {place:0} us per question for a place");
        Console.WriteLine($"{(isMet ? "met" : "NOT MET")}: at most {MostMicrosecondsPerPermit} us per permit");
        return isMet ? 0 : 1;
    }
}
