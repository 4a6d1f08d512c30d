namespace ActorHeartbeat.Feeds;

/// <summary>Events that wait in the order of arrival, with a bound by count and bytes that its owner applies. Not thread-safe.</summary>
internal sealed class EntryQueue(int capacity, int capacityBytes)
{
    private RingBuffer<(long Arrival, FeedEntry Entry)> _entries;
    private long _bytes;
    private int _largest; // of the messages since it was last empty

    public bool IsEmpty => _entries.Count == 0;

    public bool IsFull => _entries.Count >= capacity || _bytes >= capacityBytes;

    /// <summary>
    /// Whether a pump that waits for room may go on. Half of the bound, so that pump and reader do not wake each other for every message.
    /// </summary>
    public bool HasRoom => _entries.Count <= capacity / 2 && _bytes <= capacityBytes / 2;

    /// <summary>The number under which the oldest event was added; the largest number when there is none.</summary>
    public long FirstArrival => IsEmpty ? long.MaxValue : _entries[0].Arrival;

    /// <summary>
    /// Whether one event more is too many. What is there decides, and the largest of it does not count: one large message must not drive
    /// out what it follows, nor be driven out by the small ones behind it.
    /// </summary>
    /// <param name="times">How many times the bound counts.</param>
    public bool Overflows(int times = 1) =>
        _entries.Count >= (long)times * capacity || (!IsEmpty && _bytes - _largest >= (long)times * capacityBytes);

    public void Add(long arrival, in FeedEntry entry)
    {
        var size = entry.Event.Payload.Length;
        _largest = IsEmpty ? size : Math.Max(_largest, size);
        ref var added = ref _entries.Add();
        added.Arrival = arrival;
        added.Entry = entry;
        _bytes += size;
    }

    /// <summary>Takes the oldest event out; there must be one.</summary>
    public void Remove(out FeedEntry entry)
    {
        entry = _entries[0].Entry;
        _bytes -= entry.Event.Payload.Length;
        _entries.RemoveOldest();
    }
}
