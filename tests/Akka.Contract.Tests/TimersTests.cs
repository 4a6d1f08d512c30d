using Akka.Actor;

namespace Akka.Contract.Tests;

public sealed class TimersTests() : ActorSpec(VirtualTime)
{
    private const string Key = "key";

    [Fact]
    public void A_single_timer_delivers_its_message_once()
    {
        var actor = Start(timers => timers.StartSingleTimer(Key, "tick", Seconds(10)));

        Clock.Advance(Seconds(10));
        ExpectMsg(("tick", false));
        Clock.Advance(Seconds(10));

        Settle(actor);
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void A_periodic_timer_delivers_its_message_until_it_is_cancelled()
    {
        var actor = Start(timers => timers.StartPeriodicTimer(Key, "tick", Seconds(10)));

        Clock.Advance(Seconds(10));
        ExpectMsg(("tick", true));
        Clock.Advance(Seconds(10));
        ExpectMsg(("tick", true));
        Do(actor, timers => timers.Cancel(Key));
        Clock.Advance(Seconds(10));

        Settle(actor);
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void A_periodic_timer_can_begin_with_another_delay()
    {
        Start(timers => timers.StartPeriodicTimer(Key, "tick", Seconds(1), Seconds(10)));

        Clock.Advance(Seconds(1));
        ExpectMsg(("tick", true));
        Clock.Advance(Seconds(10));

        ExpectMsg(("tick", true));
    }

    [Fact]
    public void Starting_a_timer_again_under_its_key_replaces_it()
    {
        var actor = Start(timers => timers.StartSingleTimer(Key, "old", Seconds(10)));

        Do(actor, timers => timers.StartSingleTimer(Key, "new", Seconds(20)));
        Clock.Advance(Seconds(20));

        ExpectMsg(("new", false));
        Settle(actor);
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void CancelAll_leaves_no_timer_active()
    {
        var actor = Start(timers =>
        {
            timers.StartSingleTimer(Key, "tick", Seconds(10));
            timers.StartPeriodicTimer("other", "tick", Seconds(10));
        });

        Do(actor, timers => timers.CancelAll());
        Clock.Advance(Seconds(10));

        Settle(actor);
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void A_timer_message_that_already_waits_is_ignored_once_its_timer_was_replaced()
    {
        using var gate = new Gate();
        var actor = Start(timers => timers.StartSingleTimer(Key, "old", Seconds(10)));
        Action<ITimerScheduler> replace = timers =>
        {
            gate.Hold();
            timers.StartSingleTimer(Key, "new", TimeSpan.FromSeconds(10));
        };
        actor.Tell(replace);
        gate.AwaitHeld();

        Clock.Advance(Seconds(10));
        gate.Release();
        Settle(actor);
        Clock.Advance(Seconds(10));

        ExpectMsg(("new", false));
    }

    [Fact]
    public void A_restart_cancels_the_timers_of_the_failed_instance()
    {
        var actor = Start(_ => { });
        Do(actor, timers => timers.StartSingleTimer(Key, "tick", Seconds(10)));

        Do(actor, _ => throw new InvalidOperationException("crash"));
        Clock.Advance(Seconds(10));

        Settle(actor);
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void A_stopped_actor_has_no_timers()
    {
        var actor = Start(timers => timers.StartSingleTimer(Key, "tick", Seconds(10)));
        Stop(actor);
        Sys.EventStream.Subscribe(TestActor, typeof(Akka.Event.AllDeadLetters));

        Clock.Advance(Seconds(10));

        ExpectNoMsg(Silence);
    }

    private IActorRef Start(Action<ITimerScheduler> atStart)
    {
        var actor = Sys.ActorOf(Props.Create(() => new Timed(TestActor, atStart)));
        Settle(actor);
        return actor;
    }

    private void Do(IActorRef actor, Action<ITimerScheduler> work)
    {
        actor.Tell(work);
        Settle(actor);
    }

    private sealed class Timed : ReceiveActor, IWithTimers
    {
        private readonly Action<ITimerScheduler> _atStart;

        public Timed(IActorRef witness, Action<ITimerScheduler> atStart)
        {
            _atStart = atStart;
            Receive<Action<ITimerScheduler>>(work => work(Timers));
            Receive<string>(message => witness.Tell((message, Timers.IsTimerActive(Key))));
        }

        public ITimerScheduler Timers { get; set; } = null!; // Set by the runtime.

        protected override void PreStart() => _atStart(Timers);
    }
}
