namespace ActorHeartbeat.Delivery;

/// <summary>The newest numbered events of a feed, bounded by count and by payload bytes; grows only as it fills. Not thread-safe.</summary>
internal sealed class ReplayRing(int maxCount, int maxBytes)
{
    private const int SmallestLength = 8;

    private FeedEvent[] _events = [];
    private int _start;
    private int _maxCount = maxCount;
    private int _maxBytes = maxBytes;

    public int Count { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>The number of the oldest kept event; meaningless when there is none.</summary>
    public long FirstSeq => _events[_start].Seq;

    public void Add(in FeedEvent feedEvent)
    {
        if (_maxCount == 0 || feedEvent.Payload.Length > _maxBytes)
        {
            // What cannot be kept would leave a hole between older and newer ones.
            Clear();
            return;
        }
        while (Count == _maxCount || Bytes + feedEvent.Payload.Length > _maxBytes)
            RemoveOldest();
        if (Count == _events.Length)
            Grow();
        _events[Slot(Count)] = feedEvent;
        Count++;
        Bytes += feedEvent.Payload.Length;
    }

    /// <summary>All kept events from <paramref name="seq"/> on.</summary>
    public FeedEvent[] From(long seq)
    {
        if (Count == 0)
            return [];
        var skipped = (int)Math.Clamp(seq - FirstSeq, 0, Count);
        var events = new FeedEvent[Count - skipped];
        for (var at = 0; at < events.Length; at++)
            events[at] = _events[Slot(skipped + at)];
        return events;
    }

    public void Configure(int maxCount, int maxBytes)
    {
        (_maxCount, _maxBytes) = (maxCount, maxBytes);
        while (Count > _maxCount || Bytes > _maxBytes)
            RemoveOldest();
    }

    public void Clear()
    {
        _events = [];
        _start = 0;
        Count = 0;
        Bytes = 0;
    }

    private void RemoveOldest()
    {
        Bytes -= _events[_start].Payload.Length;
        _events[_start] = default;
        _start = Slot(1);
        Count--;
    }

    private void Grow()
    {
        var larger = new FeedEvent[Math.Min(_maxCount, Math.Max(SmallestLength, _events.Length * 2))];
        for (var at = 0; at < Count; at++)
            larger[at] = _events[Slot(at)];
        _events = larger;
        _start = 0;
    }

    private int Slot(int offset)
    {
        var slot = _start + offset;
        return slot < _events.Length ? slot : slot - _events.Length;
    }
}
