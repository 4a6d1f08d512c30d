using System.Globalization;

namespace ActorHeartbeat.Benchmarks.Peers;

/// <summary>
/// Measures this product beside what a user would take instead, all against one server in another process, in turns, one at a time, from
/// outside: resident memory and processor time as the kernel tells them, connections and messages as the server counts them.
/// </summary>
/// <remarks><c>bash tests/peers.sh</c> builds what it needs and runs it.</remarks>
internal static class PeersBenchmark
{
    public const string Help =
        """
        peers --clients FOLDER [--service FILE] [--sizes 1000,10000] [--rounds 5] [--only NAME,...] [--plot FILE]
            what a connection costs beside other clients: bash tests/peers.sh builds them and runs it
        """;

    private static readonly string[] Options = ["clients", "service", "sizes", "rounds", "only", "plot"];

    public static async Task<int> Run(string[] args)
    {
        var options = Read(args);
        if (options is null || !options.TryGetValue("clients", out var clients))
        {
            await Console.Error.WriteLineAsync($"usage: {Help}");
            return 2;
        }
        var service = options.GetValueOrDefault("service", Path.Combine(AppContext.BaseDirectory, "ActorHeartbeat.Service.dll"));
        int[] sizes = [.. options.GetValueOrDefault("sizes", "1000,10000").Split(',').Select(Number)];
        var rounds = Number(options.GetValueOrDefault("rounds", "5"));
        var all = Peer.All(clients, service);
        var only = options.GetValueOrDefault("only", "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (only.FirstOrDefault(name => all.All(peer => !Is(peer, name))) is { } unknown)
        {
            await Console.Error.WriteLineAsync($"no peer is \"{unknown}\"; there are: {string.Join(", ", all.Select(peer => peer.Name))}");
            return 2;
        }
        IReadOnlyList<Peer> peers = [.. all.Where(peer => only.Length == 0 || Array.Exists(only, name => Is(peer, name)))];
        var (table, failed) = (new PeerTable(sizes), false);
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var peer in peers)
            {
                Console.WriteLine($"round {round} of {rounds}: {peer.Name}");
                try
                {
                    await MeasureAsync(peer, clients, sizes, table);
                }
                catch (Exception problem) when (problem is TimeoutException or InvalidOperationException or IOException)
                {
                    // What the others have shown is not lost for that.
                    await Console.Error.WriteLineAsync($"{peer.Name}: {problem.Message}");
                    failed = true;
                }
            }
        }
        Console.WriteLine();
        Console.WriteLine(table.ToMarkdown(peers));
        if (options.TryGetValue("plot", out var plot))
            await File.WriteAllTextAsync(plot, MemoryPlot.Draw(peers, sizes, (peer, size) => table.Median(peer, PeerFigure.Memory, size)));
        return failed ? 1 : 0;
    }

    private static bool Is(Peer peer, string name) => string.Equals(peer.Name, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>One connection first: what the process itself costs.</summary>
    private static async Task MeasureAsync(Peer peer, string clients, int[] sizes, PeerTable table)
    {
        var alone = await PeerRun.MeasureAsync(peer, clients, 1, Console.WriteLine);
        table.Add(peer, 1, alone, alone);
        foreach (var size in sizes)
            table.Add(peer, size, await PeerRun.MeasureAsync(peer, clients, size, Console.WriteLine), alone);
        var secure = await PeerRun.StartSecureAsync(peer, clients, sizes[0]);
        table.Add(peer, PeerFigure.SecureStart, sizes[0], secure.Seconds);
        table.Add(peer, PeerFigure.Handshake, sizes[0], (secure.Cpu - alone.StartCpu) * 1000 / sizes[0]);
    }

    private static Dictionary<string, string>? Read(string[] args)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var at = 0; at < args.Length; at += 2)
        {
            if (!args[at].StartsWith("--", StringComparison.Ordinal) || at + 1 == args.Length || !Options.Contains(args[at][2..]))
                return null;
            options[args[at][2..]] = args[at + 1];
        }
        return options;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
