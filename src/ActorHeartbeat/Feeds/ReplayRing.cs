namespace ActorHeartbeat.Feeds;

/// <summary>
/// The newest numbered events of a feed, bounded by count and by payload bytes. Not thread-safe. It copies small payloads into one array:
/// as arrays of their own they would outlive every collection of young objects, and each of the others would be in its way.
/// </summary>
internal sealed class ReplayRing(int maxCount, int maxBytes)
{
    private const int LargestCopied = 1024;

    private RingBuffer<Kept> _events;
    private ByteRing _copied;
    private RingBuffer<(long Seq, int Length)> _peaks; // each is larger than all that came after it
    private long _bytes;
    private int _maxCount = maxCount;
    private int _maxBytes = maxBytes;

    /// <summary>Whether it keeps the payload itself, which must last, and no copy.</summary>
    public bool KeepsPayload(in FeedEvent feedEvent) => _maxCount > 0 && feedEvent.Payload.Length > LargestCopied;

    public int Count => _events.Count;

    /// <summary>
    /// Adds the event that follows the newest kept one. The bytes bound what is kept beside the largest message: a message must not
    /// drive out what it follows, nor what it follows drive out itself, because of its own size.
    /// </summary>
    public void Add(in FeedEvent feedEvent)
    {
        if (_maxCount == 0)
            return;
        var length = feedEvent.Payload.Length;
        ref var added = ref _events.Add();
        added.Length = length;
        if (KeepsPayload(feedEvent))
            added.Event = feedEvent;
        else
        {
            added.Event = feedEvent.With(default);
            _copied.Add(feedEvent.Payload.Span);
        }
        _bytes += length;
        while (_peaks.Count > 0 && _peaks[_peaks.Count - 1].Length <= length)
            _peaks.RemoveNewest();
        _peaks.Add((feedEvent.Seq, length));
        Shrink();
    }

    /// <summary>The number of the oldest kept event, or <paramref name="none"/> when there is none.</summary>
    public long FirstSeqOr(long none) => _events.Count == 0 ? none : _events[0].Event.Seq;

    /// <summary>All kept events from <paramref name="seq"/> on, each with a payload of its own.</summary>
    public IEnumerable<FeedEvent> From(long seq)
    {
        var offset = 0;
        for (var at = 0; at < Count; at++)
        {
            var kept = _events[at];
            if (kept.Event.Seq >= seq)
                yield return Restored(kept, offset);
            offset += kept.Copied;
        }
    }

    public void Configure(int maxCount, int maxBytes)
    {
        (_maxCount, _maxBytes) = (maxCount, maxBytes);
        Shrink();
    }

    public void Clear()
    {
        _events.Clear();
        _copied.Clear();
        _peaks.Clear();
        _bytes = 0;
    }

    private FeedEvent Restored(in Kept kept, int offset)
    {
        if (kept.Copied == 0)
            return kept.Event;
        var payload = GC.AllocateUninitializedArray<byte>(kept.Copied);
        _copied.CopyTo(offset, payload);
        return kept.Event.With(payload);
    }

    private void Shrink()
    {
        while (_events.Count > _maxCount || (_events.Count > 0 && _bytes - _peaks[0].Length > _maxBytes))
        {
            ref readonly var oldest = ref _events[0];
            _bytes -= oldest.Length;
            _copied.RemoveOldest(oldest.Copied);
            if (oldest.Event.Seq == _peaks[0].Seq)
                _peaks.RemoveOldest();
            _events.RemoveOldest();
        }
    }

    /// <summary>An event, without its payload where that was copied.</summary>
    private struct Kept
    {
        public FeedEvent Event;
        public int Length;

        public readonly int Copied => Event.Payload.IsEmpty ? Length : 0;
    }
}
