using System.Globalization;
using ActorHeartbeat.Benchmarks.Transport;

namespace ActorHeartbeat.Benchmarks.Peers;

/// <summary>A peer that runs, seen from outside: what the kernel says of its memory and its processor time.</summary>
internal sealed class PeerProcess : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly ChildProcess _process;

    public PeerProcess(Peer peer, PeerOrder order)
    {
        var command = peer.Command(order);
        _process = ChildProcess.Of(
            command[0],
            command[1..],
            [("PEERS_CA", order.Certificate.Certificate), ("NODE_EXTRA_CA_CERTS", order.Certificate.Certificate)]);
    }

    public int Id => _process.Id;

    /// <summary>How many sockets it has.</summary>
    public int Sockets => Directory.EnumerateFiles($"/proc/{_process.Id}/fd")
        .Count(file => new FileInfo(file).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    /// <summary>Its resident memory, in KB.</summary>
    public double Resident
    {
        get
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
    }

    /// <summary>The processor time that it has used, in seconds, of the user and of the system.</summary>
    public double Cpu => ProcessorTime.Of(_process.Id);

    /// <summary>The bytes of its heap in use after a collection, in KB.</summary>
    public async Task<double> HeapAsync() =>
        double.Parse(await _process.AskAsync("heap"), CultureInfo.InvariantCulture) / 1024;

    /// <summary>Waits until it has nothing to do any more.</summary>
    public async Task RestAsync(TimeSpan within)
    {
        var begun = TimeProvider.System.GetTimestamp();
        for (var (before, quiet) = (Cpu, 0); quiet < 2 && TimeProvider.System.GetElapsedTime(begun) < within;)
        {
            await Task.Delay(Look, TimeProvider.System);
            var now = Cpu;
            quiet = now - before <= Look.TotalSeconds * 0.1 ? quiet + 1 : 0;
            before = now;
        }
    }

    public void Dispose() => _process.Dispose();
}
