using Akka.Actor;

namespace Akka.Contract.Tests;

public sealed class FsmTerminationTests() : ActorSpec(VirtualTime)
{
    [Fact]
    public void Stop_reports_a_normal_end_with_the_last_state_and_its_data_and_ends_the_actor()
    {
        var machine = Start(_ => null);
        Watch(machine);

        machine.Tell("stop");

        var stopped = ExpectMsg<FSMBase.StopEvent<Light, Counter>>();
        Assert.IsType<FSMBase.Normal>(stopped.Reason);
        Assert.Equal((Light.Red, new Counter(1)), (stopped.TerminatedState, stopped.StateData));
        ExpectTerminated(machine);
    }

    [Fact]
    public void Stop_with_a_reason_and_data_reports_both()
    {
        var machine = Start(fsm => fsm.Stop(new FSMBase.Failure("broken"), new Counter(9)));

        machine.Tell("break");

        var stopped = ExpectMsg<FSMBase.StopEvent<Light, Counter>>();
        Assert.Equal("broken", Assert.IsType<FSMBase.Failure>(stopped.Reason).Cause);
        Assert.Equal(new Counter(9), stopped.StateData);
    }

    [Fact]
    public void Replies_of_a_stop_are_sent_before_the_end_is_reported()
    {
        var machine = Start(fsm => fsm.Stop().Replying("farewell"));

        machine.Tell("leave");

        ExpectMsg("farewell");
        ExpectMsg<FSMBase.StopEvent<Light, Counter>>();
    }

    [Fact]
    public void A_failure_with_an_exception_is_logged_as_an_error()
    {
        var machine = Start(fsm => fsm.Stop(new FSMBase.Failure(new InvalidOperationException("broken"))));

        EventFilter.Exception<InvalidOperationException>().ExpectOne(() => machine.Tell("break"));
    }

    [Fact]
    public void A_failure_with_another_cause_is_logged_with_its_text()
    {
        var machine = Start(fsm => fsm.Stop(new FSMBase.Failure("out of paper")));

        EventFilter.Error("out of paper").ExpectOne(() => machine.Tell("break"));
    }

    [Fact]
    public void Stopping_the_actor_from_outside_reports_a_shutdown_once()
    {
        var machine = Start(_ => null);
        Watch(machine);

        Sys.Stop(machine);

        Assert.IsType<FSMBase.Shutdown>(ExpectMsg<FSMBase.StopEvent<Light, Counter>>().Reason);
        ExpectTerminated(machine);
    }

    [Fact]
    public void A_stop_is_reported_once_and_not_again_as_a_shutdown()
    {
        var machine = Start(_ => null);
        Watch(machine);

        machine.Tell("stop");

        Assert.IsType<FSMBase.Normal>(ExpectMsg<FSMBase.StopEvent<Light, Counter>>().Reason);
        ExpectTerminated(machine);
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void A_restart_reports_a_shutdown_once_and_starts_in_the_first_state()
    {
        var machine = Start(_ => throw new InvalidOperationException("crash"));
        machine.Tell("to green");
        machine.Tell("crash");
        machine.Tell("where");

        var stopped = ExpectMsg<FSMBase.StopEvent<Light, Counter>>();
        Assert.IsType<FSMBase.Shutdown>(stopped.Reason);
        Assert.Equal(Light.Green, stopped.TerminatedState);
        ExpectMsg(Light.Red);
    }

    [Fact]
    public void A_restart_cancels_the_timers_of_the_failed_instance()
    {
        var machine = Start(_ => throw new InvalidOperationException("crash"));
        machine.Tell("arm");
        machine.Tell("crash");
        ExpectMsg<FSMBase.StopEvent<Light, Counter>>();
        Settle(machine);

        Clock.Advance(Seconds(60));
        machine.Tell("where");

        ExpectMsg(Light.Red);
    }

    [Fact]
    public void A_restarted_machine_runs_its_transition_handlers_for_the_first_state_again()
    {
        var machine = Sys.ActorOf(ScriptedFsm.Of(fsm =>
        {
            fsm.StartWith(Light.Red, new Counter(1));
            fsm.When(Light.Red, _ => throw new InvalidOperationException("crash"));
            fsm.OnTransition((from, to) => TestActor.Tell((from, to)));
            fsm.Initialize();
        }));
        ExpectMsg((Light.Red, Light.Red));

        machine.Tell("crash");

        ExpectMsg((Light.Red, Light.Red));
    }

    private IActorRef Start(Func<ScriptedFsm, FSMBase.State<Light, Counter>?> other) => Sys.ActorOf(ScriptedFsm.Of(fsm =>
    {
        FSMBase.State<Light, Counter> Handle(FSMBase.Event<Counter> message) => message.FsmEvent switch
        {
            "stop" => fsm.Stop(),
            "to green" => fsm.GoTo(Light.Green),
            "where" => fsm.Stay().Replying(fsm.StateName),
            "arm" => Armed(),
            "tick" => Ticked(),
            _ => other(fsm)!,
        };

        FSMBase.State<Light, Counter> Armed()
        {
            fsm.SetTimer("timer", "tick", TimeSpan.FromSeconds(10));
            return fsm.Stay();
        }

        FSMBase.State<Light, Counter> Ticked()
        {
            TestActor.Tell("tick");
            return fsm.Stay();
        }

        fsm.StartWith(Light.Red, new Counter(1));
        fsm.When(Light.Red, Handle);
        fsm.When(Light.Green, Handle);
        fsm.OnTermination(stopped => TestActor.Tell(stopped));
        fsm.Initialize();
    }));
}
