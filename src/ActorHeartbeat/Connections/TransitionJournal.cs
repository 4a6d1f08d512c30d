namespace ActorHeartbeat.Connections;

/// <summary>The last transitions of an endpoint with their causes. One writer; a reader gets a copy.</summary>
public sealed class TransitionJournal
{
    /// <summary>How many are kept.</summary>
    public const int Capacity = 64;

    // Grows to the capacity before it begins to turn: most endpoints see a handful of transitions in days.
    private StateChanged?[] _ring = [];
    private long _written;

    internal void Add(StateChanged change)
    {
        if (_written == _ring.Length && _ring.Length < Capacity)
        {
            var larger = new StateChanged?[Math.Max(4, 2 * _ring.Length)];
            _ring.CopyTo(larger, 0);
            Volatile.Write(ref _ring, larger);
        }
        _ring[_written % Capacity] = change;
        Volatile.Write(ref _written, _written + 1);
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<StateChanged> Snapshot()
    {
        var written = Volatile.Read(ref _written); // before the ring: one that is too new has all that was written
        var ring = Volatile.Read(ref _ring);
        var changes = new List<StateChanged>(ring.Length);
        for (var index = Math.Max(0, written - Capacity); index < written; index++)
        {
            if (ring[index % Capacity] is { } change)
                changes.Add(change);
        }
        return changes;
    }
}
