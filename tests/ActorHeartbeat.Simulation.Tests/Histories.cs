namespace ActorHeartbeat.Simulation.Tests;

/// <summary>What stands for the history of a seed, to compare it with that of another process or machine.</summary>
internal static class Histories
{
    /// <summary>A line for each seed: its number, the digest of its history, how many messages that has, and what it broke.</summary>
    public static IEnumerable<string> Digests(int first, int seeds, TimeSpan length) => Enumerable.Range(first, seeds).Select(seed =>
    {
        using var world = new World(seed);
        var broken = world.Run(length);
        return $"{seed} {world.Digest:x16} {world.Messages}{(broken is null ? "" : $" {broken}")}";
    });
}
