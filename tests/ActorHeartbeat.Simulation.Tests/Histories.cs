namespace ActorHeartbeat.Simulation.Tests;

/// <summary>Digests of the histories of seeds, for a comparison with another process or machine.</summary>
internal static class Histories
{
    /// <summary>
    /// Returns a line per seed: its number, the digest of its history, the number of messages, and the invariant that it broke.
    /// </summary>
    public static IEnumerable<string> Digests(int first, int seeds, TimeSpan length) => Enumerable.Range(first, seeds).Select(seed =>
    {
        using var world = new World(seed);
        var broken = world.Run(length);
        return $"{seed} {world.Digest:x16} {world.Messages}{(broken is null ? "" : $" {broken}")}";
    });
}
