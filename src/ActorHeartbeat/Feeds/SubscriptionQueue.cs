using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Feeds;

/// <summary>
/// The events that wait for one subscriber. Feeds that pause at the bound have a queue of their own beside the feeds that drop, so that a
/// flood which is dropped anyway neither pushes their events out nor keeps them waiting. Both are read in the order of arrival.
/// Remembers what was lost. Not thread-safe.
/// </summary>
internal sealed class SubscriptionQueue(int capacity, int capacityBytes)
{
    private readonly EntryQueue _dropping = new(capacity, capacityBytes);
    private readonly EntryQueue _pausing = new(capacity, capacityBytes);
    private readonly Queue<FeedEntry[]> _replays = new();
    private readonly Queue<FeedLink> _lossy = new();
    private long _arrivals;

    public bool IsEmpty => _dropping.IsEmpty && _pausing.IsEmpty && _replays.Count == 0 && _lossy.Count == 0;

    /// <summary>Whether the pumps of feeds that pause have to wait.</summary>
    public bool MustPause => _pausing.IsFull;

    /// <summary>Whether events may soon be lost, or pumps have to wait.</summary>
    public bool IsHalfFull => !_dropping.HasRoom || !_pausing.HasRoom;

    /// <inheritdoc cref="EntryQueue.HasRoom"/>
    public bool HasRoom => _pausing.HasRoom;

    /// <summary>
    /// Adds events for a resumed subscriber, outside the bound: their feed's replay limits bound them.
    /// </summary>
    public void AddReplay(FeedEntry[] entries) => _replays.Enqueue(entries);

    /// <summary>Takes an event regardless of the bound.</summary>
    public void Add(in FeedEntry entry, OverflowPolicy policy) =>
        (policy == OverflowPolicy.PauseReading ? _pausing : _dropping).Add(_arrivals++, entry);

    /// <summary>Takes an event under the policy of its feed; false when the subscriber must be disconnected.</summary>
    public bool Offer(in FeedEntry entry, OverflowPolicy policy)
    {
        switch (policy)
        {
            case OverflowPolicy.PauseReading:
                // The pump waits, so only states, gaps and messages of a second connection get beyond the bound.
                if (_pausing.Overflows(times: 2))
                    Lose(entry);
                else
                    Add(entry, policy);
                return true;
            case OverflowPolicy.DropNewest when _dropping.Overflows():
                Lose(entry);
                return true;
            case OverflowPolicy.Disconnect when _dropping.Overflows():
                LoseWhatMayBeLost();
                Lose(entry);
                return false;
            default:
                while (_dropping.Overflows())
                    LoseOldest();
                Add(entry, policy);
                return true;
        }
    }

    /// <summary>The next events in order: replayed ones, then live ones.</summary>
    public bool TryTake(FeedEntry[] spare, out FeedEntry[] batch, out int count)
    {
        if (_replays.TryDequeue(out var replay))
        {
            (batch, count) = (replay, replay.Length);
            return true;
        }
        batch = spare;
        for (count = 0; count < spare.Length && !(_dropping.IsEmpty && _pausing.IsEmpty); count++)
            (_dropping.FirstArrival < _pausing.FirstArrival ? _dropping : _pausing).Remove(out spare[count]);
        return count > 0;
    }

    /// <summary>A feed whose newest events were dropped.</summary>
    public bool TryTakeLossy(out FeedLink link)
    {
        if (!_lossy.TryDequeue(out link!)) // Null only when false is returned.
            return false;
        link.IsLossy = false;
        return true;
    }

    /// <summary>Everything but the events of feeds that pause, of which nothing is lost: they are read before the stream ends.</summary>
    private void LoseWhatMayBeLost()
    {
        for (var left = _replays.Count; left > 0; left--)
        {
            var replay = _replays.Dequeue();
            if (replay[0].Link is { Overflow: OverflowPolicy.PauseReading }) // a replay is of one feed
                _replays.Enqueue(replay);
            else
                Array.ForEach(replay, entry => Lose(entry));
        }
        while (!_dropping.IsEmpty)
            LoseOldest();
    }

    private void LoseOldest()
    {
        _dropping.Remove(out var oldest);
        Lose(oldest);
    }

    private void Lose(in FeedEntry entry)
    {
        if (entry.Link is not { } link || !entry.Event.IsNumbered)
            return;
        link.Feed.CountDropped();
        link.LastDropped = Math.Max(link.LastDropped, entry.Event.Seq);
        if (link.IsLossy)
            return;
        link.IsLossy = true;
        _lossy.Enqueue(link);
    }
}
