using Akka.Actor;

namespace Akka.Contract.Tests;

public sealed class FsmTimerTests() : ActorSpec(VirtualTime)
{
    private const string Timer = "timer";

    [Fact]
    public void A_timer_delivers_its_message_when_its_time_is_over()
    {
        var machine = Start(fsm => fsm.SetTimer(Timer, "tick", Seconds(10)));

        machine.Tell("act");
        Settle(machine);
        Clock.Advance(Seconds(9));
        Settle(machine);
        TestActor.Tell("nothing before this");
        Clock.Advance(Seconds(1));

        ExpectMsg("nothing before this");
        ExpectMsg<Tick>();
    }

    [Fact]
    public void A_one_shot_timer_is_inactive_when_its_message_is_handled()
    {
        var machine = Start(fsm => fsm.SetTimer(Timer, "tick", Seconds(10)));

        machine.Tell("act");
        Settle(machine);
        Clock.Advance(Seconds(10));

        Assert.False(ExpectMsg<Tick>().IsStillActive);
    }

    [Fact]
    public void The_sender_of_a_timer_message_is_the_machine_itself()
    {
        var machine = Start(fsm => fsm.SetTimer(Timer, "tick", Seconds(10)));

        machine.Tell("act");
        Settle(machine);
        Clock.Advance(Seconds(10));

        Assert.Equal(machine, ExpectMsg<Tick>().From);
    }

