namespace ActorHeartbeat.Subscriptions;

/// <summary>
/// The number of a key that consumers have, and which connection brought it: both connections of a rotation look at the same one, so that
/// what one has delivered is not delivered again from the other. Thread-safe.
/// </summary>
internal sealed class KeyNumber
{
    /// <summary>In place of a connection: an earlier process has brought the number.</summary>
    private const int Earlier = -1;

    private long _highest;
    private long _mark; // the first number of the connection; while numbers are behind, the one from which they went back
    private int _bringer; // the connection, doubled, and 1 more while numbers are behind; 0 before the first number
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
                return Before;
            }
            finally
            {
                if (taken)
                    _lock.Exit();
            }
        }
    }

    private long? Before => _bringer == 0 ? null : _highest;

    private int Connection => _bringer >> 1;

    /// <summary>
    /// Whether the last number was lower than the one before it on the same connection. Either the peer counts anew from there, or it was
    /// an old number: the next one tells.
    /// </summary>
    private bool IsBehind => (_bringer & 1) != 0;

    private long First => IsBehind ? _highest : _mark;

    /// <summary>Takes the number of an earlier process, before the first of this one.</summary>
    public void Restore(long number)
    {
        var taken = false;
        try
        {
            _lock.Enter(ref taken);
            if (_bringer == 0)
                Take(number, Earlier);
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
    /// the one that counting begins with. Consumers had the other's, and learn that numbers go back.
    /// </returns>
    public KeyNumber Join(long number, long connection, IConnectionNeighbours neighbours)
    {
        var taken = false;
        try
        {
            _lock.Enter(ref taken);
            if (_bringer == 0 || Connection == connection || !neighbours.MayBringTheSame(Connection))
            {
                (_mark, _bringer) = (number, _bringer & ~1);
                return this;
            }
            if (number >= First && number is not (0 or 1))
                return this;
            var own = new KeyNumber { _mark = number };
            own.Take(_highest, connection);
            return own;
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
            var before = Before;
            if (number <= before
                && Connection != connection
                && !(number < last && last <= before) // the peer counts anew, and the other connection does not know it yet
                && neighbours.MayBringTheSame(Connection))
                return new KeyNumberVerdict(IsDuplicate: true, before);
            if (IsBehind && number > before)
                before = LookBack(number);
            else if (number < last && number < before && !IsBehind)
                (_mark, _bringer) = (_highest, _bringer | 1);
            Take(number, connection);
            return new KeyNumberVerdict(IsDuplicate: false, before);
        }
        finally
        {
            if (taken)
                _lock.Exit();
        }
    }

    /// <summary>Numbers are behind no more.</summary>
    /// <returns>What a number is compared with: where it goes on from, there was one old number, and nothing is missing since.</returns>
    private long LookBack(long number)
    {
        var known = number > _mark ? _mark : _highest;
        (_mark, _bringer) = (_highest, _bringer & ~1);
        return known;
    }

    private void Take(long number, long connection) => (_highest, _bringer) = (number, ((int)connection << 1) | (_bringer & 1));
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
/// <param name="Before">The number that it follows; null for none.</param>
internal readonly record struct KeyNumberVerdict(bool IsDuplicate, long? Before);
