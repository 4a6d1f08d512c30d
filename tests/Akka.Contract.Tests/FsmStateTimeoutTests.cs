using Akka.Actor;

namespace Akka.Contract.Tests;

public sealed class FsmStateTimeoutTests() : ActorSpec(VirtualTime)
{
    [Fact]
    public void Initialize_starts_the_timeout_of_the_first_state()
    {
        var machine = Start(fsm => fsm.Initialize());
        Settle(machine);

        Clock.Advance(Seconds(10));

        ExpectMsg((Light.Red, "timeout"));
    }

    [Fact]
    public void The_first_state_can_have_a_timeout_of_its_own()
    {
        var machine = Sys.ActorOf(ScriptedFsm.Of(fsm =>
        {
            fsm.StartWith(Light.Red, new Counter(0), Seconds(5));
            fsm.When(Light.Red, e => Report(fsm, e), Seconds(60));
            fsm.Initialize();
        }));
        Settle(machine);

        Clock.Advance(Seconds(5));

        ExpectMsg<FSMBase.StateTimeout>();
    }

    [Fact]
    public void SetStateTimeout_takes_the_place_of_the_timeout_of_a_state()
    {
        var machine = Sys.ActorOf(ScriptedFsm.Of(fsm =>
        {
            fsm.StartWith(Light.Red, new Counter(0));
            fsm.When(Light.Red, _ => fsm.GoTo(Light.Green));
            fsm.When(Light.Green, e => Report(fsm, e), Seconds(60));
            fsm.SetStateTimeout(Light.Green, Seconds(5));
            fsm.Initialize();
        }));
        machine.Tell("go");
        Settle(machine);

        Clock.Advance(Seconds(5));

        ExpectMsg<FSMBase.StateTimeout>();
    }

    [Fact]
    public void Without_Initialize_the_first_state_has_no_timeout()
    {
        var machine = Start(_ => { });
        Settle(machine);

        Clock.Advance(Seconds(60));

        Settle(machine);
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void Entering_a_state_starts_its_timeout()
    {
        var machine = Start(fsm => fsm.Initialize());
        machine.Tell("to green");
        Settle(machine);

        Clock.Advance(Seconds(10));
        Settle(machine);
        TestActor.Tell("the timeout of red is gone");
        Clock.Advance(Seconds(10));

        ExpectMsg("the timeout of red is gone");
        ExpectMsg((Light.Green, "timeout"));
    }

    [Fact]
    public void A_state_without_a_timeout_has_none()
    {
        var machine = Start(fsm => fsm.Initialize());
        machine.Tell("to blue");
        Settle(machine);

        Clock.Advance(Seconds(60));

        Settle(machine);
        ExpectNoMsg(Silence);
    }

    [Theory]
    [InlineData("handled")]
    [InlineData("unhandled")]
    public void Any_message_starts_the_timeout_anew(string message)
    {
        var machine = Start(fsm => fsm.Initialize());
        Settle(machine);

        Clock.Advance(Seconds(6));
        machine.Tell(message);
        Settle(machine);
        Clock.Advance(Seconds(6));
        Settle(machine);
        TestActor.Tell("nothing before this");
        Clock.Advance(Seconds(4));

        ExpectMsg("nothing before this");
        ExpectMsg((Light.Red, "timeout"));
    }

    [Fact]
    public void ForMax_takes_the_place_of_the_timeout_of_the_state_that_is_entered()
    {
        var machine = Start(fsm => fsm.Initialize());
        machine.Tell("to green for 50 seconds");
        Settle(machine);

        Clock.Advance(Seconds(49));
        Settle(machine);
        TestActor.Tell("nothing before this");
        Clock.Advance(Seconds(1));

        ExpectMsg("nothing before this");
        ExpectMsg((Light.Green, "timeout"));
    }

    [Fact]
    public void ForMax_does_not_outlast_the_state_instance_it_was_given_to()
    {
        var machine = Start(fsm => fsm.Initialize());
        machine.Tell("to green for 50 seconds");
        machine.Tell("handled");
        Settle(machine);

        Clock.Advance(Seconds(20));

        ExpectMsg((Light.Green, "timeout"));
    }

    [Fact]
    public void A_timeout_that_already_waits_in_the_mailbox_is_ignored_once_another_message_was_handled()
    {
        using var gate = new Gate();
        var machine = Start(fsm => fsm.Initialize(), gate);
        Settle(machine);

        machine.Tell("hold");
        gate.AwaitHeld();
        Clock.Advance(Seconds(10));
        gate.Release();

        Settle(machine);
        ExpectNoMsg(Silence);
    }

    private IActorRef Start(Action<ScriptedFsm> last, Gate? gate = null) => Sys.ActorOf(ScriptedFsm.Of(fsm =>
    {
        FSMBase.State<Light, Counter>? Handle(FSMBase.Event<Counter> message)
        {
            switch (message.FsmEvent)
            {
                case FSMBase.StateTimeout:
                    TestActor.Tell((fsm.StateName, "timeout"));
                    return fsm.Stay();
                case "to green":
                    return fsm.GoTo(Light.Green);
                case "to green for 50 seconds":
                    return fsm.GoTo(Light.Green).ForMax(TimeSpan.FromSeconds(50));
                case "to blue":
                    return fsm.GoTo(Light.Blue);
                case "handled":
                    return fsm.Stay();
                case "hold":
                    gate!.Hold();
                    return fsm.Stay();
                default:
                    return null;
            }
        }

        fsm.StartWith(Light.Red, new Counter(1));
        fsm.When(Light.Red, message => Handle(message)!, TimeSpan.FromSeconds(10));
        fsm.When(Light.Green, message => Handle(message)!, TimeSpan.FromSeconds(20));
        fsm.When(Light.Blue, message => Handle(message)!);
        last(fsm);
    }));

    private FSMBase.State<Light, Counter> Report(ScriptedFsm fsm, FSMBase.Event<Counter> fsmEvent)
    {
        TestActor.Tell(fsmEvent.FsmEvent);
        return fsm.Stay();
    }
}