    [Fact]
    public void A_one_shot_timer_fires_once()
    {
        var machine = Start(fsm => fsm.SetTimer(Timer, "tick", Seconds(10)));

        machine.Tell("act");
        Settle(machine);
        Clock.Advance(Seconds(10));
        ExpectMsg<Tick>();
        Clock.Advance(Seconds(10));

        Settle(machine);
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void A_repeating_timer_fires_until_it_is_cancelled_and_is_active_meanwhile()
    {
        var machine = Start(fsm =>
        {
            if (fsm.IsTimerActive(Timer))
                fsm.CancelTimer(Timer);
            else
                fsm.SetTimer(Timer, "tick", Seconds(10), repeat: true);
        });

        machine.Tell("act");
        Settle(machine);
        Clock.Advance(Seconds(10));
        Assert.True(ExpectMsg<Tick>().IsStillActive);
        Clock.Advance(Seconds(10));
        Assert.True(ExpectMsg<Tick>().IsStillActive);
        machine.Tell("act");
        Settle(machine);
        Clock.Advance(Seconds(10));

        Settle(machine);
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void Setting_a_timer_again_under_its_name_replaces_it()
    {
        var armed = 0;
        var machine = Start(fsm => fsm.SetTimer(Timer, $"tick {++armed}", Seconds(10)));

        machine.Tell("act");
        Settle(machine);
        Clock.Advance(Seconds(6));
        machine.Tell("act");
        Settle(machine);
        Clock.Advance(Seconds(6));
        Settle(machine);
        TestActor.Tell("nothing before this");
        Clock.Advance(Seconds(4));

        ExpectMsg("nothing before this");
        Assert.Equal("tick 2", ExpectMsg<Tick>().Message);
    }

    [Fact]
    public void Timers_of_different_names_run_side_by_side()
    {
        var machine = Start(fsm =>
        {
            fsm.SetTimer("later", "second", Seconds(20));
            fsm.SetTimer("sooner", "first", Seconds(10));
        });

        machine.Tell("act");
        Settle(machine);
        Clock.Advance(Seconds(10));
        Assert.Equal("first", ExpectMsg<Tick>().Message);
        Clock.Advance(Seconds(10));

        Assert.Equal("second", ExpectMsg<Tick>().Message);
    }

    [Fact]
    public void A_cancelled_timer_is_inactive_and_delivers_nothing()
    {
        var machine = Start(fsm =>
        {
            fsm.SetTimer(Timer, "tick", Seconds(10));
            fsm.CancelTimer(Timer);
            TestActor.Tell(fsm.IsTimerActive(Timer));
        });

        machine.Tell("act");
        ExpectMsg(false);
        Settle(machine);
        Clock.Advance(Seconds(10));

        Settle(machine);
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void A_timer_message_that_already_waits_in_the_mailbox_is_ignored_once_the_timer_is_cancelled()
    {
        using var gate = new Gate();
        var machine = Start(fsm =>
        {
            gate.Hold();
            fsm.CancelTimer(Timer);
        }, fsm => fsm.SetTimer(Timer, "tick", TimeSpan.FromSeconds(10)));

        machine.Tell("act");
        gate.AwaitHeld();
        Clock.Advance(Seconds(10));
        gate.Release();

        Settle(machine);
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void A_timer_message_of_an_older_generation_that_already_waits_in_the_mailbox_is_ignored()
    {
        using var gate = new Gate();
        var machine = Start(fsm =>
        {
            gate.Hold();
            fsm.SetTimer(Timer, "new", TimeSpan.FromSeconds(10));
        }, fsm => fsm.SetTimer(Timer, "old", TimeSpan.FromSeconds(10)));

        machine.Tell("act");
        gate.AwaitHeld();
        Clock.Advance(Seconds(10));
        gate.Release();
        Settle(machine);
        Clock.Advance(Seconds(10));

        Assert.Equal("new", ExpectMsg<Tick>().Message);
    }

    [Fact]
    public void A_timer_message_of_an_earlier_incarnation_is_ignored()
    {
        using var gate = new Gate();
        var machine = Start(_ =>
        {
            gate.Hold();
            throw new InvalidOperationException("crash");
        }, fsm => fsm.SetTimer(Timer, "tick", TimeSpan.FromSeconds(10)));

        machine.Tell("act");
        gate.AwaitHeld();
        Clock.Advance(Seconds(10));
        gate.Release();

        Settle(machine);
        ExpectNoMsg(Silence);
        Clock.Advance(Seconds(10));
        ExpectMsg<Tick>();
    }

    [Fact]
    public void An_exception_while_a_timer_message_is_handled_restarts_the_machine()
    {
        var machine = Start(fsm => fsm.SetTimer(Timer, "crash", Seconds(10)));
        machine.Tell("act");
        machine.Tell("to green");
        Settle(machine);

        Clock.Advance(Seconds(10));
        Settle(machine);
        machine.Tell("where");

        ExpectMsg(Light.Red);
    }

    private IActorRef Start(Action<ScriptedFsm> act, Action<ScriptedFsm>? atStart = null) => Sys.ActorOf(ScriptedFsm.Of(fsm =>
    {
        FSMBase.State<Light, Counter> Handle(FSMBase.Event<Counter> message)
        {
            switch (message.FsmEvent)
            {
                case "act":
                    act(fsm);
                    return fsm.Stay();
                case "to green":
                    return fsm.GoTo(Light.Green);
                case "where":
                    return fsm.Stay().Replying(fsm.StateName);
                case "crash":
                    throw new InvalidOperationException("crash");
                default:
                    TestActor.Tell(new Tick(message.FsmEvent, fsm.From, fsm.IsTimerActive(Timer)));
                    return fsm.Stay();
            }
        }

        fsm.StartWith(Light.Red, new Counter(1));
        fsm.When(Light.Red, Handle);
        fsm.When(Light.Green, Handle);
        atStart?.Invoke(fsm);
        fsm.Initialize();
    }));

    private sealed record Tick(object Message, IActorRef From, bool IsStillActive);
}

/// <summary>Without virtual time: how the scheduler itself treats a delay of zero.</summary>
public sealed class FsmImmediateTimerTests : ActorSpec
{
    [Fact]
    public void A_timer_of_zero_delay_fires()
    {
        var machine = Sys.ActorOf(ScriptedFsm.Of(fsm =>
        {
            fsm.StartWith(Light.Red, new Counter(1));
            fsm.When(Light.Red, message =>
            {
                if (message.FsmEvent is "arm")
                    fsm.SetTimer("timer", "tick", TimeSpan.Zero);
                else
                    TestActor.Tell(message.FsmEvent);
                return fsm.Stay();
            });
            fsm.Initialize();
        }));

        machine.Tell("arm");

        ExpectMsg("tick");
    }
}
