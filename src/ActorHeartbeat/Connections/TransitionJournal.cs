using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Connections;

/// <summary>
/// The last transitions of an endpoint with their causes. Only the supervisor writes it. Hold it in a field that is not read-only.
/// </summary>
internal struct TransitionJournal
{
    /// <summary>How many are kept.</summary>
    public const int Capacity = 64;

    private RingBuffer<Transition> _transitions;

    public void Add(StateChanged change)
    {
        if (_transitions.Count == Capacity)
            _transitions.RemoveOldest();
        _transitions.Add(new Transition(change));
    }

    /// <summary>A copy, oldest first.</summary>
    /// <param name="endpoint">Whose journal it is.</param>
    public readonly ValueList<StateChanged> Snapshot(EndpointId endpoint)
    {
        var kept = _transitions;
        return [.. Enumerable.Range(0, kept.Count).Select(at => kept[at].Of(endpoint))];
    }

    /// <summary>A transition without its endpoint. Small, because there may be sixty-four of each endpoint.</summary>
    private readonly struct Transition(StateChanged change)
    {
        private readonly CloseCause? _cause = change.Cause;
        private readonly long _incarnation = change.Incarnation;
        private readonly DateTime _at = change.At.UtcDateTime;
        private readonly TimeSpan _retryIn = change.RetryIn ?? Timeout.InfiniteTimeSpan;
        private readonly int _attempt = change.Attempt;
        private readonly ConnectionState _from = change.From;
        private readonly ConnectionState _to = change.To;

        public StateChanged Of(EndpointId endpoint) =>
            new(endpoint, _incarnation, _from, _to, _attempt, _cause, _retryIn == Timeout.InfiniteTimeSpan ? null : _retryIn, _at);
    }
}
