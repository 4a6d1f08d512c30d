using System.Globalization;

namespace ActorHeartbeat.Benchmarks.Subscriptions;

/// <summary>Shows of subscriptions in full size, each with its figures and an exit code of 1 when a promise is broken.</summary>
public static class KeyShows
{
    public const string Help =
        """
        keys-memory [--keys 10000]
            bytes of a key that is accepted and idle, in a process of its own for each row
        keys-converge [--keys 5000] [--batch 1] [--send-rate 100] [--answers 400] [--cut-every 10] [--patience 300]
            all keys become accepted on a line that is cut earlier than one pass takes: how long, how many connections, how often asked
        keys-traffic [--keys 1000] [--rate 100000] [--seconds 10] [--rounds 3]
            CPU of the client for the same messages without subscriptions, with them, and with their numbers
        """;

    public static async Task<int> Run(string show, string[] args)
    {
        switch (show)
        {
            case "keys-server":
                await KeyServer.RunAsync((int)Number(args[0]), Number(args[1]), Number(args[2]), Number(args[3]));
                return 0;
            case "keys-converge":
                return await KeyConvergence.RunAsync(
                    (int)Option(args, "keys", 5_000),
                    (int)Option(args, "batch", 1),
                    Option(args, "send-rate", 100),
                    Option(args, "answers", 400),
                    Option(args, "cut-every", 10),
                    Option(args, "patience", 300));
            case "keys-traffic":
                return await KeyTraffic.RunAsync(
                    (int)Option(args, "keys", 1_000),
                    Option(args, "rate", 100_000),
                    TimeSpan.FromSeconds(Option(args, "seconds", 10)),
                    (int)Option(args, "rounds", 3));
            case "keys-memory" when Array.IndexOf(args, "--variant") >= 0:
                await KeyMemory.MeasureAsync((int)Option(args, "variant", 0), (int)Option(args, "keys", 10_000));
                return 0;
            default:
                return await KeyMemory.RunAsync((int)Option(args, "keys", 10_000));
        }
    }

    private static double Option(string[] args, string name, double otherwise) =>
        Array.IndexOf(args, $"--{name}") is >= 0 and var at ? Number(args[at + 1]) : otherwise;

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
