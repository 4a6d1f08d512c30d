using Akka.Actor;
using Akka.Event;

namespace Akka.Contract.Tests;

public sealed class LifecycleTests : ActorSpec
{
    private static readonly Exception Crash = new InvalidOperationException("crash");

    [Fact]
    public void An_actor_is_constructed_started_and_stopped_in_this_order()
    {
        var actor = Sys.ActorOf(Lifecycle.Of(TestActor, "actor"));
        Watch(actor);

        Sys.Stop(actor);

        ExpectSteps("actor constructor", "actor PreStart", "actor PostStop");
        ExpectTerminated(actor);
    }

    [Fact]
    public void A_restart_runs_PreRestart_PostStop_constructor_PostRestart_PreStart_and_then_the_next_message()
    {
        var actor = Sys.ActorOf(Lifecycle.Of(TestActor, "actor"));
        ExpectSteps("actor constructor", "actor PreStart");

        actor.Tell(Crash);
        actor.Tell("next");

        ExpectSteps("actor PreRestart", "actor PostStop", "actor constructor", "actor PostRestart", "actor PreStart");
        ExpectMsg(("actor", (object)"next"));
    }

    [Fact]
    public async Task A_restart_waits_until_the_children_have_stopped_before_it_constructs_the_new_instance()
    {
        using var gate = new Gate();
        var actor = Sys.ActorOf(Lifecycle.Of(TestActor, "actor"));
        var child = await actor.Ask<IActorRef>(Lifecycle.Of(TestActor, "child", step =>
        {
            if (step == "PostStop")
                gate.Hold();
            return false;
        }));
        Settle(child);
        ReceiveN(4);

        actor.Tell(Crash);
        gate.AwaitHeld();
        var beforeTheChildStopped = ReceiveN(3).Cast<string>().Order();
        ExpectNoMsg(Silence);
        gate.Release();

        Assert.Equal(["actor PostStop", "actor PreRestart", "child PostStop"], beforeTheChildStopped);
        ExpectSteps("actor constructor", "actor PostRestart", "actor PreStart");
    }

    [Fact]
    public async Task An_actor_stops_after_its_children()
    {
        var actor = Sys.ActorOf(Lifecycle.Of(TestActor, "actor"));
        var child = await actor.Ask<IActorRef>(Lifecycle.Of(TestActor, "child"));
        Settle(child);
        ReceiveN(4);

        Sys.Stop(actor);

        ExpectSteps("child PostStop", "actor PostStop");
    }

