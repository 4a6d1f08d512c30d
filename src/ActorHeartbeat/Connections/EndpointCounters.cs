namespace ActorHeartbeat.Connections;

/// <summary>Counts of one endpoint over all its connections. Thread-safe.</summary>
internal sealed class EndpointCounters
{
    private Tally<AttemptEnd> _attempts;
    private Tally<Disconnect> _disconnects;
    private long _messagesOut, _bytesOut, _staleEvents, _dials, _heartbeatsSent, _heartbeatsAnswered, _missed, _beats, _lastBeat;

    public long MessagesOut => Volatile.Read(ref _messagesOut);

    public long BytesOut => Volatile.Read(ref _bytesOut);

    /// <summary>Events of older incarnations that were dropped.</summary>
    public long StaleEvents => Volatile.Read(ref _staleEvents);

    public long Dials => Volatile.Read(ref _dials);

    public long HeartbeatsSent => Volatile.Read(ref _heartbeatsSent);

    public long HeartbeatsAnswered => Volatile.Read(ref _heartbeatsAnswered);

    /// <summary>Heartbeats that were not answered in time.</summary>
    public long HeartbeatsMissed => Volatile.Read(ref _missed);

    /// <summary>Dials that have ended, by how.</summary>
    public IReadOnlyList<KeyValuePair<AttemptEnd, long>> Attempts => _attempts.Counts;

    /// <summary>Open connections that have ended, by how.</summary>
    public IReadOnlyList<KeyValuePair<Disconnect, long>> Disconnects => _disconnects.Counts;

    /// <summary>Messages of the peer that are a sign of its life.</summary>
    public long Beats => Volatile.Read(ref _beats);

    /// <summary>When the newest came, wall clock; null before the first.</summary>
    public DateTimeOffset? LastBeat => Volatile.Read(ref _lastBeat) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public void CountOut(int bytes)
    {
        Interlocked.Increment(ref _messagesOut);
        Interlocked.Add(ref _bytesOut, bytes);
    }

    public void CountHeartbeat() => Interlocked.Increment(ref _heartbeatsSent);

    public void CountMissed() => Interlocked.Increment(ref _missed);

    public void CountAttempt(AttemptEnd end) => _attempts.Count(end);

    public void CountDisconnect(Disconnect end) => _disconnects.Count(end);

    public void CountAnswer() => Interlocked.Increment(ref _heartbeatsAnswered);

    /// <param name="at">Now, by the wall clock.</param>
    public void CountBeat(DateTimeOffset at)
    {
        Volatile.Write(ref _lastBeat, at.UtcTicks);
        Interlocked.Increment(ref _beats); // not the pump's alone: a rotation has two
    }

    public void CountStale() => Interlocked.Increment(ref _staleEvents);

    public void CountDial() => Interlocked.Increment(ref _dials);
}
