using Akka.Actor;

namespace Akka.Embedded.Tests.Stress;

/// <summary>Many of everything, on real threads. The benchmark "stress" runs the same counted loads at ten times the size.</summary>
public sealed class StressTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly ActorSystem _system = ActorSystem.Create("stress", "akka.stdout-loglevel = OFF\nakka.loggers = []");

    public void Dispose() => Assert.True(_system.Terminate().Wait(Deadline));

    [Fact]
    public async Task A_million_tells_arrive_once_each_and_in_order() => Assert.Empty(await CountedLoad.Tells(_system, 1_000_000));

    [Fact]
    public void Twenty_thousand_actors_start_answer_and_stop() => Assert.Empty(CountedLoad.Actors(_system, 20_000));

    [Fact]
    public void A_hundred_thousand_timers_fire_once_each_and_in_time_and_cancelled_ones_never()
    {
        Assert.Empty(CountedLoad.Timers(_system, 100_000));

        Assert.Equal(0, ((HashedWheelTimerScheduler)_system.Scheduler).PendingCount);
    }

    [Fact]
    public void A_million_pending_timers_cost_nothing_while_they_wait()
    {
        var scheduler = (HashedWheelTimerScheduler)_system.Scheduler;
        for (var number = 0; number < 1_000_000; number++)
            scheduler.ScheduleTellOnce(TimeSpan.FromHours(2), ActorRefs.Nobody, "far", ActorRefs.NoSender);
        Assert.Equal(1_000_000, scheduler.PendingCount);

        var wakes = scheduler.WakeCount;
        using var oneSecond = new ManualResetEventSlim();
        scheduler.ScheduleOnce(TimeSpan.FromSeconds(1), oneSecond.Set);
        Assert.True(oneSecond.Wait(Deadline));

        // The one that fired, and the wheel's moves on its way: a handful, not one a tick.
        Assert.InRange(scheduler.WakeCount - wakes, 1, 5);
    }

    [Fact]
    public void An_idle_actor_holds_less_than_two_kilobytes()
    {
        const int Count = 20_000;
        using var answered = new CountdownEvent(Count);
        using var stopped = new CountdownEvent(Count);
        var props = Props.Create(() => new Countable(answered, stopped));
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var number = 0; number < Count; number++)
            _system.ActorOf(props).Tell("count", ActorRefs.NoSender);
        Assert.True(answered.Wait(Deadline));
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Count;

        Assert.InRange(each, 100, 2_000);
    }

    [Fact]
    public async Task Actors_that_keep_every_thread_busy_hold_nobody_else_up()
    {
        var talkers = Enumerable.Range(0, 200).Select(_ => _system.ActorOf(Props.Create(() => new Talker()))).ToArray();
        foreach (var (left, right) in talkers.Zip(talkers.Skip(1)))
            left.Tell("ball", right);
        var quiet = _system.ActorOf(Props.Create(() => new Talker()));
        using var deadline = new CancellationTokenSource(Deadline);

        for (var asked = 0; asked < 500; asked++)
            Assert.Equal(asked, await Task.Run(() => quiet.Ask<int>(asked, deadline.Token), deadline.Token));
    }

    private sealed class Talker : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message, Self);
    }

    private sealed class Countable : ReceiveActor
    {
        private readonly CountdownEvent _stopped;

        public Countable(CountdownEvent answered, CountdownEvent stopped)
        {
            _stopped = stopped;
            Receive<string>(_ => answered.Signal());
        }

        protected override void PostStop()
        {
            if (!_stopped.IsSet)
                _stopped.Signal();
        }
    }
}