    [Fact]
    public void The_message_that_failed_is_dropped_and_the_others_are_kept()
    {
        using var gate = new Gate();
        var actor = Sys.ActorOf(Lifecycle.Of(CreateTestProbe().Ref, "actor", step =>
        {
            if (step == "PreStart" && !gate.IsReleased)
                gate.Hold();
            return false;
        }));
        gate.AwaitHeld();
        actor.Tell(1);
        actor.Tell(Crash);
        actor.Tell(2);
        actor.Tell(3);
        gate.Release();

        ExpectMsg(("actor", (object)1));
        ExpectMsg(("actor", (object)2));
        ExpectMsg(("actor", (object)3));
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void The_reference_survives_a_restart()
    {
        var actor = Sys.ActorOf(Lifecycle.Of(CreateTestProbe().Ref, "actor"), "reference");
        actor.Tell(Crash);

        actor.Tell(new Identify(1));

        var identity = ExpectMsg<ActorIdentity>();
        Assert.Equal(actor, identity.Subject);
        Assert.Equal(actor.Path.Uid, identity.Subject.Path.Uid);
    }

    [Fact]
    public void A_successor_of_the_same_name_is_another_actor()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Reincarnating(TestActor)));

        parent.Tell("start");
        var first = ExpectMsg<IActorRef>();
        parent.Tell("replace");
        var second = ExpectMsg<IActorRef>();

        Assert.Equal(first.Path, second.Path);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void A_name_is_given_once_at_a_time()
    {
        Sys.ActorOf(Lifecycle.Of(TestActor, "actor"), "name");

        Assert.Throws<InvalidActorNameException>(() => Sys.ActorOf(Lifecycle.Of(TestActor, "actor"), "name"));
    }

    [Fact]
    public void PoisonPill_stops_the_actor_after_the_messages_before_it()
    {
        var actor = Sys.ActorOf(Lifecycle.Of(CreateTestProbe().Ref, "actor"));
        Watch(actor);

        actor.Tell("before");
        actor.Tell(PoisonPill.Instance);

        ExpectMsg(("actor", (object)"before"));
        ExpectTerminated(actor);
    }

    [Fact]
    public void Stop_lets_the_message_in_hand_finish_and_sends_the_rest_to_the_dead_letters()
    {
        using var gate = new Gate();
        var actor = Sys.ActorOf(Props.Create(() => new Holding(gate)));
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        actor.Tell("hold");
        gate.AwaitHeld();
        actor.Tell("too late");

        Sys.Stop(actor);
        SettleGuardian();
        gate.Release();

        var letter = ExpectMsg<DeadLetter>();
        Assert.Equal(("too late", actor), (letter.Message, letter.Recipient));
    }

    [Fact]
    public void Kill_stops_an_actor_under_the_default_strategy()
    {
        var actor = Sys.ActorOf(Lifecycle.Of(CreateTestProbe().Ref, "actor"));
        Watch(actor);

        actor.Tell(Kill.Instance);

        ExpectTerminated(actor);
    }

    [Theory]
    [InlineData("constructor")]
    [InlineData("PreStart")]
    public void A_failure_while_the_actor_starts_stops_it(string failing)
    {
        var actor = Sys.ActorOf(Lifecycle.Of(CreateTestProbe().Ref, "actor", step => step == failing));

        Watch(actor);

        ExpectTerminated(actor);
    }

    [Fact]
    public void A_failure_in_PostStop_does_not_keep_the_actor_from_stopping()
    {
        var actor = Sys.ActorOf(Lifecycle.Of(CreateTestProbe().Ref, "actor", step => step == "PostStop"));
        Watch(actor);

        Sys.Stop(actor);

        ExpectTerminated(actor);
    }

    [Fact]
    public void A_failure_in_PreRestart_does_not_keep_the_actor_from_restarting()
    {
        var actor = Sys.ActorOf(Lifecycle.Of(TestActor, "actor", step => step == "PreRestart"));
        ExpectSteps("actor constructor", "actor PreStart");

        actor.Tell(Crash);

        FishForMessage<string>(step => step == "actor PostRestart");
    }

    [Fact]
    public void A_failure_in_PostRestart_stops_the_actor()
    {
        var actor = Sys.ActorOf(Lifecycle.Of(CreateTestProbe().Ref, "actor", step => step == "PostRestart"));
        Watch(actor);

        actor.Tell(Crash);

        ExpectTerminated(actor);
    }

    [Fact]
    public void The_hooks_around_a_life_enclose_the_inner_ones()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Surrounded(TestActor)));

        actor.Tell("message");
        ExpectSteps("around PreStart", "PreStart", "around receive", "receive");
        Sys.Stop(actor);

        ExpectSteps("around PostStop", "PostStop");
    }

    [Fact]
    public async Task The_end_of_the_system_stops_every_actor_and_runs_what_was_registered_for_it()
    {
        var system = ActorSystem.Create("ending");
        system.ActorOf(Lifecycle.Of(TestActor, "actor"));
        ExpectSteps("actor constructor", "actor PreStart");
        system.RegisterOnTermination(() => TestActor.Tell("registered"));

        await system.Terminate();

        Assert.True(system.WhenTerminated.IsCompleted);
        ExpectMsgAllOf("actor PostStop", "registered");
    }

    private void ExpectSteps(params string[] steps)
    {
        foreach (var step in steps)
            ExpectMsg(step);
    }

    private sealed class Reincarnating : ReceiveActor
    {
        public Reincarnating(IActorRef witness)
        {
            Receive<string>(command => command == "start", _ => witness.Tell(Context.Watch(Context.ActorOf(Props.Create(() => new Listener(witness)), "name"))));
            Receive<string>(_ => Context.Stop(Context.Child("name")));
            Receive<Terminated>(_ => witness.Tell(Context.ActorOf(Props.Create(() => new Listener(witness)), "name")));
        }
    }

    private sealed class Holding : UntypedActor
    {
        private readonly Gate _gate;

        public Holding(Gate gate) => _gate = gate;

        protected override void OnReceive(object message) => _gate.Hold();
    }

    private sealed class Surrounded : UntypedActor
    {
        private readonly IActorRef _witness;

        public Surrounded(IActorRef witness) => _witness = witness;

        public override void AroundPreStart()
        {
            _witness.Tell("around PreStart");
            base.AroundPreStart();
        }

        public override void AroundPostStop()
        {
            _witness.Tell("around PostStop");
            base.AroundPostStop();
        }

        protected override void PreStart() => _witness.Tell("PreStart");

        protected override void PostStop() => _witness.Tell("PostStop");

        protected override bool AroundReceive(Receive receive, object message)
        {
            _witness.Tell("around receive");
            return base.AroundReceive(receive, message);
        }

        protected override void OnReceive(object message) => _witness.Tell("receive");
    }
}
