namespace ActorHeartbeat.Tests.Files;

/// <summary>A clock that only a test moves; a move fires all deadlines that it passes.</summary>
internal sealed class StandingTime : TimeProvider
{
    private readonly List<Deadline> _armed = [];
    private TimeSpan _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var deadline = new Deadline(this, _now + dueTime, () => callback(state));
        lock (_armed)
            _armed.Add(deadline);
        return deadline;
    }

    public void Advance(TimeSpan by)
    {
        _now += by;
        Deadline[] due;
        lock (_armed)
            due = [.. _armed.Where(deadline => deadline.At <= _now)];
        foreach (var deadline in due)
            deadline.Come();
    }

    private sealed class Deadline(StandingTime owner, TimeSpan at, Action come) : ITimer
    {
        public TimeSpan At => at;

        public Action Come => come;

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose()
        {
            lock (owner._armed)
                owner._armed.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
