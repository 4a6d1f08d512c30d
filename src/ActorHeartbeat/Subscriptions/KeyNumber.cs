namespace ActorHeartbeat.Subscriptions;

/// <summary>
/// The highest number of a key that consumers have, and which connection brought it: both connections of a rotation look at the same one,
/// so that what one has delivered is not delivered again from the other. Thread-safe.
/// </summary>
internal sealed class KeyNumber
{
    private readonly Lock _lock = new();
    private KeyNumber? _apart; // of the connection beside this one, where each counts by itself
    private long? _highest;
    private long _first, _connection;

    /// <summary>What a connection counts by, decided by its first number.</summary>
    /// <param name="number">The first number.</param>
    /// <param name="connection">The connection: the same one over reconnects, another one in a rotation.</param>
    /// <param name="isBeside">
    /// Whether another connection is, or was, there at the same time. What one brought that is over for long is no duplicate: the peer may
    /// have begun anew since.
    /// </param>
    /// <returns>
    /// This one, or one of its own where the peer begins anew on every connection: then the number is not above the first of the other.
    /// </returns>
    public KeyNumber Join(long number, long connection, Func<long, bool>? isBeside = null)
    {
        lock (_lock)
        {
            var apart = _apart;
            if (_highest is null || _connection == connection)
                return Begin(number, connection);
            var isOver = isBeside?.Invoke(_connection) == false;
            if (apart is not null && (apart._connection == connection || (isOver && apart._connection > _connection)))
            {
                (_apart, apart._apart) = (null, this);
                return apart.Join(number, connection, isBeside);
            }
            if (isOver)
                return Begin(number, connection);
            if (number > _first)
                return this;
            _apart = null; // there are never more than two
            return new KeyNumber { _apart = this, _connection = connection, _first = number };
        }
    }

    private KeyNumber Begin(long number, long connection)
    {
        (_first, _connection) = (number, connection);
        return this;
    }

    /// <summary>A number has come in.</summary>
    /// <param name="number">The number.</param>
    /// <param name="connection">As for <see cref="Join"/>.</param>
    public KeyNumberVerdict Received(long number, long connection)
    {
        lock (_lock)
        {
            var before = _highest;
            if (_connection != connection && number <= before)
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
