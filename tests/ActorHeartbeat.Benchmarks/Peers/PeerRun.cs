using System.Globalization;

namespace ActorHeartbeat.Benchmarks.Peers;

/// <summary>What one process of a peer did with so many connections.</summary>
internal sealed record PeerRun
{
    private static readonly TimeSpan
        Patience = TimeSpan.FromMinutes(3),
        Settle = TimeSpan.FromSeconds(10),
        Window = TimeSpan.FromSeconds(30);

    /// <summary>From the start of the process to all connections open, in seconds.</summary>
    public double Start { get; private set; }

    /// <summary>The processor time of the start, in seconds.</summary>
    public double StartCpu { get; private set; }

    /// <summary>Resident memory ten seconds after the start, in KB.</summary>
    public double Resident { get; private set; }

    /// <summary>The share of a core that it uses while nothing but heartbeats happens.</summary>
    public double IdleCpu { get; private set; }

    /// <summary>The processor time a message of 128 B, in microseconds.</summary>
    public double Small { get; private set; }

    /// <summary>The same of 4 KB.</summary>
    public double Large { get; private set; }

    /// <summary>From the reset of all connections to all open again, in seconds; null where it does not dial again.</summary>
    public double? Back { get; private set; }

    /// <summary>Resident memory ten seconds after that, in KB.</summary>
    public double? ResidentAfter { get; private set; }

    /// <summary>The heap in use at the end, in KB; null where it cannot be asked.</summary>
    public double? Heap { get; private set; }

    /// <param name="peer">The peer.</param>
    /// <param name="clients">The folder with the server.</param>
    /// <param name="connections">How many connections it keeps.</param>
    /// <param name="tell">Is told the figures.</param>
    public static async Task<PeerRun> MeasureAsync(Peer peer, string clients, int connections, Action<string> tell)
    {
        using var certificate = new PeerCertificate();
        using var server = await PeerServer.StartAsync(clients, certificate);
        var run = new PeerRun();
        var begun = TimeProvider.System.GetTimestamp();
        using var process = new PeerProcess(peer, new PeerOrder(server.Url, connections, certificate));
        await server.WaitAsync(connections, Patience);
        (run.Start, run.StartCpu) = (TimeProvider.System.GetElapsedTime(begun).TotalSeconds, process.Cpu);

        await Task.Delay(Settle, TimeProvider.System);
        run.Resident = process.Resident;
        await run.HeartbeatsAsync(process, server, connections);
        (run.Small, run.Large) = await FloodAsync(process, server, connections);
        if (peer.Reconnects)
        {
            await server.CutAsync();
            begun = TimeProvider.System.GetTimestamp();
            await server.WaitAsync(connections, Patience);
            run.Back = TimeProvider.System.GetElapsedTime(begun).TotalSeconds;
            await Task.Delay(Settle, TimeProvider.System);
            run.ResidentAfter = process.Resident;
        }
        if (peer.TellsHeap)
            run.Heap = await process.HeapAsync();
        tell(string.Create(
            CultureInfo.InvariantCulture,
            $"  {connections}: open after {run.Start:0.00} s, {run.StartCpu:0.00} s CPU; {run.Resident / 1024:0.0} MiB; "
                + $"idle {run.IdleCpu:0.0%}; "
                + $"{run.Small:0.00} us of 128 B, {run.Large:0.00} us of 4 KB; back after {run.Back:0.00} s, "
                + $"then {run.ResidentAfter / 1024:0.0} MiB; heap {run.Heap / 1024:0.0} MiB"));
        return run;
    }

    /// <summary>The start over TLS: its seconds, and its processor time.</summary>
    public static async Task<(double Seconds, double Cpu)> StartSecureAsync(Peer peer, string clients, int connections)
    {
        using var certificate = new PeerCertificate();
        using var server = await PeerServer.StartAsync(clients, certificate);
        var begun = TimeProvider.System.GetTimestamp();
        using var process = new PeerProcess(peer, new PeerOrder(server.TlsUrl, connections, certificate));
        await server.WaitAsync(connections, Patience);
        return (TimeProvider.System.GetElapsedTime(begun).TotalSeconds, process.Cpu);
    }

    private async Task HeartbeatsAsync(PeerProcess process, PeerServer server, int connections)
    {
        var (cpu, pings) = (process.Cpu, await server.PingsAsync());
        await Task.Delay(Window, TimeProvider.System);
        IdleCpu = (process.Cpu - cpu) / Window.TotalSeconds;
        pings = await server.PingsAsync() - pings;
        if (pings < connections * 0.9)
            throw new InvalidOperationException($"{pings} pings of {connections} connections in {Window.TotalSeconds:0} s");
    }

    /// <summary>Messages as they come to so many connections: in bursts to one, one by one to thousands.</summary>
    private static async Task<(double Small, double Large)> FloodAsync(PeerProcess process, PeerServer server, int connections)
    {
        var batch = connections switch { 1 => 500, < 10_000 => 10, _ => 1 };
        await CostAsync(process, server, 200_000, 128, batch); // compiles, and grows the buffers
        return (
            await CostAsync(process, server, 1_000_000, 128, batch),
            await CostAsync(process, server, 100_000, 4096, Math.Min(batch, 16)));
    }

    private static async Task<double> CostAsync(PeerProcess process, PeerServer server, int messages, int size, int batch)
    {
        await process.RestAsync(Settle);
        var before = process.Cpu;
        var sent = await server.FloodAsync(messages, size, batch);
        await process.RestAsync(Settle);
        return (process.Cpu - before) * 1e6 / sent;
    }
}
