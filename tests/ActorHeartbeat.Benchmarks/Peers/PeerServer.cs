using System.Globalization;
using ActorHeartbeat.Benchmarks.Transport;

namespace ActorHeartbeat.Benchmarks.Peers;

/// <summary>The server in Go, which counts what reaches it; its source is <c>server/main.go</c>.</summary>
internal sealed class PeerServer : IDisposable
{
    private readonly ChildProcess _process;

    private PeerServer(ChildProcess process, int port, int tlsPort)
    {
        _process = process;
        Url = new Uri($"ws://127.0.0.1:{port}/feed");
        TlsUrl = new Uri($"wss://localhost:{tlsPort}/feed");
    }

    public Uri Url { get; }

    public Uri TlsUrl { get; }

    public static async Task<PeerServer> StartAsync(string clients, PeerCertificate certificate)
    {
        var process = ChildProcess.Of(Path.Combine(clients, "server"), certificate.Certificate, certificate.Key);
        return new PeerServer(process, await NumberAsync(process.ReadLineAsync()), await NumberAsync(process.ReadLineAsync()));
    }

    /// <summary>Waits until that many connections are open.</summary>
    /// <exception cref="TimeoutException">They are fewer when the time is over.</exception>
    public async Task WaitAsync(int connections, TimeSpan within)
    {
        var answer = await _process.AskAsync(string.Create(CultureInfo.InvariantCulture, $"wait {connections} {(int)within.TotalSeconds}"));
        var open = int.Parse(answer.Split(' ')[0], CultureInfo.InvariantCulture);
        if (open < connections)
            throw new TimeoutException($"{open} of {connections} connections are open after {within.TotalSeconds:0} s");
    }

    /// <summary>The pings since the start.</summary>
    public Task<int> PingsAsync() => NumberAsync(_process.AskAsync("pings"));

    /// <summary>Sends text messages over all connections, so many of a connection in one write.</summary>
    /// <returns>How many went out.</returns>
    public Task<int> FloodAsync(int messages, int size, int batch) =>
        NumberAsync(_process.AskAsync(string.Create(CultureInfo.InvariantCulture, $"flood {messages} {size} {batch}")));

    /// <summary>Resets all connections.</summary>
    public Task<int> CutAsync() => NumberAsync(_process.AskAsync("cut"));

    public void Dispose() => _process.Dispose();

    private static async Task<int> NumberAsync(Task<string> line) => int.Parse(await line, CultureInfo.InvariantCulture);
}
