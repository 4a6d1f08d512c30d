using System.Globalization;

namespace ActorHeartbeat.Benchmarks.Delivery;

/// <summary>
/// Shows that delivery keeps its promises. Each show prints its figures and a verdict,
/// and exits with 1 when a promise is broken. The servers run in processes of their own.
/// </summary>
public static class DeliveryShows
{
    public const string Help =
        """
        volume [--endpoints 100] [--rate 200000] [--seconds 30] [--at-least 0.98]
            so many messages of 128 B a second in total, each checked by content by a subscriber of its endpoint,
            beside one that stops reading
        cuts [--endpoints 20] [--rate 20000] [--seconds 60] [--every 1]
            every connection reset each so many seconds; three kinds of consumers account for every number
        cpu [--seconds 2] [--rounds 5]
            CPU per message over real sockets, an inline handler and an async enumerable against the plainest pumps, 1 and 100 connections
        streams --service FILE [--seconds 10]
            CPU of the service per message of 128 B and reader of its event stream, 1, 10 and 100 readers
        subscribers
            memory of a subscriber of one feed, and CPU per message that it reads, beside none, 9, 99 and 999 others
        handshakes [--connections 2000] [--rounds 5]
            CPU of supervised endpoints until all are open over TLS, against the bare handshakes of TLS and WebSocket
        """;

    public static async Task<int> Run(string show, string[] args)
    {
        switch (show)
        {
            case "numbers-server":
                await NumbersServer.RunAsync(Number(args[0]), TimeSpan.FromSeconds(Number(args[1])));
                return 0;
            case "volume":
                return await VolumeShow.RunAsync(
                    (int)Option(args, "endpoints", 100), Option(args, "rate", 200_000), Seconds(args, 30), Option(args, "at-least", 0.98));
            case "cuts":
                return await CutsShow.RunAsync(
                    (int)Option(args, "endpoints", 20),
                    Option(args, "rate", 20_000),
                    Seconds(args, 60),
                    TimeSpan.FromSeconds(Option(args, "every", 1)));
            case "streams":
                return await StreamsShow.RunAsync(args[Array.IndexOf(args, "--service") + 1], Seconds(args, 10));
            case "subscribers":
                return await SubscribersShow.RunAsync();
            case "handshakes":
                return await HandshakesShow.RunAsync((int)Option(args, "connections", 2000), (int)Option(args, "rounds", 5));
            default:
                return await CpuShow.RunAsync(Seconds(args, 2), (int)Option(args, "rounds", 5));
        }
    }

    /// <summary>Prints the verdict and returns the exit code.</summary>
    public static int Verdict(params (bool Kept, string Promise)[] promises)
    {
        foreach (var (kept, promise) in promises)
            Console.WriteLine($"{(kept ? "kept  " : "BROKEN")} {promise}");
        return promises.All(promise => promise.Kept) ? 0 : 1;
    }

    private static TimeSpan Seconds(string[] args, double otherwise) => TimeSpan.FromSeconds(Option(args, "seconds", otherwise));

    private static double Option(string[] args, string name, double otherwise) =>
        Array.IndexOf(args, $"--{name}") is >= 0 and var at ? Number(args[at + 1]) : otherwise;

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
