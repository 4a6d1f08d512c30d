using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace ActorHeartbeat.Endpoints;

/// <summary>An immutable map from text to values that compares by its content and remembers the order of its keys.</summary>
public sealed class ValueMap<TValue> : IReadOnlyDictionary<string, TValue>, IEquatable<ValueMap<TValue>>
{
    public static readonly ValueMap<TValue> Empty = new([], StringComparer.Ordinal);

    private const int Few = 8; // up to here a linear search is faster than a dictionary

    private readonly KeyValuePair<string, TValue>[] _entries;
    private readonly StringComparer _comparer;
    private readonly Dictionary<string, TValue>? _byKey;

    /// <exception cref="ArgumentException">A key occurs twice.</exception>
    public ValueMap(IEnumerable<KeyValuePair<string, TValue>> entries, StringComparer? comparer = null)
    {
        _entries = [.. entries];
        _comparer = comparer ?? StringComparer.Ordinal;
        if (_entries.Length > Few)
            _byKey = new Dictionary<string, TValue>(_entries, _comparer);
        for (var index = 0; _byKey is null && index < _entries.Length; index++)
        {
            if (IndexOf(_entries[index].Key) != index)
                throw new ArgumentException("a key occurs twice", nameof(entries));
        }
    }

    public int Count => _entries.Length;

    /// <summary>Whether keys that differ only in letter case are the same.</summary>
    internal bool IgnoresCase => _comparer.Equals("a", "A");

    public TValue this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"there is no \"{key}\"");

    public IEnumerable<string> Keys => _entries.Select(entry => entry.Key);

    public IEnumerable<TValue> Values => _entries.Select(entry => entry.Value);

    public bool ContainsKey(string key) => _byKey?.ContainsKey(key) ?? IndexOf(key) >= 0;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_byKey is not null)
            return _byKey.TryGetValue(key, out value);
        var index = IndexOf(key);
        value = index < 0 ? default : _entries[index].Value;
        return index >= 0;
    }

    public bool Equals(ValueMap<TValue>? other) =>
        other is not null
        && Count == other.Count
        && _entries.All(entry =>
            other.TryGetValue(entry.Key, out var theirs) && EqualityComparer<TValue>.Default.Equals(entry.Value, theirs));

    public override bool Equals(object? obj) => Equals(obj as ValueMap<TValue>);

    public override int GetHashCode() =>
        _entries.Aggregate(Count, (hash, entry) => hash ^ HashCode.Combine(entry.Key.ToUpperInvariant(), entry.Value));

    public IEnumerator<KeyValuePair<string, TValue>> GetEnumerator() =>
        ((IEnumerable<KeyValuePair<string, TValue>>)_entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _entries.GetEnumerator();

    public override string ToString() => $"{{{string.Join(", ", _entries.Select(entry => $"{entry.Key}={entry.Value}"))}}}";

    private int IndexOf(string key)
    {
        for (var index = 0; index < _entries.Length; index++)
        {
            if (_comparer.Equals(_entries[index].Key, key))
                return index;
        }
        return -1;
    }
}

/// <summary>Builds a <see cref="ValueMap{TValue}"/> from values that know their own keys.</summary>
public static class ValueMap
{
    /// <exception cref="ArgumentException">A key occurs twice.</exception>
    public static ValueMap<TValue> By<TValue>(Func<TValue, string> key, IEnumerable<TValue> values) =>
        new(values.Select(value => KeyValuePair.Create(key(value), value)));
}
