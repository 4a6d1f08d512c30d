using System.Collections;

namespace ActorHeartbeat.Subscriptions;

/// <summary>
/// Keys in the order in which they came, each found by its name. It costs 15 bytes a key, where a dictionary costs 28: there may be ten
/// thousand. Used by one thread at a time.
/// </summary>
internal sealed class KeyList : IReadOnlyCollection<SubscribedKey>
{
    private const int Free = 0, Left = -1; // of a slot; others are a place and 1 more

    private SubscribedKey?[] _keys; // null where one was removed
    private int[] _slots; // a power of two, at most three quarters taken
    private int _end;

    /// <param name="expected">How many keys there will be, more or less.</param>
    public KeyList(int expected)
    {
        _keys = new SubscribedKey?[expected];
        _slots = new int[SlotsFor(expected)];
    }

    public int Count { get; private set; }

    public SubscribedKey? Find(ReadOnlySpan<char> name)
    {
        for (var slot = SlotOf(name); _slots[slot] != Free; slot = Next(slot))
        {
            if (_slots[slot] != Left && _keys[_slots[slot] - 1]!.Name.AsSpan().SequenceEqual(name))
                return _keys[_slots[slot] - 1];
        }
        return null;
    }

    /// <summary>Adds a key that is not there.</summary>
    public void Add(SubscribedKey key)
    {
        if (_end == _keys.Length)
            Compact(room: Math.Max(4, Count + Count / 4));
        key.Place = _end;
        _keys[_end++] = key;
        Count++;
        Enter(key);
    }

    /// <summary>Removes a key that is there.</summary>
    public void Remove(SubscribedKey key)
    {
        var slot = SlotOf(key.Name);
        while (_slots[slot] != key.Place + 1)
            slot = Next(slot);
        _slots[slot] = Left;
        _keys[key.Place] = null;
        Count--;
    }

    /// <summary>Whether a key is there: it, and no other of its name.</summary>
    public bool Contains(SubscribedKey key) => key.Place < _end && ReferenceEquals(_keys[key.Place], key);

    public IEnumerator<SubscribedKey> GetEnumerator()
    {
        for (var place = 0; place < _end; place++)
        {
            if (_keys[place] is { } key)
                yield return key;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Closes up, in an array that has room for more.</summary>
    private void Compact(int room)
    {
        var keys = new SubscribedKey?[Math.Max(room, Count + 1)];
        _end = 0;
        foreach (var key in _keys)
        {
            if (key is null)
                continue;
            key.Place = _end;
            keys[_end++] = key;
        }
        _keys = keys;
        _slots = new int[SlotsFor(keys.Length)];
        for (var place = 0; place < _end; place++)
            Enter(keys[place]!);
    }

    private void Enter(SubscribedKey key)
    {
        var slot = SlotOf(key.Name);
        while (_slots[slot] != Free)
            slot = Next(slot);
        _slots[slot] = key.Place + 1;
    }

    private int SlotOf(ReadOnlySpan<char> name) => string.GetHashCode(name) & (_slots.Length - 1);

    private int Next(int slot) => (slot + 1) & (_slots.Length - 1);

    private static int SlotsFor(int keys)
    {
        var slots = 4;
        while (slots * 3L < keys * 4L)
            slots *= 2;
        return slots;
    }
}
