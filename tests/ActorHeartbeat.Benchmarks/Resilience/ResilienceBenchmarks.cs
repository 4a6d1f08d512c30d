using System.Globalization;

namespace ActorHeartbeat.Benchmarks.Resilience;

/// <summary>
/// Shows with a verdict: each prints its figures and fails when a promise is broken. The end-to-end tests run them in small sizes.
/// </summary>
public static class ResilienceBenchmarks
{
    public const string Help = """
        storm [ENDPOINTS] [OUTAGE SECONDS] [RATE PER SECOND]   5000 60 100: many endpoints lose one server; what it sees of their return
        rotation [ENDPOINTS] [SECONDS]                         500 30: every connection replaced under numbered messages
        half-open [ENDPOINTS]                                  200: a server that is stopped; when that is known
        governor [ENDPOINTS]                                   10000: what a permit costs when each endpoint has its own host
        """;

    public static async Task<int> Run(string show, string[] sizes)
    {
        double Size(int place, double otherwise) =>
            sizes.Length > place ? double.Parse(sizes[place], CultureInfo.InvariantCulture) : otherwise;
        return show switch
        {
            "storm" => await StormShow.RunAsync((int)Size(0, 5000), TimeSpan.FromSeconds(Size(1, 60)), Size(2, 100)),
            "rotation" => await RotationShow.RunAsync((int)Size(0, 500), TimeSpan.FromSeconds(Size(1, 30))),
            "half-open" => await HalfOpenShow.RunAsync((int)Size(0, 200)),
            _ => GovernorBenchmark.Run((int)Size(0, 10_000)),
        };
    }
}
