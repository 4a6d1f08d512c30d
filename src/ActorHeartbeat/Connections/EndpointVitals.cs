using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Connections;

/// <summary>Figures of one endpoint over all its connections, written by the pump and the actor, read by anyone without a lock.</summary>
public sealed class EndpointVitals
{
    private readonly RttEstimator _roundTrips = new();
    private long _messagesOut, _bytesOut, _staleEvents, _dials, _heartbeatsAnswered;

    public long MessagesOut => Volatile.Read(ref _messagesOut);

    public long BytesOut => Volatile.Read(ref _bytesOut);

    /// <summary>Events of older incarnations that were dropped.</summary>
    public long StaleEvents => Volatile.Read(ref _staleEvents);

    /// <summary>Dial attempts.</summary>
    public long Dials => Volatile.Read(ref _dials);

    /// <summary>Heartbeats that were answered.</summary>
    public long HeartbeatsAnswered => Volatile.Read(ref _heartbeatsAnswered);

    /// <summary>Heartbeats are answered one at a time, so there is one writer.</summary>
    public RttEstimator RoundTrips => _roundTrips;

    internal void CountOut(int bytes)
    {
        Interlocked.Increment(ref _messagesOut);
        Interlocked.Add(ref _bytesOut, bytes);
    }

    internal void RoundTrip(TimeSpan roundTrip)
    {
        _roundTrips.Add(roundTrip);
        Interlocked.Increment(ref _heartbeatsAnswered);
    }

    internal void CountStale() => Interlocked.Increment(ref _staleEvents);

    internal void CountDial() => Interlocked.Increment(ref _dials);
}
