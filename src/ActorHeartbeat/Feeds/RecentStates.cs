namespace ActorHeartbeat.Feeds;

/// <summary>
/// The newest state events of a feed. They have no numbers and are few, so they are kept beside the numbered events, and from the
/// start: what happened before a subscriber came, such as why the server closed, is what it comes to read. Not thread-safe.
/// </summary>
internal sealed class RecentStates
{
    /// <summary>How many are kept, the present one included: eight rounds of an endpoint that connects and fails.</summary>
    private const int Capacity = 16;

    private RingBuffer<FeedEvent> _states;

    /// <summary>The present state; null before the first.</summary>
    public FeedEvent? Present => _states.Count > 0 ? _states[_states.Count - 1] : null;

    public void Add(in FeedEvent state)
    {
        if (_states.Count == Capacity)
            _states.Remove();
        _states.Add(state);
    }

    /// <summary>The states that came after the event <paramref name="seq"/>, oldest first; 0 for all.</summary>
    public IEnumerable<FeedEvent> Since(long seq)
    {
        for (var at = 0; at < _states.Count; at++)
        {
            if (_states[at].Seq >= seq)
                yield return _states[at];
        }
    }
}
