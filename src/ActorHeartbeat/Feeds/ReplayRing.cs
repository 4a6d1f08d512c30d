namespace ActorHeartbeat.Feeds;

/// <summary>The newest numbered events of a feed, bounded by count and by payload bytes. Not thread-safe.</summary>
internal sealed class ReplayRing(int maxCount, int maxBytes)
{
    private RingBuffer<FeedEvent> _events;
    private RingBuffer<(long Seq, int Length)> _peaks; // each is larger than all that came after it
    private long _bytes;
    private int _maxCount = maxCount;
    private int _maxBytes = maxBytes;

    public bool KeepsNothing => _maxCount == 0;

    public int Count => _events.Count;

    /// <summary>
    /// Adds the event that follows the newest kept one. The bytes bound what is kept beside the largest message: a message must not
    /// drive out what it follows, nor what it follows drive out itself, because of its own size.
    /// </summary>
    public void Add(in FeedEvent feedEvent)
    {
        _events.Add(feedEvent);
        _bytes += feedEvent.Payload.Length;
        while (_peaks.Count > 0 && _peaks[_peaks.Count - 1].Length <= feedEvent.Payload.Length)
            _peaks.RemoveNewest();
        _peaks.Add((feedEvent.Seq, feedEvent.Payload.Length));
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
        _peaks.Clear();
        _bytes = 0;
    }

    private void Shrink()
    {
        while (_events.Count > _maxCount || (_events.Count > 0 && _bytes - _peaks[0].Length > _maxBytes))
        {
            var oldest = _events.Remove();
            _bytes -= oldest.Payload.Length;
            if (oldest.Seq == _peaks[0].Seq)
                _peaks.Remove();
        }
    }
}
