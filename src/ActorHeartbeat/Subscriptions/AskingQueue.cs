namespace ActorHeartbeat.Subscriptions;

/// <summary>
/// The keys of one subscription that are to be asked for. What the peer may have is ended first, and those keys take turns with the others.
/// </summary>
internal sealed class AskingQueue
{
    /// <summary>An empty queue keeps no more room than this.</summary>
    private const int MostKept = 64;

    private readonly Queue<SubscribedKey> _new = new(); // those that have left a queue since are passed over
    private readonly Queue<SubscribedKey> _again = new(); // what the peer may have, to be ended first
    private readonly Queue<SubscribedKey> _ended = new(); // of these, what is ended, and asked for next
    private int _ending; // keys that are to be ended first
    private bool _isTheirTurn; // they and the others take turns

    /// <summary>How many keys are to be asked for.</summary>
    public int Count { get; private set; }

    /// <summary>A key is to be asked for.</summary>
    /// <param name="key">The key.</param>
    /// <param name="isReplayed">Whether because the connection has opened.</param>
    public void Add(SubscribedKey key, bool isReplayed = false)
    {
        if (Enter(key, isReplayed))
            _new.Enqueue(key);
    }

    /// <summary>A key is to be ended and asked for again, when its turn comes.</summary>
    public void AddAgain(SubscribedKey key)
    {
        if (!Enter(key, isReplayed: false))
            return;
        Ends(key, first: true);
        _again.Enqueue(key);
    }

    public void Remove(SubscribedKey key)
    {
        if (!key.IsQueued)
            return;
        Ends(key, first: false);
        key.IsQueued = false;
        Count--;
    }

    /// <summary>Takes the keys that are ended now, to be asked for next; none where it is not their turn.</summary>
    public IReadOnlyList<SubscribedKey> TakeToEnd(int most)
    {
        while (_ended.TryPeek(out var left) && (!left.IsQueued || left.EndsFirst))
            _ended.Dequeue();
        if (_ending == 0 || _ended.Count > 0 || !(_isTheirTurn || Count == _ending))
            return [];
        var taken = new List<SubscribedKey>();
        while (taken.Count < most && _again.TryDequeue(out var key))
        {
            if (!key.EndsFirst)
                continue;
            taken.Add(key);
            _ended.Enqueue(key);
        }
        Trim(_again);
        return taken;
    }

    /// <summary>Keys are ended, and asked for next.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="isSaid">Whether anything is said to the peer that ends them.</param>
    public void Ended(IReadOnlyList<SubscribedKey> keys, bool isSaid)
    {
        foreach (var key in keys)
        {
            Ends(key, first: false);
            key.WasEnded = isSaid;
        }
    }

    /// <summary>Takes the keys of the next message.</summary>
    public IReadOnlyList<SubscribedKey> Take(int most)
    {
        var taken = new List<SubscribedKey>();
        while (taken.Count < most && (_ended.TryDequeue(out var key) || _new.TryDequeue(out key)))
        {
            if (!key.IsQueued || key.EndsFirst)
                continue;
            Remove(key);
            taken.Add(key);
        }
        Trim(_ended);
        Trim(_new);
        _isTheirTurn = _ending > 0 && !_isTheirTurn;
        return taken;
    }

    private bool Enter(SubscribedKey key, bool isReplayed)
    {
        if (key.IsQueued)
            return false;
        (key.IsQueued, key.IsReplayed) = (true, isReplayed);
        Count++;
        return true;
    }

    private void Ends(SubscribedKey key, bool first)
    {
        _ending += (first ? 1 : 0) - (key.EndsFirst ? 1 : 0);
        key.EndsFirst = first;
    }

    private static void Trim(Queue<SubscribedKey> queue)
    {
        if (queue.Count == 0 && queue.Capacity > MostKept)
            queue.TrimExcess();
    }
}
