using System.Globalization;
using ActorHeartbeat.Benchmarks.Delivery;
using ActorHeartbeat.Benchmarks.Peers;
using ActorHeartbeat.Benchmarks.Transport;

namespace ActorHeartbeat.Benchmarks.Footprint;

/// <summary>
/// Tells what an idle endpoint takes, by the types of its objects: the heap of a process with many endpoints less that of one with one,
/// when each has had an answer to a heartbeat. The library collects first; the service has collected by itself after its connects.
/// </summary>
internal static class FootprintBenchmark
{
    public const string Help =
        """
        footprint [--endpoints 10000] [--types 40] [--service FILE]
            what an idle endpoint of the library, or of the service, takes of the heap, by type, and of resident memory
        """;

    private const int PingSeconds = 10;

    /// <summary>The promises: bytes and objects of the heap, and resident bytes.</summary>
    private const double MostBytes = 7 * 1024, MostObjects = 80, MostResident = 12 * 1024;

    private static readonly TimeSpan
        Patience = TimeSpan.FromMinutes(2),
        Look = TimeSpan.FromMilliseconds(500),
        Settle = TimeSpan.FromSeconds(25);

    public static async Task<int> Run(string[] args)
    {
        int Option(string name, int otherwise) =>
            Array.IndexOf(args, $"--{name}") is >= 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;

        var (endpoints, types) = (Option("endpoints", 10_000), Option("types", 40));
        using var server = new ChildProcess("soak", "server");
        var url = new Uri($"{(await server.ReadLineAsync()).TrimEnd('/')}/ping");
        var service = Array.IndexOf(args, "--service") is >= 0 and var place ? args[place + 1] : null;
        var (one, residentOfOne) = await MeasureAsync(url, 1, service);
        var (all, resident) = await MeasureAsync(url, endpoints, service);
        var grown = all
            .Select(each => (Name: each.Key, Count: Difference(each.Value, one.GetValueOrDefault(each.Key), endpoints - 1)))
            .OrderByDescending(each => each.Count.Bytes)
            .ToList();
        Console.WriteLine($"an idle endpoint of {endpoints}, by type: bytes, objects");
        foreach (var (name, (objects, bytes)) in grown.Take(types))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {bytes,7:0.0} {objects,6:0.00}  {name}"));
        var (sumOfBytes, sumOfObjects) = (grown.Sum(each => each.Count.Bytes), grown.Sum(each => each.Count.Objects));
        var residentOfEach = (resident - residentOfOne) * 1024 / (endpoints - 1);
        return DeliveryShows.Verdict(
            (sumOfBytes <= MostBytes, Text("heap", sumOfBytes, "bytes", MostBytes)),
            (sumOfObjects <= MostObjects, Text("heap", sumOfObjects, "objects", MostObjects)),
            (residentOfEach <= MostResident, Text("resident", residentOfEach, "bytes", MostResident)));
    }

    private static string Text(string what, double found, string unit, double most) =>
        string.Create(CultureInfo.InvariantCulture, $"{what}: an idle endpoint takes {found:0} {unit}, at most {most:0}");

    private static (double Objects, double Bytes) Difference(TypeCount many, TypeCount one, int endpoints) =>
        ((double)(many.Objects - one.Objects) / endpoints, (double)(many.Bytes - one.Bytes) / endpoints);

    /// <summary>The heap by type, and resident memory in KB before the collection for it.</summary>
    private static async Task<(Dictionary<string, TypeCount> Heap, double Resident)> MeasureAsync(Uri url, int endpoints, string? service)
    {
        using var certificate = new PeerCertificate();
        var peer = Peer.All(clients: "", service ?? "")[service is null ? 1 : 0];
        using var client = new PeerProcess(peer, new PeerOrder(url, endpoints, certificate) { PingSeconds = PingSeconds });
        for (var begun = TimeProvider.System.GetTimestamp(); client.Sockets < endpoints;)
        {
            if (TimeProvider.System.GetElapsedTime(begun) > Patience)
                throw new TimeoutException($"{client.Sockets} sockets of {endpoints} endpoints after {Patience.TotalMinutes:0} minutes");
            await Task.Delay(Look, TimeProvider.System);
        }
        await Task.Delay(Settle, TimeProvider.System);
        var resident = client.Resident;
        if (peer.TellsHeap)
            await client.HeapAsync();
        return (HeapByType.Of(client.Id), resident);
    }
}
