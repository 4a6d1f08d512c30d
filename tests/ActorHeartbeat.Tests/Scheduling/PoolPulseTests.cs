using ActorHeartbeat.Scheduling;

namespace ActorHeartbeat.Tests.Scheduling;

public class PoolPulseTests
{
    private readonly Queue<IThreadPoolWorkItem> _pool = new();
    private readonly List<double> _reported = [];
    private readonly PoolPulse _pulse;
    private TimeSpan _now = TimeSpan.FromSeconds(100);

    public PoolPulseTests() => _pulse = new PoolPulse(
        () => _now, TimeSpan.FromSeconds(1), took => _reported.Add(took.TotalSeconds), _pool.Enqueue);

    [Fact]
    public void A_pool_that_runs_what_it_is_given_shows_no_jam()
    {
        _pulse.Send();
        After(0.9);
        _pool.Dequeue().Execute();
        After(10);

        Assert.Equal(TimeSpan.Zero, _pulse.JammedUntil);
        Assert.Empty(_reported);
    }

    [Fact]
    public void A_jam_lasts_until_now_while_no_thread_is_free_and_until_then_afterwards()
    {
        _pulse.Send();
        After(5);
        Assert.Equal(_now, _pulse.JammedUntil);
        After(1);
        Assert.Equal(_now, _pulse.JammedUntil);

        _pool.Dequeue().Execute();
        var end = _now;
        After(10);

        Assert.Equal(end, _pulse.JammedUntil);
        Assert.Equal([6.0], _reported);
    }

    [Fact]
    public void One_work_item_is_on_its_way_at_a_time()
    {
        _pulse.Send();
        _pulse.Send();
        _pool.Dequeue().Execute();
        Assert.Empty(_pool);

        _pulse.Send();

        Assert.Single(_pool);
    }

    private void After(double seconds) => _now += TimeSpan.FromSeconds(seconds);
}
