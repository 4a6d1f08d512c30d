namespace ActorHeartbeat.Feeds;

/// <summary>The newest numbered events of a feed, bounded by count and by payload bytes. Not thread-safe.</summary>
internal sealed class ReplayRing(int maxCount, int maxBytes)
{
    private readonly RingBuffer<FeedEvent> _events = new();
    private long _bytes;
    private int _maxCount = maxCount;
    private int _maxBytes = maxBytes;

    public bool KeepsNothing => _maxCount == 0;

    public int Count => _events.Count;

    /// <summary>
    /// Adds the event that follows the newest kept one. An event larger than the ring leaves it empty, because a ring has no holes.
    /// </summary>
    public void Add(in FeedEvent feedEvent)
    {
        _events.Add(feedEvent);
        _bytes += feedEvent.Payload.Length;
        Shrink();
    }

    /// <summary>The number of the oldest kept event, or <paramref name="none"/> when there is none.</summary>
    public long FirstSeqOr(long none) => _events.Count == 0 ? none : _events[0].Seq;

    /// <summary>All kept events from <paramref name="seq"/> on.</summary>
    public IEnumerable<FeedEvent> From(long seq)
    {
        for (var at = (int)Math.Clamp(seq - FirstSeqOr(seq), 0, Count); at < Count; at++)
            yield return _events[at];
    }

    public void Configure(int maxCount, int maxBytes)
    {
        (_maxCount, _maxBytes) = (maxCount, maxBytes);
        Shrink();
    }

    public void Clear()
    {
        _events.Clear();
        _bytes = 0;
    }

    private void Shrink()
    {
        while (_events.Count > _maxCount || _bytes > _maxBytes)
            _bytes -= _events.Remove().Payload.Length;
    }
}
