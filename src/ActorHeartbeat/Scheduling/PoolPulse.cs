namespace ActorHeartbeat.Scheduling;

/// <summary>
/// Feels whether the thread pool runs what it is given. All actors and pumps run there: without a free thread they hear nothing, and a
/// silence that they notice afterwards was their own.
/// </summary>
/// <param name="clock">A monotonic clock.</param>
/// <param name="jam">A work item that takes this long shows a jam.</param>
/// <param name="report">Receives how long a jam was when it is over, on a thread of the pool.</param>
/// <param name="queue">Gives a work item to the pool.</param>
internal sealed class PoolPulse(Func<TimeSpan> clock, TimeSpan jam, Action<TimeSpan> report, Action<IThreadPoolWorkItem> queue)
    : IThreadPoolWorkItem
{
    private const long None = -1;

    private long _sentAt = None; // ticks of the clock
    private long _jammedUntil;

    /// <summary>When the last jam ended, now while one lasts; zero when there was none.</summary>
    public TimeSpan JammedUntil
    {
        get
        {
            var sentAt = Volatile.Read(ref _sentAt);
            return sentAt != None && clock() is var now && now - TimeSpan.FromTicks(sentAt) >= jam
                ? now
                : TimeSpan.FromTicks(Volatile.Read(ref _jammedUntil));
        }
    }

    /// <summary>Queues a work item unless one is on its way. For one thread.</summary>
    public void Send()
    {
        if (Volatile.Read(ref _sentAt) != None)
            return;
        Volatile.Write(ref _sentAt, clock().Ticks);
        queue(this);
    }

    void IThreadPoolWorkItem.Execute()
    {
        var now = clock();
        var took = now - TimeSpan.FromTicks(Volatile.Read(ref _sentAt));
        if (took >= jam)
            Volatile.Write(ref _jammedUntil, now.Ticks);
        Volatile.Write(ref _sentAt, None); // last: until then the jam is seen by the time of the sending
        if (took >= jam)
            report(took);
    }
}
