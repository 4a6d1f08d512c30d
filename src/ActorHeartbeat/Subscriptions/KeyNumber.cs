namespace ActorHeartbeat.Subscriptions;

/// <summary>
/// The highest number of a key that consumers have, and which connection brought it: both connections of a rotation look at the same one,
/// so that what one has delivered is not delivered again from the other. Thread-safe.
/// </summary>
internal sealed class KeyNumber
{
    private readonly Lock _lock = new();
    private long _highest = long.MinValue;
    private long _connection;

    /// <summary>A number has come in.</summary>
    /// <param name="number">The number.</param>
    /// <param name="connection">The connection: the same one over reconnects, another one in a rotation.</param>
    public KeyNumberVerdict Received(long number, long connection)
    {
        lock (_lock)
        {
            var (highest, isOther) = (_highest, _connection != connection && _highest > long.MinValue);
            if (isOther && number <= highest)
                return new KeyNumberVerdict(IsDuplicate: true, highest);
            (_highest, _connection) = (number, connection);
            return new KeyNumberVerdict(IsDuplicate: false, highest > long.MinValue ? highest : null);
        }
    }
}

/// <summary>What a number of a key is.</summary>
/// <param name="IsDuplicate">Whether the other connection of a rotation has brought it.</param>
/// <param name="Before">The number that consumers had last; null for none.</param>
internal readonly record struct KeyNumberVerdict(bool IsDuplicate, long? Before);
