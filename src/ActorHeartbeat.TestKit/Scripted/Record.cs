namespace ActorHeartbeat.TestKit;

/// <summary>The newest items, bounded so that simulated years fit in memory, and the count of all items.</summary>
internal sealed class Record<T>
{
    private const int Kept = 10_000;

    private readonly Lock _lock = new();
    private readonly Queue<T> _items = new();
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    public void Add(T item)
    {
        lock (_lock)
        {
            _count++;
            if (_items.Count == Kept)
                _items.Dequeue();
            _items.Enqueue(item);
        }
    }

    public IReadOnlyList<T> Snapshot()
    {
        lock (_lock)
            return [.. _items];
    }
}
