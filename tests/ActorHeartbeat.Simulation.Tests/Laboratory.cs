namespace ActorHeartbeat.Simulation.Tests;

/// <summary>Runs these tests one after the other: each uses all cores and measures its own processor time.</summary>
[CollectionDefinition(Name)]
public sealed class Laboratory
{
    public const string Name = "laboratory";
}
