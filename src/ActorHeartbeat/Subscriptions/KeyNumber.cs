namespace ActorHeartbeat.Subscriptions;

/// <summary>
/// The highest number of a key that consumers have, and which connection brought it: both connections of a rotation look at the same one,
/// so that what one has delivered is not delivered again from the other. Thread-safe.
/// </summary>
internal sealed class KeyNumber
{
    private readonly Lock _lock = new();
    private long? _highest;
    private long _first;
    private long? _connection; // null where an earlier process has brought it

    /// <summary>The number that consumers had last; null for none.</summary>
    public long? Highest
    {
        get
        {
            lock (_lock)
                return _highest;
        }
    }

    /// <summary>Takes the number of an earlier process, where none has come since.</summary>
    public void Restore(long number)
    {
        lock (_lock)
            _highest ??= number;
    }

    /// <summary>What a connection counts by, decided by its first number.</summary>
    /// <param name="number">The first number.</param>
    /// <param name="connection">The connection: the same one over reconnects, another one in a rotation.</param>
    /// <returns>
    /// This one, or one of its own where the peer begins anew on every connection: then the number is not above the first of the other.
    /// </returns>
    public KeyNumber Join(long number, long connection)
    {
        lock (_lock)
        {
            if (_connection is { } other && other != connection)
                return number <= _first ? new KeyNumber() : this;
            _first = number;
            return this;
        }
    }

    /// <summary>A number has come in.</summary>
    /// <param name="number">The number.</param>
    /// <param name="connection">As for <see cref="Join"/>.</param>
    public KeyNumberVerdict Received(long number, long connection)
    {
        lock (_lock)
        {
            var before = _highest;
            if (_connection is { } other && other != connection && number <= before)
                return new KeyNumberVerdict(IsDuplicate: true, before);
            (_highest, _connection) = (number, connection);
            return new KeyNumberVerdict(IsDuplicate: false, before);
        }
    }
}

/// <summary>What a number of a key is.</summary>
/// <param name="IsDuplicate">Whether the other connection of a rotation has brought it.</param>
/// <param name="Before">The number that consumers had last; null for none.</param>
internal readonly record struct KeyNumberVerdict(bool IsDuplicate, long? Before);
