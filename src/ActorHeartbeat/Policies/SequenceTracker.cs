namespace ActorHeartbeat.Policies;

/// <summary>
/// Follows the numbers of a peer over one connection. Until it is settled whether the peer goes on where it was, the highest number is that
/// of the connection before. Thread-safe. Pure.
/// </summary>
/// <param name="before">The highest number of the connection before; null for none.</param>
internal sealed class SequenceTracker(long? before)
{
    private readonly Lock _lock = new();
    private long? _before = before, _first, _highest;
    private bool _isSettled, _goesOn;

    /// <summary>The highest number so far; null when there is none.</summary>
    public long? Highest
    {
        get
        {
            lock (_lock)
                return !_isSettled ? _before ?? _highest : _goesOn && !(_highest > _before) ? _before ?? _highest : _highest;
        }
    }

    /// <summary>A number has come in.</summary>
    /// <param name="number">The number.</param>
    /// <param name="step">By how much each is higher than the one before; null for any.</param>
    /// <returns>The numbers between which some are missing; null when none are.</returns>
    public (long After, long Before)? Received(long number, long? step)
    {
        lock (_lock)
        {
            var last = _highest ?? (_isSettled && _goesOn ? _before : null);
            _first ??= number;
            if (!(number <= _highest))
                _highest = number;
            return last is { } known && step is { } by && number > known && number - known > by ? (known, number) : null;
        }
    }

    /// <summary>Settles whether the peer goes on where it was. Without a step numbers always do.</summary>
    /// <returns>As <see cref="Received"/>, of what came in before.</returns>
    public (long After, long Before)? Settle(bool resumed, long? step)
    {
        lock (_lock)
        {
            (_isSettled, _goesOn) = (true, resumed || step is null);
            return resumed && (_before, _first, step) is ({ } known, { } number, { } by) && number > known && number - known > by
                ? (known, number)
                : null;
        }
    }

    public void Forget()
    {
        lock (_lock)
            (_before, _first, _highest) = (null, null, null);
    }
}
