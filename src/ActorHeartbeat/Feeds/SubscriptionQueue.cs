using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Feeds;

/// <summary>
/// The events that wait for one subscriber, bounded by count and bytes. Applies
/// the overflow policy at the bound and remembers what was lost. Not thread-safe.
/// </summary>
internal sealed class SubscriptionQueue(int capacity, int capacityBytes)
{
    private readonly RingBuffer<FeedEntry> _entries = new();
    private readonly Queue<FeedEntry[]> _replays = new();
    private readonly Queue<FeedLink> _lossy = new();
    private long _bytes;
    private int _largest; // of the messages since the queue was last empty

    public bool IsEmpty => _entries.Count == 0 && _replays.Count == 0 && _lossy.Count == 0;

    public bool IsFull => _entries.Count >= capacity || _bytes >= capacityBytes;

    /// <summary>
    /// Whether a pump that waits for room may go on. Half of the bound, so that pump and reader do not wake each other for every message.
    /// </summary>
    public bool HasRoom => _entries.Count <= capacity / 2 && _bytes <= capacityBytes / 2;

    /// <summary>
    /// Adds events for a resumed subscriber, outside the bound: their feed's replay limits bound them and keep their payloads anyway.
    /// </summary>
    public void AddReplay(FeedEntry[] entries) => _replays.Enqueue(entries);

    /// <summary>Takes an event regardless of the bound.</summary>
    public void Add(in FeedEntry entry)
    {
        _largest = _entries.Count == 0 ? entry.Event.Payload.Length : Math.Max(_largest, entry.Event.Payload.Length);
        _entries.Add(entry);
        _bytes += entry.Event.Payload.Length;
    }

    /// <summary>Takes an event under the policy; false when the subscriber must be disconnected.</summary>
    public bool Offer(in FeedEntry entry, OverflowPolicy policy)
    {
        if (!Overflows(capacity, capacityBytes))
        {
            Add(entry);
            return true;
        }
        switch (policy)
        {
            case OverflowPolicy.DropOldest:
                while (Overflows(capacity, capacityBytes))
                    Lose(Remove());
                Add(entry);
                return true;
            case OverflowPolicy.DropNewest:
                Lose(entry);
                return true;
            case OverflowPolicy.PauseReading:
                // The pump waits, so only states, gaps and messages of a second connection get here.
                if (Overflows(2L * capacity, 2L * capacityBytes))
                    Lose(entry);
                else
                    Add(entry);
                return true;
            default:
                LoseEverything();
                Lose(entry);
                return false;
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
        for (count = 0; count < spare.Length && _entries.Count > 0; count++)
            spare[count] = Remove();
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

    // What is there decides, and the largest of it does not count: one large message must not drive out what it follows, nor be driven
    // out by the small ones behind it.
    private bool Overflows(long count, long bytes) =>
        _entries.Count >= count || (_entries.Count > 0 && _bytes - _largest >= bytes);

    private FeedEntry Remove()
    {
        var entry = _entries.Remove();
        _bytes -= entry.Event.Payload.Length;
        return entry;
    }

    private void LoseEverything()
    {
        while (_replays.TryDequeue(out var replay))
            Array.ForEach(replay, entry => Lose(entry));
        while (_entries.Count > 0)
            Lose(Remove());
        _entries.Clear();
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
