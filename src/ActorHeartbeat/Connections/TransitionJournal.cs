namespace ActorHeartbeat.Connections;

/// <summary>
/// The last transitions of an endpoint with their causes; a reader gets a copy. Of answered heartbeats in a row only the newest is kept: in
/// minutes they would push out whatever explains something.
/// </summary>
public sealed class TransitionJournal
{
    /// <summary>How many are kept.</summary>
    public const int Capacity = 64;

    private readonly Lock _gate = new();

    // Grows to the capacity before it begins to turn: most endpoints see a handful of transitions in days.
    private StateChanged?[] _ring = [];
    private long _written;

    internal void Add(StateChanged change)
    {
        lock (_gate)
        {
            if (change.To == ConnectionState.AwaitingPong && EndsWithAnsweredHeartbeat(change.Incarnation))
            {
                DropNewest();
                DropNewest();
            }
            if (_written == _ring.Length && _ring.Length < Capacity)
                Array.Resize(ref _ring, Math.Max(4, 2 * _ring.Length));
            _ring[_written++ % Capacity] = change;
        }
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<StateChanged> Snapshot()
    {
        lock (_gate)
        {
            var changes = new List<StateChanged>(_ring.Length);
            for (var index = Math.Max(0, _written - Capacity); index < _written; index++)
            {
                if (_ring[index % Capacity] is { } change)
                    changes.Add(change);
            }
            return changes;
        }
    }

    private void DropNewest() => _ring[--_written % Capacity] = null;

    private bool EndsWithAnsweredHeartbeat(long incarnation) =>
        _written >= 2
        && _ring[(_written - 1) % Capacity] is { From: ConnectionState.AwaitingPong, To: ConnectionState.Open } answered && answered.Incarnation == incarnation
        && _ring[(_written - 2) % Capacity] is { From: ConnectionState.Open, To: ConnectionState.AwaitingPong };
}
