using Akka.Actor;

namespace Akka.Contract.Tests;

public sealed class FsmTransitionTests : ActorSpec
{
    [Fact]
    public void Initialize_runs_the_transition_handlers_from_the_first_state_to_itself()
    {
        Start(fsm =>
        {
            fsm.When(Light.Red, _ => fsm.Stay());
            fsm.OnTransition((from, to) => TestActor.Tell((from, to)));
            fsm.Initialize();
        });

        ExpectMsg((Light.Red, Light.Red));
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void Without_Initialize_no_transition_handler_runs_at_the_start()
    {
        var machine = Start(fsm =>
        {
            fsm.When(Light.Red, _ => fsm.Stay());
            fsm.OnTransition((from, to) => TestActor.Tell((from, to)));
        });

        Settle(machine);
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void GoTo_the_same_state_runs_the_transition_handlers()
    {
        var machine = Start(fsm =>
        {
            fsm.When(Light.Red, _ => fsm.GoTo(Light.Red));
            fsm.OnTransition((from, to) => TestActor.Tell((from, to)));
        });

        machine.Tell("again");

        ExpectMsg((Light.Red, Light.Red));
    }

    [Fact]
    public void Stay_runs_no_transition_handler()
    {
        var machine = Start(fsm =>
        {
            fsm.When(Light.Red, _ => fsm.Stay().Replying("stayed"));
            fsm.OnTransition((from, to) => TestActor.Tell((from, to)));
        });

        machine.Tell("again");

        ExpectMsg("stayed");
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void A_transition_sends_replies_then_runs_handlers_then_tells_subscribers()
    {
        var machine = Start(fsm =>
        {
            fsm.When(Light.Red, _ => fsm.GoTo(Light.Green).Using(new Counter(2)).Replying("first reply").Replying("second reply"));
            fsm.When(Light.Green, _ => fsm.Stay());
            fsm.OnTransition((_, _) => TestActor.Tell("first handler"));
            fsm.OnTransition((_, _) => TestActor.Tell("second handler"));
        });
        machine.Tell(new FSMBase.SubscribeTransitionCallBack(TestActor));
        ExpectMsg<FSMBase.CurrentState<Light>>();

        machine.Tell("go");

        ExpectMsg("first reply");
        ExpectMsg("second reply");
        ExpectMsg("first handler");
        ExpectMsg("second handler");
        ExpectMsg<FSMBase.Transition<Light>>();
    }

    [Fact]
    public void Inside_a_transition_handler_the_state_and_its_data_are_still_the_old_ones()
    {
        var machine = Start(fsm =>
        {
            fsm.When(Light.Red, _ => fsm.GoTo(Light.Green).Using(new Counter(2)));
            fsm.When(Light.Green, _ => fsm.Stay().Replying((fsm.StateName, fsm.StateData)));
            fsm.OnTransition((_, _) => TestActor.Tell((fsm.StateName, fsm.StateData, fsm.NextStateData)));
        });

        machine.Tell("go");
        machine.Tell("where");

        ExpectMsg((Light.Red, new Counter(1), new Counter(2)));
        ExpectMsg((Light.Green, new Counter(2)));
    }

    [Fact]
    public void A_subscriber_gets_the_current_state_and_then_each_transition()
    {
        var machine = Start(Toggling);

        machine.Tell(new FSMBase.SubscribeTransitionCallBack(TestActor));
        machine.Tell("toggle");

        var current = ExpectMsg<FSMBase.CurrentState<Light>>();
        Assert.Equal((machine, Light.Red), (current.FsmRef, current.State));
        var transition = ExpectMsg<FSMBase.Transition<Light>>();
        Assert.Equal((machine, Light.Red, Light.Green), (transition.FsmRef, transition.From, transition.To));
    }

    [Fact]
    public void An_unsubscribed_actor_gets_no_more_transitions()
    {
        var machine = Start(Toggling);
        machine.Tell(new FSMBase.SubscribeTransitionCallBack(TestActor));
        ExpectMsg<FSMBase.CurrentState<Light>>();

        machine.Tell(new FSMBase.UnsubscribeTransitionCallBack(TestActor));
        machine.Tell("toggle");

        Settle(machine);
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void A_second_When_on_a_state_is_asked_when_the_first_does_not_know_the_event()
    {
        var machine = Start(fsm =>
        {
            fsm.When(Light.Red, message => message.FsmEvent is "first" ? fsm.Stay().Replying("by the first") : null);
            fsm.When(Light.Red, _ => fsm.Stay().Replying("by the second"));
        });

        machine.Tell("first");
        machine.Tell("other");

        ExpectMsg("by the first");
        ExpectMsg("by the second");
    }

    [Fact]
    public void The_last_WhenUnhandled_takes_the_place_of_the_earlier()
    {
        var machine = Start(fsm =>
        {
            fsm.When(Light.Red, _ => null);
            fsm.WhenUnhandled(_ => fsm.Stay().Replying("earlier"));
            fsm.WhenUnhandled(_ => fsm.Stay().Replying("last"));
        });

        machine.Tell("what is this");

        ExpectMsg("last");
    }

    [Fact]
    public async Task An_event_that_no_state_function_knows_is_warned_about()
    {
        var machine = Start(fsm => fsm.When(Light.Red, _ => null));

        await EventFilter.Warning(contains: "unhandled event").ExpectOneAsync(() =>
        {
            machine.Tell("what is this");
            return Task.CompletedTask;
        });
    }

    [Fact]
    public void GoTo_an_undefined_state_reports_a_failure_and_leaves_the_actor_alive()
    {
        var machine = Start(fsm =>
        {
            fsm.When(Light.Red, _ => fsm.GoTo(Light.Undefined));
            fsm.OnTermination(stopped => TestActor.Tell(stopped.Reason));
        });
        Watch(machine);

        machine.Tell("go");

        ExpectMsg<FSMBase.Failure>();
        Settle(machine);
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void Transform_changes_what_a_state_function_decided()
    {
        var machine = Start(fsm =>
        {
            fsm.When(Light.Red, fsm.Transform(_ => fsm.GoTo(Light.Green)).Using(next => next.Using(new Counter(7))));
            fsm.When(Light.Green, _ => fsm.Stay().Replying(fsm.StateData));
        });

        machine.Tell("go");
        machine.Tell("data");

        ExpectMsg(new Counter(7));
    }

    [Fact]
    public void Using_keeps_the_state_and_changes_the_data()
    {
        var machine = Start(fsm => fsm.When(Light.Red, message =>
            fsm.Stay().Using(new Counter(message.StateData.Value + 1)).Replying(message.StateData.Value)));

        machine.Tell("count");
        machine.Tell("count");

        ExpectMsg(1);
        ExpectMsg(2);
    }

    [Fact]
    public void An_exception_in_a_transition_handler_restarts_the_machine()
    {
        var machine = Start(fsm =>
        {
            fsm.When(Light.Red, message => message.FsmEvent is "go" ? fsm.GoTo(Light.Green) : fsm.Stay().Replying(fsm.StateName));
            fsm.When(Light.Green, _ => fsm.Stay().Replying(fsm.StateName));
            fsm.OnTransition((_, _) => throw new InvalidOperationException("handler"));
        });

        machine.Tell("go");
        machine.Tell("where");

        ExpectMsg(Light.Red);
    }

    private static void Toggling(ScriptedFsm fsm)
    {
        fsm.When(Light.Red, _ => fsm.GoTo(Light.Green));
        fsm.When(Light.Green, _ => fsm.GoTo(Light.Red));
    }

    // Here and not among the timers: TestScheduler takes any delay.
    [Fact]
    public void A_timer_with_a_negative_delay_is_refused()
    {
        var machine = Sys.ActorOf(ScriptedFsm.Of(fsm =>
        {
            fsm.StartWith(Light.Red, new Counter(0));
            fsm.When(Light.Red, _ =>
            {
                TestActor.Tell(Record.Exception(() => fsm.SetTimer("timer", "tick", Seconds(-1)))!);
                return fsm.Stay();
            });
            fsm.Initialize();
        }));

        machine.Tell("act");

        ExpectMsg<ArgumentOutOfRangeException>();
    }

    private IActorRef Start(Action<ScriptedFsm> script) => Sys.ActorOf(ScriptedFsm.Of(fsm =>
    {
        fsm.StartWith(Light.Red, new Counter(1));
        script(fsm);
    }));
}
