namespace ActorHeartbeat.Transport.WebSockets;

/// <summary>
/// A clock for deadlines that give a verdict about a peer. A timer that fires a second late runs once more from then on: the process stood
/// still, or had no thread to spare, and what the timer waits for may have arrived and lie unread.
/// </summary>
internal sealed class PatientTime(TimeProvider time) : TimeProvider
{
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(1);

    public override TimeZoneInfo LocalTimeZone => time.LocalTimeZone;

    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override long GetTimestamp() => time.GetTimestamp();

    /// <remarks>A timer that repeats gives no verdict, and is as the clock has it.</remarks>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (period != Timeout.InfiniteTimeSpan)
            return time.CreateTimer(callback, state, dueTime, period);
        var timer = new PatientTimer(time, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class PatientTimer : ITimer
    {
        private readonly TimeProvider _time;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly ITimer _timer;
        private long _armedAt;
        private long _due; // ticks

        public PatientTimer(TimeProvider time, TimerCallback callback, object? state)
        {
            (_time, _callback, _state) = (time, callback, state);
            _timer = time.CreateTimer(
                static timer => ((PatientTimer)timer!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Volatile.Write(ref _due, dueTime.Ticks);
            Volatile.Write(ref _armedAt, _time.GetTimestamp());
            return _timer.Change(dueTime, period);
        }

        public void Dispose() => _timer.Dispose();

        public ValueTask DisposeAsync() => _timer.DisposeAsync();

        private void Fire()
        {
            var due = TimeSpan.FromTicks(Volatile.Read(ref _due));
            if (_time.GetElapsedTime(Volatile.Read(ref _armedAt)) < due + Late)
                _callback(_state);
            else
                Change(due, Timeout.InfiniteTimeSpan);
        }
    }
}
