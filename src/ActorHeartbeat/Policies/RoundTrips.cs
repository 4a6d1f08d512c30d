namespace ActorHeartbeat.Policies;

/// <summary>Round trips of heartbeats as measured so far.</summary>
/// <param name="Last">The latest; null before the first.</param>
/// <param name="P95">The 95th percentile, at most 25 % too high; null before the first.</param>
public sealed record RoundTrips(TimeSpan? Last, TimeSpan? P95)
{
    public static readonly RoundTrips None = new(null, null);
}
