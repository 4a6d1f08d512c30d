namespace ActorHeartbeat.Connections;

/// <summary>
/// Counts by a key that has few values, so that a look at each is the fastest way. It takes no memory before the first. Thread-safe; hold
/// it in a field that is not read-only.
/// </summary>
internal struct Tally<TKey>
    where TKey : IEquatable<TKey>
{
    private KeyValuePair<TKey, long>[]? _counts; // replaced, never changed

    /// <summary>The counts as they are now.</summary>
    public readonly IReadOnlyList<KeyValuePair<TKey, long>> Counts => Volatile.Read(in _counts) ?? [];

    public void Count(TKey key)
    {
        for (var before = Volatile.Read(ref _counts); ;)
        {
            var found = Interlocked.CompareExchange(ref _counts, With(before ?? [], key), before);
            if (found == before)
                return;
            before = found;
        }
    }

    private static KeyValuePair<TKey, long>[] With(KeyValuePair<TKey, long>[] counts, TKey key)
    {
        var at = Array.FindIndex(counts, each => each.Key.Equals(key));
        KeyValuePair<TKey, long>[] counted = at < 0 ? [.. counts, new(key, 0)] : [.. counts];
        ref var one = ref counted[at < 0 ? counts.Length : at];
        one = new(key, one.Value + 1);
        return counted;
    }
}
