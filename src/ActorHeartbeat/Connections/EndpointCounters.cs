namespace ActorHeartbeat.Connections;

/// <summary>Counts of one endpoint over all its connections. Thread-safe.</summary>
internal sealed class EndpointCounters
{
    private long _messagesOut, _bytesOut, _staleEvents, _dials, _heartbeatsSent, _heartbeatsAnswered;

    public long MessagesOut => Volatile.Read(ref _messagesOut);

    public long BytesOut => Volatile.Read(ref _bytesOut);

    /// <summary>Events of older incarnations that were dropped.</summary>
    public long StaleEvents => Volatile.Read(ref _staleEvents);

    public long Dials => Volatile.Read(ref _dials);

    public long HeartbeatsSent => Volatile.Read(ref _heartbeatsSent);

    public long HeartbeatsAnswered => Volatile.Read(ref _heartbeatsAnswered);

    public void CountOut(int bytes)
    {
        Interlocked.Increment(ref _messagesOut);
        Interlocked.Add(ref _bytesOut, bytes);
    }

    public void CountHeartbeat() => Interlocked.Increment(ref _heartbeatsSent);

    public void CountAnswer() => Interlocked.Increment(ref _heartbeatsAnswered);

    public void CountStale() => Interlocked.Increment(ref _staleEvents);

    public void CountDial() => Interlocked.Increment(ref _dials);
}
