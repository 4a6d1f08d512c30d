using System.Collections.Immutable;

namespace ActorHeartbeat.Connections;

/// <summary>Counts by a key that has few values. It takes no memory before the first. Thread-safe.</summary>
internal sealed class Tally<TKey>
    where TKey : notnull
{
    private ImmutableDictionary<TKey, long> _counts = ImmutableDictionary<TKey, long>.Empty;

    /// <summary>The counts as they are now.</summary>
    public ImmutableDictionary<TKey, long> Counts => Volatile.Read(ref _counts);

    public void Count(TKey key) => ImmutableInterlocked.AddOrUpdate(ref _counts, key, 1, (_, count) => count + 1);
}
