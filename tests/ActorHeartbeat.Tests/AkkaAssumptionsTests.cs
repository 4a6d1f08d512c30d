using ActorHeartbeat.Protocol;
using Akka.Actor;
using Akka.Event;
using Akka.TestKit;

namespace ActorHeartbeat.Tests;

/// <summary>
/// The properties of Akka.NET that this library relies on, each with the code that relies on it. Run these first with a new version.
/// </summary>
public sealed class AkkaAssumptionsTests() : Akka.TestKit.Xunit2.TestKit(VirtualTime.Configuration)
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(10);

    private TestScheduler Clock => (TestScheduler)Sys.Scheduler;

    // ConnectionActor.PostStop disposes the socket of a crashed incarnation. The registry relies on that when Terminated arrives.
    [Fact]
    public void PostStop_has_run_when_Terminated_arrives()
    {
        var stopped = 0;
        Action count = () => Interlocked.Increment(ref stopped);
        var actor = Sys.ActorOf(Props.Create(() => new Child(count)));
        Watch(actor);

        Sys.Stop(actor);
        ExpectTerminated(actor);

        Assert.Equal(1, Volatile.Read(ref stopped));
    }

    // ConnectionActor.Enter: GoTo to the same state is a transition, Stay is not. During a transition StateData is still the old data.
    [Fact]
    public void GoTo_the_same_state_is_a_transition_and_its_handler_sees_the_old_and_the_new_data()
    {
        var machine = Machine();

        machine.Tell("stay");
        machine.Tell("again");

        ExpectMsg(("Up", "Up", 0, 1));
    }

    // ConnectionActor.Enter also runs for the first state, where it arms the first deadline.
    [Fact]
    public void Initialize_runs_the_transition_handler_for_the_first_state()
    {
        Sys.ActorOf(Props.Create(() => new Switch(TestActor)));

        ExpectMsg(("Up", "Up", 0, 0));
    }

    // Invariant 3: a cancelled or replaced deadline never arrives, even when it has fired and waits in the mailbox.
    [Fact]
    public void A_timer_that_fired_but_was_cancelled_before_it_was_handled_does_not_arrive()
    {
        var machine = Machine();
        machine.Tell("arm");
        machine.Tell("where");
        ExpectMsg("Up");
        using var gate = new ManualResetEventSlim();
        machine.Tell(gate);

        machine.Tell("cancel");
        Clock.Advance(Delay);
        gate.Set();
        machine.Tell("where");

        ExpectMsg("Up");
    }

    // Invariant 3: a stopped actor owns no deadline.
    [Fact]
    public void A_timer_ends_with_its_actor()
    {
        var machine = Machine();
        machine.Tell("arm");
        machine.Tell("where");
        ExpectMsg("Up");
        Sys.EventStream.Subscribe(TestActor, typeof(AllDeadLetters));
        Watch(machine);
        Sys.Stop(machine);
        ExpectTerminated(machine);

        Clock.Advance(Delay);
        Sys.DeadLetters.Tell("the first there is");

        Assert.Equal("the first there is", ExpectMsg<DeadLetter>().Message);
    }

    // ConnectGovernor arms its timers again when it starts again: those of the crashed actor are gone.
    [Fact]
    public void Timers_of_IWithTimers_do_not_outlive_a_restart()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Timed(TestActor)));
        actor.Tell("arm");
        ExpectMsg("armed");

        EventFilter.Exception<InvalidOperationException>().ExpectOne(() => actor.Tell("crash"));
        actor.Tell("where");
        ExpectMsg("here");
        Clock.Advance(Delay);
        actor.Tell("where");

        ExpectMsg("here");
    }

    // ConnectGovernor and ConfigurationReloader pipe work to themselves: a failure arrives as Status.Failure.
    [Fact]
    public void A_piped_task_that_fails_arrives_as_a_failure()
    {
        Task.FromException(new InvalidOperationException("broken")).PipeTo(TestActor);

        Assert.Equal("broken", ExpectMsg<Status.Failure>().Cause.GetBaseException().Message);
    }

    // SendResult, CommandResult and others suppress dead letters: an asker that has gone is normal.
    [Fact]
    public void A_message_that_suppresses_dead_letters_is_not_published_as_one()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));

        Sys.DeadLetters.Tell(new ActorHeartbeat.Connections.SendResult(SendStatus.Sent));
        Sys.DeadLetters.Tell("plain");

        Assert.Equal("plain", ExpectMsg<DeadLetter>().Message);
    }

    private IActorRef Machine()
    {
        var machine = Sys.ActorOf(Props.Create(() => new Switch(TestActor)));
        ExpectMsg(("Up", "Up", 0, 0));
        return machine;
    }

    private sealed class Child(Action stopped) : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);

        protected override void PostStop() => stopped();
    }

    private sealed class Timed : ReceiveActor, IWithTimers
    {
        public Timed(IActorRef told)
        {
            Receive<string>(text => text == "arm", _ =>
            {
                Timers.StartSingleTimer("timer", "fired", Delay);
                told.Tell("armed");
            });
            Receive<string>(text => text == "crash", _ => throw new InvalidOperationException("crash"));
            Receive<string>(text => told.Tell(text == "where" ? "here" : text));
        }

        public ITimerScheduler Timers { get; set; } = null!;
    }

    private sealed class Switch : FSM<string, int>
    {
        private readonly IActorRef _told;

        public Switch(IActorRef told)
        {
            _told = told;
            StartWith("Up", 0);
            When("Up", happened => happened.FsmEvent switch
            {
                "stay" => Stay().Using(0),
                "again" => GoTo("Up").Using(1),
                ManualResetEventSlim gate => Wait(gate),
                "where" => Stay().Replying(StateName),
                "arm" => Arm(),
                "cancel" => Cancel(),
                var other => throw new InvalidOperationException($"{other} in Up"),
            });
            OnTransition((from, to) => _told.Tell((from, to, StateData, NextStateData)));
            Initialize();
        }

        private State<string, int> Arm()
        {
            SetTimer("deadline", "fired", Delay);
            return Stay();
        }

        private State<string, int> Cancel()
        {
            CancelTimer("deadline");
            return Stay();
        }

        private State<string, int> Wait(ManualResetEventSlim gate)
        {
            gate.Wait(Delay);
            return Stay();
        }
    }
}
