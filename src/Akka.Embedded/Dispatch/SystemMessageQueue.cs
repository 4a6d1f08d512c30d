namespace Akka.Dispatch;

/// <summary>Lock-free stack of system messages that is emptied at once, oldest first. Closing is final.</summary>
internal struct SystemMessageQueue
{
    private static readonly SystemMessage Closed = new CreateMessage();

    private SystemMessage _newest;

    public readonly bool IsEmpty => Volatile.Read(in _newest) is null;

    /// <summary>False when the queue has been closed.</summary>
    public bool TryAdd(SystemMessage message)
    {
        while (true)
        {
            var newest = Volatile.Read(ref _newest);
            if (ReferenceEquals(newest, Closed))
                return false;
            message.Next = newest;
            if (ReferenceEquals(Interlocked.CompareExchange(ref _newest, message, newest), newest))
                return true;
        }
    }

    /// <summary>Takes everything; the result is linked from the oldest to the newest, null when there is nothing.</summary>
    public SystemMessage TakeAll()
    {
        var newest = Volatile.Read(ref _newest);
        return newest is null || ReferenceEquals(newest, Closed) ? null : Reverse(Interlocked.Exchange(ref _newest, null));
    }

    /// <summary>Takes everything and refuses what comes later.</summary>
    public SystemMessage Close() => Reverse(Interlocked.Exchange(ref _newest, Closed));

    private static SystemMessage Reverse(SystemMessage newest)
    {
        SystemMessage oldest = null;
        while (newest is not null)
            (newest.Next, oldest, newest) = (oldest, newest, newest.Next);
        return oldest;
    }
}
