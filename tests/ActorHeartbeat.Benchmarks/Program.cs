// dotnet run -c Release --project tests/ActorHeartbeat.Benchmarks --
// runtime|transport|delivery|rules|configuration|hocon|volume|cuts|cpu|streams|subscribers|handshakes|storm|rotation|half-open|governor|
// soak|keys-memory|keys-converge|keys-traffic|metrics|peers|footprint [options]
using System.Globalization;
using ActorHeartbeat.Benchmarks.Configuration;
using ActorHeartbeat.Benchmarks.Delivery;
using ActorHeartbeat.Benchmarks.Footprint;
using ActorHeartbeat.Benchmarks.Hocon;
using ActorHeartbeat.Benchmarks.Peers;
using ActorHeartbeat.Benchmarks.Resilience;
using ActorHeartbeat.Benchmarks.Runtime;
using ActorHeartbeat.Benchmarks.Soak;
using ActorHeartbeat.Benchmarks.Subscriptions;
using ActorHeartbeat.Benchmarks.Telemetry;
using ActorHeartbeat.Benchmarks.Transport;

switch (args)
{
    case ["runtime", .. var rest]:
        return RuntimeBenchmarks.Run(rest);
    case ["transport", .. var rest]:
        return await TransportBenchmarks.Run(rest);
    case ["delivery", .. var rest]:
        return await DeliveryBenchmarks.Run(rest);
    case ["rules", .. var rest]:
        return await RulesBenchmark.Run(rest);
    case ["configuration", .. var rest]:
        return ConfigurationBenchmarks.Run(rest);
    case ["hocon", .. var rest]:
        return HoconBenchmarks.Run(rest);
    case ["soak", .. var rest]:
        return await SoakTest.Run(rest);
    case [("storm" or "rotation" or "half-open" or "governor") and var show, .. var rest]:
        return await ResilienceBenchmarks.Run(show, rest);
    case [("volume" or "cuts" or "cpu" or "streams" or "subscribers" or "handshakes" or "numbers-server") and var show, .. var rest]:
        return await DeliveryShows.Run(show, rest);
    case [("keys-memory" or "keys-converge" or "keys-traffic" or "keys-server") and var show, .. var rest]:
        return await KeyShows.Run(show, rest);
    case ["metrics", .. var rest]:
        return await MetricsBenchmark.Run(rest);
    case ["peers", .. var rest]:
        return await PeersBenchmark.Run(rest);
    case ["footprint", .. var rest]:
        return await FootprintBenchmark.Run(rest);
    case ["peer", var kind, var url, var connections, var seconds]:
        await PeerClients.RunAsync(
            kind,
            new Uri(url),
            int.Parse(connections, CultureInfo.InvariantCulture),
            TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)));
        return 0;
    case ["show-server", .. var rest]:
        return await ShowServer.RunAsync(rest);
    case ["--help"]:
        Console.WriteLine(
            "runtime | transport | delivery | rules | configuration | hocon | metrics: what things "
                + $"cost\n{DeliveryShows.Help}\n{ResilienceBenchmarks.Help}\n{KeyShows.Help}\n{PeersBenchmark.Help}\n"
                + $"{FootprintBenchmark.Help}\n"
                + "soak [--minutes 10] [--endpoints 2000] [--seed 1]: what the process uses over time while a fault happens every few "
                + "seconds");
        return 0;
    default:
        await Console.Error.WriteLineAsync(
            "name a benchmark: runtime, transport, delivery, rules, configuration, hocon, volume, cuts, cpu, storm, rotation, half-open, "
                + "governor, soak, keys-memory, keys-converge, keys-traffic, metrics, peers or footprint; --help says more");
        return 2;
}
