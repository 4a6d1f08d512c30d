using System.Globalization;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>
/// <c>dotnet run -c Release --project tests/ActorHeartbeat.Simulation.Tests -- VERB</c>:
/// <c>run [--seeds N] [--first S] [--hours H]</c> runs N seeds and names those that break an invariant;
/// <c>replay --seed S [--hours H]</c> prints every message of one seed;
/// <c>mutants [--seeds N]</c> counts the seeds needed to catch each known-bad variant;
/// <c>cases [--seeds N] [--first S]</c> finds a seed for each named case;
/// <c>digest [--seeds N] [--first S] [--hours H]</c> prints a digest of each seed's history, the same in every process.
/// </summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["run", .. var options]
                when Numbers(options, ("--seeds", 40), ("--first", 1), ("--hours", 24)) is [var seeds, var first, var hours]:
                var campaign = await Campaign.RunAsync(first, seeds, TimeSpan.Zero, TimeSpan.FromHours(hours));
                foreach (var broken in campaign.Broken)
                    Console.WriteLine(broken);
                Console.WriteLine(campaign);
                return campaign.Broken.Count == 0 ? 0 : 1;
            case ["replay", .. var options] when Numbers(options, ("--seed", 1), ("--hours", 24)) is [var seed, var hours]:
                using (var world = new World(seed, Console.WriteLine))
                {
                    Console.WriteLine(world.Run(TimeSpan.FromHours(hours)) ?? $"seed {seed} breaks nothing; digest {world.Digest:x16}");
                    return world.Broken is null ? 0 : 1;
                }
            case ["mutants", .. var options] when Numbers(options, ("--seeds", MutationGate.MostSeeds)) is [var most]:
                var caught = await MutationGate.RunAsync(most);
                Console.WriteLine(MutationGate.Table(caught));
                return caught.All(one => one.Broken is not null) ? 0 : 1;
            case ["cases", .. var options] when Numbers(options, ("--seeds", 40), ("--first", 1)) is [var tries, var from]:
                var shown = await NamedCases.ShowAsync(_ => Enumerable.Range(from, tries));
                foreach (var (which, how) in shown)
                    Console.WriteLine(how is null ? $"not by seed {from} to {from + tries - 1}, {which.Undone}" : $"{which}: {how}");
                return shown.All(one => one.Broken is not null) ? 0 : 1;
            case ["digest", .. var options]
                when Numbers(options, ("--seeds", 12), ("--first", 1), ("--hours", 24)) is [var seeds, var first, var hours]:
                foreach (var digest in Histories.Digests(first, seeds, TimeSpan.FromHours(hours)))
                    Console.WriteLine(digest);
                return 0;
            default:
                await Console.Error.WriteLineAsync(
                    "expected: run [--seeds N] [--first S] [--hours H] | replay --seed S [--hours H] | mutants [--seeds N] | cases "
                        + "[--seeds N] [--first S] | digest [--seeds N] [--first S] [--hours H]");
                return 2;
        }
    }

    /// <summary>
    /// Reads the values of the options in the order of <paramref name="options"/>; null for unknown or malformed arguments.
    /// </summary>
    private static int[]? Numbers(string[] given, params (string Name, int Default)[] options)
    {
        var values = options.Select(option => option.Default).ToArray();
        for (var index = 0; index < given.Length; index += 2)
        {
            var place = Array.FindIndex(options, option => option.Name == given[index]);
            if (place < 0
                || index + 1 == given.Length
                || !int.TryParse(given[index + 1], NumberStyles.None, CultureInfo.InvariantCulture, out values[place]))
                return null;
        }
        return values;
    }
}
