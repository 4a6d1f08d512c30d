using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace ActorHeartbeat.Feeds;

/// <summary>
/// A first-in first-out buffer that starts empty and doubles as it fills; its owner keeps the bound, and holds it in a field that is not
/// read-only. Not thread-safe.
/// </summary>
internal struct RingBuffer<T>
{
    private const int SmallestLength = 4;

    /// <summary>An array of this length stays when the buffer is empty; a longer one came of a flood and is released.</summary>
    private const int KeptLength = 1024;

    private T[]? _items; // null while nothing was ever added
    private int _start;

    public int Count { readonly get; private set; }

    /// <summary>The item that is <paramref name="offset"/> after the oldest.</summary>
    public readonly ref readonly T this[int offset] => ref _items![Slot(offset)];

    public void Add(in T item) => Add() = item;

    /// <summary>Adds an item and gives its place, where the caller writes it: a large one is not copied twice.</summary>
    public ref T Add()
    {
        if (_items is null || Count == _items.Length)
            Grow();
        return ref _items[Slot(Count++)];
    }

    /// <summary>Removes the oldest item; there must be one.</summary>
    public void RemoveOldest()
    {
        ArgumentOutOfRangeException.ThrowIfZero(Count);
        _items![_start] = default!; // Released: the slot is not read again before it is written.
        _start = Slot(1);
        if (--Count == 0 && _items.Length > KeptLength)
            Clear();
    }

    /// <summary>Removes the newest item; there must be one.</summary>
    public void RemoveNewest()
    {
        ArgumentOutOfRangeException.ThrowIfZero(Count);
        Count--;
        _items![Slot(Count)] = default!; // as above
    }

    /// <summary>Removes all items and releases the memory.</summary>
    public void Clear()
    {
        _items = null;
        _start = 0;
        Count = 0;
    }

    [MemberNotNull(nameof(_items))]
    private void Grow()
    {
        var larger = new T[Math.Max(SmallestLength, (int)BitOperations.RoundUpToPowerOf2((uint)Count + 1))];
        for (var offset = 0; offset < Count; offset++)
            larger[offset] = this[offset];
        _items = larger;
        _start = 0;
    }

    // The length is a power of two.
    private readonly int Slot(int offset) => (_start + offset) & (_items!.Length - 1);
}
