namespace ActorHeartbeat.Connections;

/// <summary>The last transitions of an endpoint with their causes. One writer; a reader gets a copy.</summary>
public sealed class TransitionJournal
{
    /// <summary>How many are kept.</summary>
    public const int Capacity = 64;

    private readonly StateChanged?[] _ring = new StateChanged?[Capacity];
    private long _written;

    internal void Add(StateChanged change)
    {
        _ring[_written % Capacity] = change;
        Volatile.Write(ref _written, _written + 1);
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<StateChanged> Snapshot()
    {
        var written = Volatile.Read(ref _written);
        var changes = new List<StateChanged>(Capacity);
        for (var index = Math.Max(0, written - Capacity); index < written; index++)
        {
            if (_ring[index % Capacity] is { } change)
                changes.Add(change);
        }
        return changes;
    }
}
