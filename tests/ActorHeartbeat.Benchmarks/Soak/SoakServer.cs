using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Benchmarks.Soak;

/// <summary>The other process of a soak: a feed server that reads one command per line and answers each with a line.</summary>
internal static class SoakServer
{
    /// <summary>Prints its URL and serves until its input ends.</summary>
    public static async Task RunAsync()
    {
        // The server's own pings would count as signs of life that the client has not asked for.
        await using var server = await FeedServer.StartAsync(new FeedServerOptions { PingInterval = null });
        Console.WriteLine(server.Url);
        // Console.In reads synchronously, even its async methods.
        while (await Task.Run(Console.ReadLine) is { } line)
            Console.WriteLine(Obey(server, line.Split(' ')));
    }

    private static string Obey(FeedServer server, string[] words)
    {
        switch (words)
        {
            case ["cut", .. var names]:
                return $"{names.Sum(name => server.Faults.Cut(FaultTarget.Client(name)))}";
            case ["refuse", .. var names]:
                foreach (var name in names)
                    server.Faults.Refuse(503, on: FaultTarget.Client(name), times: 1);
                return Obey(server, ["cut", .. names]);
            case ["silence", .. var names]:
                foreach (var name in names)
                    server.Faults.GoSilent(FaultTarget.Client(name));
                return $"{names.Length}";
            case ["heal", .. var names]:
                foreach (var name in names)
                    server.Faults.Heal(FaultTarget.Client(name));
                return $"{names.Length}";
            case ["peaks"]:
                return $"{server.Histories.Count(history => history.Peak > 1)}";
            default:
                throw new ArgumentException($"not understood: {string.Join(' ', words)}");
        }
    }
}
