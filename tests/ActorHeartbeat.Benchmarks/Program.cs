// dotnet run -c Release --project tests/ActorHeartbeat.Benchmarks -- runtime|transport|delivery|configuration|hocon [options]
using ActorHeartbeat.Benchmarks.Configuration;
using ActorHeartbeat.Benchmarks.Delivery;
using ActorHeartbeat.Benchmarks.Hocon;
using ActorHeartbeat.Benchmarks.Runtime;
using ActorHeartbeat.Benchmarks.Transport;

switch (args)
{
    case ["runtime", .. var rest]:
        return RuntimeBenchmarks.Run(rest);
    case ["transport", .. var rest]:
        return await TransportBenchmarks.Run(rest);
    case ["delivery", .. var rest]:
        return await DeliveryBenchmarks.Run(rest);
    case ["configuration", .. var rest]:
        return ConfigurationBenchmarks.Run(rest);
    case ["hocon", .. var rest]:
        return HoconBenchmarks.Run(rest);
    default:
        await Console.Error.WriteLineAsync("name a benchmark: runtime, transport, delivery, configuration or hocon");
        return 2;
}
