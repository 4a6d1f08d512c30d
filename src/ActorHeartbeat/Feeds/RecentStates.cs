namespace ActorHeartbeat.Feeds;

/// <summary>
/// The newest state events of a feed. They have no numbers and are few, so they are kept beside the numbered events, and from the
/// start: what happened before a subscriber came, such as why the server closed, is what it comes to read. Each becomes an event when it
/// is read: most endpoints are never asked. Not thread-safe; hold it in a field that is not read-only.
/// </summary>
internal struct RecentStates
{
    /// <summary>How many are kept, the present one included: eight rounds of an endpoint that connects and fails.</summary>
    private const int Capacity = 16;

    private RingBuffer<ReportedState> _states;

    /// <summary>The present state; null before the first.</summary>
    public readonly ReportedState? Present => _states.Count > 0 ? _states[_states.Count - 1] : null;

    public void Add(in ReportedState state)
    {
        if (_states.Count == Capacity)
            _states.RemoveOldest();
        _states.Add(state);
    }

    /// <summary>The states that came after the event <paramref name="seq"/>, oldest first; 0 for all.</summary>
    public readonly IEnumerable<ReportedState> Since(long seq)
    {
        for (var at = 0; at < _states.Count; at++)
        {
            if (_states[at].Seq >= seq)
                yield return _states[at];
        }
    }
}

/// <summary>A state event without what all events of the feed share.</summary>
/// <param name="State">The state.</param>
/// <param name="Epoch">The newest connection at that time.</param>
/// <param name="Seq">The number of the event before it.</param>
/// <param name="UtcTicks">When it was reported.</param>
internal readonly record struct ReportedState(FeedState State, int Epoch, long Seq, long UtcTicks)
{
    /// <param name="seq">The number that it repeats.</param>
    /// <param name="source">The newest of the feed.</param>
    public FeedEvent EventAfter(long seq, FeedSource source) =>
        FeedEvent.Detailed(FeedSource.Of(source.Instance, source.Endpoint, Epoch, State), seq, UtcTicks);
}
