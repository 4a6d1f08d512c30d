using ActorHeartbeat.Subscriptions;

namespace ActorHeartbeat.Tests.Subscriptions;

/// <summary>Other connections of an endpoint that always, or never, bring the same.</summary>
internal sealed class Neighbours(bool mayBringTheSame) : IConnectionNeighbours
{
    public static readonly Neighbours Always = new(true), Never = new(false);

    public bool MayBringTheSame(long connection) => mayBringTheSame;
}
