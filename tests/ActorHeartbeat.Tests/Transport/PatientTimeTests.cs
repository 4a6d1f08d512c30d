using ActorHeartbeat.Transport.WebSockets;

namespace ActorHeartbeat.Tests.Transport;

public class PatientTimeTests
{
    private readonly LateTime _time = new();

    [Theory]
    [InlineData(0, true)]
    [InlineData(0.9, true)]
    [InlineData(1, false)]
    [InlineData(3600, false)]
    public void A_deadline_that_passes_a_second_late_gives_no_verdict(double late, bool isVerdict)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10), new PatientTime(_time));

        _time.Fire(after: 10 + late);

        Assert.Equal(isVerdict, deadline.IsCancellationRequested);
    }

    [Fact]
    public void After_it_was_late_a_deadline_has_its_whole_time_again()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10), new PatientTime(_time));
        _time.Fire(after: 70);
        Assert.Equal(TimeSpan.FromSeconds(10), _time.Due);

        _time.Fire(after: 10);

        Assert.True(deadline.IsCancellationRequested);
    }

    [Fact]
    public void A_deadline_that_is_disposed_is_not_armed_again()
    {
        var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10), new PatientTime(_time));
        deadline.Dispose();

        _time.Fire(after: 70);

        Assert.Equal(Timeout.InfiniteTimeSpan, _time.Due);
    }

    /// <summary>A clock with one timer, which fires when the test says so.</summary>
    private sealed class LateTime : TimeProvider
    {
        private readonly OneTimer _timer = new();
        private TimeSpan _now;
        private Action _fire = () => { };

        public TimeSpan Due => _timer.Due;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now.Ticks;

        public void Fire(double after)
        {
            _now += TimeSpan.FromSeconds(after);
            _fire();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _fire = () => callback(state);
            _timer.Change(dueTime, period);
            return _timer;
        }
    }

    private sealed class OneTimer : ITimer
    {
        private bool _isDisposed;

        public TimeSpan Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (!_isDisposed)
                Due = dueTime;
            return !_isDisposed;
        }

        public void Dispose() => (Due, _isDisposed) = (Timeout.InfiniteTimeSpan, true);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
