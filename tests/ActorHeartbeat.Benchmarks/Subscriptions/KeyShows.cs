using System.Globalization;

namespace ActorHeartbeat.Benchmarks.Subscriptions;

/// <summary>Shows of subscriptions in full size, each with its figures and an exit code of 1 when a promise is broken.</summary>
public static class KeyShows
{
    public const string Help =
        """
        keys-memory [--keys 10000]
            bytes of an accepted and idle key
        """;

    public static async Task<int> Run(string show, string[] args)
    {
        switch (show)
        {
            case "keys-memory" when Array.IndexOf(args, "--variant") >= 0:
                await KeyMemory.MeasureAsync((int)Option(args, "variant", 0), (int)Option(args, "keys", 10_000));
                return 0;
            default:
                return await KeyMemory.RunAsync((int)Option(args, "keys", 10_000));
        }
    }

    private static double Option(string[] args, string name, double otherwise) =>
        Array.IndexOf(args, $"--{name}") is >= 0 and var at ? double.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
}
