namespace ActorHeartbeat.Simulation.Tests;

/// <summary>One after the other: each takes all cores, and what it says of processor time is its own.</summary>
[CollectionDefinition(Name)]
public sealed class Laboratory
{
    public const string Name = "laboratory";
}
