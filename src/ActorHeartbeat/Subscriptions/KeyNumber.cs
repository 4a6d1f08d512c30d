namespace ActorHeartbeat.Subscriptions;

/// <summary>
/// The highest number of a key that consumers have, and which connection brought it: both connections of a rotation look at the same one,
/// so that what one has delivered is not delivered again from the other. Thread-safe.
/// </summary>
internal sealed class KeyNumber
{
    /// <summary>In place of a connection: an earlier process has brought the number.</summary>
    private const int Earlier = -1;

    private long _highest, _first;
    private int _connection; // which brought the highest; 0 before the first number
    private SpinLock _lock = new(enableThreadOwnerTracking: false); // an object more for each key would be too much

    /// <summary>The number that consumers had last; null for none.</summary>
    public long? Highest
    {
        get
        {
            var taken = false;
            try
            {
                _lock.Enter(ref taken);
                return _connection == 0 ? null : _highest;
            }
            finally
            {
                if (taken)
                    _lock.Exit();
            }
        }
    }

    /// <summary>Takes the number of an earlier process, before the first of this one.</summary>
    public void Restore(long number)
    {
        var taken = false;
        try
        {
            _lock.Enter(ref taken);
            if (_connection == 0)
                (_highest, _connection) = (number, Earlier);
        }
        finally
        {
            if (taken)
                _lock.Exit();
        }
    }

    /// <summary>What a connection counts by, decided by its first number.</summary>
    /// <param name="number">The first number.</param>
    /// <param name="connection">The connection, counted from 1: the same one over reconnects, another one in a rotation.</param>
    /// <param name="neighbours">The connections that may bring the same. What another one brought is no duplicate: the peer may have
    /// begun anew since.</param>
    /// <returns>
    /// This one, or one of its own where the peer begins anew on every connection: then the number is below the first of the other, or is
    /// the one that counting begins with.
    /// </returns>
    public KeyNumber Join(long number, long connection, IConnectionNeighbours neighbours)
    {
        var taken = false;
        try
        {
            _lock.Enter(ref taken);
            if (_connection > 0 && _connection != connection)
            {
                if (neighbours.MayBringTheSame(_connection))
                    return number < _first || number is 0 or 1 ? new KeyNumber() : this;
                _connection = (int)connection; // in the place of one that is over
            }
            _first = number;
            return this;
        }
        finally
        {
            if (taken)
                _lock.Exit();
        }
    }

    /// <summary>A number has come in.</summary>
    /// <param name="number">The number.</param>
    /// <param name="connection">As for <see cref="Join"/>.</param>
    /// <param name="last">The number before it on the same connection; null for its first.</param>
    /// <param name="neighbours">As for <see cref="Join"/>.</param>
    public KeyNumberVerdict Received(long number, long connection, long? last, IConnectionNeighbours neighbours)
    {
        var taken = false;
        try
        {
            _lock.Enter(ref taken);
            var before = _connection == 0 ? (long?)null : _highest;
            if (number <= before
                && _connection > 0
                && _connection != connection
                && !(number < last && last <= before) // the peer counts anew, and the other connection does not know it yet
                && neighbours.MayBringTheSame(_connection))
                return new KeyNumberVerdict(IsDuplicate: true, before);
            (_highest, _connection) = (number, (int)connection);
            return new KeyNumberVerdict(IsDuplicate: false, before);
        }
        finally
        {
            if (taken)
                _lock.Exit();
        }
    }
}

/// <summary>The other connections of an endpoint, as one of them sees them.</summary>
internal interface IConnectionNeighbours
{
    /// <summary>Whether another connection is there, or was a moment ago: then both may bring the same.</summary>
    /// <param name="connection">The other one.</param>
    bool MayBringTheSame(long connection);
}

/// <summary>What a number of a key is.</summary>
/// <param name="IsDuplicate">Whether the other connection of a rotation has brought it.</param>
/// <param name="Before">The number that consumers had last; null for none.</param>
internal readonly record struct KeyNumberVerdict(bool IsDuplicate, long? Before);
