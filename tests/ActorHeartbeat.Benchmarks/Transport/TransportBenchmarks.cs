namespace ActorHeartbeat.Benchmarks.Transport;

/// <summary>
/// Measures the cost of the transport over bare sockets. Without arguments everything runs. <c>receive [SECONDS]</c> measures the CPU
/// time per message against a plain ClientWebSocket pump. <c>memory [CONNECTIONS]</c> measures the resident memory per idle connection
/// and compares it with the target. <c>server</c>, <c>secure-server</c> and <c>idle</c> are the other processes of a run, started from this
/// executable.
/// </summary>
public static class TransportBenchmarks
{
    public static async Task<int> Run(string[] args)
    {
        switch (args)
        {
            case ["server"]:
                await FirehoseServer.RunAsync();
                break;
            case ["secure-server", var certificate, var key]:
                await SecureServer.RunAsync(certificate, key);
                break;
            case ["idle", var variant, var connections, var port]:
                await IdleMemoryBenchmark.MeasureAsync(variant, int.Parse(connections), int.Parse(port));
                break;
            case []:
                await ReceiveBenchmark.RunAsync(TimeSpan.FromSeconds(2));
                return await IdleMemoryBenchmark.RunAsync(4000);
            case ["receive", .. var rest]:
                await ReceiveBenchmark.RunAsync(TimeSpan.FromSeconds(rest is [var seconds] ? double.Parse(seconds) : 2));
                break;
            case ["memory", .. var rest]:
                return await IdleMemoryBenchmark.RunAsync(rest is [var count] ? int.Parse(count) : 4000);
            default:
                await Console.Error.WriteLineAsync("expected: [receive [SECONDS] | memory [CONNECTIONS]]");
                return 2;
        }

        return 0;
    }
}
