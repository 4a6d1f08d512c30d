using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Connections;

/// <summary>The last transitions of an endpoint with their causes. Only the supervisor writes it.</summary>
internal sealed class TransitionJournal
{
    /// <summary>How many are kept.</summary>
    public const int Capacity = 64;

    // The ring grows to its capacity before it wraps: most endpoints see a handful of transitions in days.
    private StateChanged[] _ring = [];
    private long _written;

    public void Add(StateChanged change)
    {
        if (_written == _ring.Length && _ring.Length < Capacity)
            Array.Resize(ref _ring, Math.Max(4, 2 * _ring.Length));
        _ring[_written++ % Capacity] = change;
    }

    /// <summary>A copy, oldest first.</summary>
    public ValueList<StateChanged> Snapshot()
    {
        var first = Math.Max(0, _written - Capacity);
        return [.. Enumerable.Range(0, (int)(_written - first)).Select(index => _ring[(first + index) % Capacity])];
    }
}
