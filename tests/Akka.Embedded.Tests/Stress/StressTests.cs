using Akka.Actor;

namespace Akka.Embedded.Tests.Stress;

/// <summary>Counted messages on real threads: nothing is lost, and nothing overtakes another between one sender and one receiver.</summary>
public sealed class StressTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly ActorSystem _system = ActorSystem.Create("stress", "akka.stdout-loglevel = OFF\nakka.loggers = []");

    public void Dispose() => Assert.True(_system.Terminate().Wait(Deadline));

    [Fact]
    public async Task Ten_million_tells_from_four_senders_arrive_once_and_in_order()
    {
        const int Senders = 4;
        const int Each = 2_500_000;
        var verdict = new TaskCompletionSource<string>();
        var receiver = _system.ActorOf(Props.Create(() => new OrderedReceiver(Senders, Each, verdict)));

        var threads = Enumerable.Range(0, Senders).Select(sender => new Thread(() =>
        {
            for (var number = 0; number < Each; number++)
                receiver.Tell(new Numbered(sender, number), ActorRefs.NoSender);
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();

        Assert.Equal("complete", await verdict.Task.WaitAsync(Deadline));
    }

    [Fact]
    public void A_hundred_thousand_actors_start_answer_and_stop()
    {
        const int Count = 100_000;
        using var answered = new CountdownEvent(Count);
        using var stopped = new CountdownEvent(Count);
        var props = Props.Create(() => new Countable(answered, stopped));

        var actors = Enumerable.Range(0, Count).Select(_ => _system.ActorOf(props)).ToArray();
        foreach (var actor in actors)
            actor.Tell("count", ActorRefs.NoSender);
        Assert.True(answered.Wait(Deadline));
        foreach (var actor in actors)
            _system.Stop(actor);

        Assert.True(stopped.Wait(Deadline));
    }

    [Fact]
    public void A_million_timers_fire_once_each_and_cancelled_ones_never()
    {
        const int Count = 1_000_000;
        using var fired = new CountdownEvent(Count / 2);
        var cancelledFired = 0;
        var scheduler = (HashedWheelTimerScheduler)_system.Scheduler;

        for (var number = 0; number < Count; number++)
        {
            var delay = TimeSpan.FromMilliseconds(500 + number % 2000);
            if (number % 2 == 0)
                scheduler.ScheduleOnce(delay, () => fired.Signal());
            else
                scheduler.ScheduleOnceCancelable(TimeSpan.FromHours(1) + delay, () => Interlocked.Increment(ref cancelledFired)).Cancel();
        }

        Assert.True(fired.Wait(Deadline));
        Assert.Equal(0, Volatile.Read(ref cancelledFired));
        Assert.Equal(0, scheduler.PendingCount);
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

    private sealed record Numbered(int Sender, int Number);

    private sealed class OrderedReceiver(int senders, int each, TaskCompletionSource<string> verdict) : UntypedActor
    {
        private readonly int[] _next = new int[senders];
        private int _complete;

        protected override void OnReceive(object message)
        {
            var numbered = (Numbered)message;
            if (_next[numbered.Sender]++ != numbered.Number)
                verdict.TrySetResult($"Sender {numbered.Sender}: {numbered.Number} came where {_next[numbered.Sender] - 1} was due.");
            else if (_next[numbered.Sender] == each && ++_complete == senders)
                verdict.TrySetResult("complete");
        }
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
