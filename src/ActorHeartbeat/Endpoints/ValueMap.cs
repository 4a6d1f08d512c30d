using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace ActorHeartbeat.Endpoints;

/// <summary>An immutable map from text to values that compares by its content and remembers the order of its keys.</summary>
public sealed class ValueMap<TValue> : IReadOnlyDictionary<string, TValue>, IEquatable<ValueMap<TValue>>
{
    public static readonly ValueMap<TValue> Empty = new([], StringComparer.Ordinal);

    private readonly KeyValuePair<string, TValue>[] _entries;
    private readonly Dictionary<string, TValue> _byKey;

    /// <exception cref="ArgumentException">A key occurs twice.</exception>
    public ValueMap(IEnumerable<KeyValuePair<string, TValue>> entries, StringComparer? comparer = null)
    {
        _entries = [.. entries];
        _byKey = new Dictionary<string, TValue>(_entries, comparer ?? StringComparer.Ordinal);
    }

    public int Count => _entries.Length;

    public TValue this[string key] => _byKey[key];

    public IEnumerable<string> Keys => _entries.Select(entry => entry.Key);

    public IEnumerable<TValue> Values => _entries.Select(entry => entry.Value);

    public bool ContainsKey(string key) => _byKey.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out TValue value) => _byKey.TryGetValue(key, out value);

    public bool Equals(ValueMap<TValue>? other) =>
        other is not null && Count == other.Count
        && _entries.All(entry => other.TryGetValue(entry.Key, out var theirs) && EqualityComparer<TValue>.Default.Equals(entry.Value, theirs));

    public override bool Equals(object? obj) => Equals(obj as ValueMap<TValue>);

    public override int GetHashCode() => _entries.Aggregate(Count, (hash, entry) => hash ^ HashCode.Combine(entry.Key.ToUpperInvariant(), entry.Value));

    public IEnumerator<KeyValuePair<string, TValue>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, TValue>>)_entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _entries.GetEnumerator();

    public override string ToString() => $"{{{string.Join(", ", _entries.Select(entry => $"{entry.Key}={entry.Value}"))}}}";
}
