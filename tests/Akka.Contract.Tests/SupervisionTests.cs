using Akka.Actor;

namespace Akka.Contract.Tests;

public sealed class SupervisionTests : ActorSpec
{
    private static readonly Exception Crash = new InvalidOperationException("crash");

    [Fact]
    public async Task The_default_strategy_restarts_a_child_that_throws()
    {
        var child = await ChildOf(Parent.Of(null));

        child.Tell("count");
        child.Tell(Crash);
        child.Tell("count");

        ExpectMsg(1);
        ExpectMsg(1);
    }

    [Fact]
    public void The_default_decider_restarts_on_an_ordinary_exception_and_stops_on_the_three_that_end_an_actor()
    {
        var decider = SupervisorStrategy.DefaultDecider;

        Assert.Equal(Directive.Restart, decider.Decide(Crash));
        Assert.Equal(Directive.Stop, decider.Decide(new ActorInitializationException("start")));
        Assert.Equal(Directive.Stop, decider.Decide(new ActorKilledException("kill")));
        Assert.Equal(Directive.Stop, decider.Decide(new DeathPactException(TestActor)));
    }

    [Fact]
    public async Task Resume_keeps_the_state_and_drops_the_failed_message()
    {
        var child = await ChildOf(Parent.Of(Always(Directive.Resume)));

        child.Tell("count");
        child.Tell(Crash);
        child.Tell("count");

        ExpectMsg(1);
        ExpectMsg(2);
    }

    [Fact]
    public async Task Stop_ends_the_child()
    {
        var child = await ChildOf(Parent.Of(Always(Directive.Stop)));
        Watch(child);

        child.Tell(Crash);

        ExpectTerminated(child);
    }

    [Fact]
    public async Task Escalate_makes_the_parent_fail_with_the_cause_of_the_child()
    {
        var child = await ChildOf(Parent.Of(Always(Directive.Escalate), TestActor));
        Watch(child);

        child.Tell(Crash);

        ExpectMsgAllOf<object>(Crash, new Terminated(child, true, false));
    }

    [Fact]
    public async Task One_for_one_leaves_the_siblings_alone()
    {
        var parent = Sys.ActorOf(Parent.Of(Always(Directive.Stop)));
        var failing = await parent.Ask<IActorRef>(Counting.Props());
        var sibling = await parent.Ask<IActorRef>(Counting.Props());
        sibling.Tell("count");
        ExpectMsg(1);
        Watch(failing);

        failing.Tell(Crash);
        ExpectTerminated(failing);
        sibling.Tell("count");

        ExpectMsg(2);
    }

    [Fact]
    public async Task All_for_one_treats_the_siblings_like_the_child_that_failed()
    {
        var parent = Sys.ActorOf(Parent.Of(new AllForOneStrategy(_ => Directive.Stop)));
        var failing = await parent.Ask<IActorRef>(Counting.Props());
        var sibling = await parent.Ask<IActorRef>(Counting.Props());
        Watch(sibling);

        failing.Tell(Crash);

        ExpectTerminated(sibling);
    }

    [Fact]
    public async Task All_for_one_restarts_the_siblings_too()
    {
        var parent = Sys.ActorOf(Parent.Of(new AllForOneStrategy(_ => Directive.Restart)));
        var failing = await parent.Ask<IActorRef>(Lifecycle.Of(CreateTestProbe().Ref, "failing"));
        await parent.Ask<IActorRef>(Lifecycle.Of(TestActor, "sibling"));
        ExpectMsg("sibling constructor");
        ExpectMsg("sibling PreStart");

        failing.Tell(Crash);

        FishForMessage<string>(step => step == "sibling PostRestart");
    }

    [Fact]
    public async Task The_stopping_strategy_stops_a_child_that_throws()
    {
        var child = await ChildOf(Parent.Of(SupervisorStrategy.StoppingStrategy));
        Watch(child);

        child.Tell(Crash);

        ExpectTerminated(child);
    }

    [Fact]
    public async Task A_strategy_in_the_props_takes_the_place_of_the_actors_own()
    {
        var child = await ChildOf(Props.Create(() => new Plain()).WithSupervisorStrategy(Always(Directive.Stop)));
        Watch(child);

        child.Tell(Crash);

        ExpectTerminated(child);
    }

    [Fact]
    public void A_decider_of_pairs_takes_the_first_type_that_fits_and_else_its_default()
    {
        var decider = Decider.From(
            Directive.Escalate,
            new KeyValuePair<Type, Directive>(typeof(ArgumentNullException), Directive.Resume),
            new KeyValuePair<Type, Directive>(typeof(ArgumentException), Directive.Stop));

        Assert.Equal(Directive.Resume, decider.Decide(new ArgumentNullException()));
        Assert.Equal(Directive.Stop, decider.Decide(new ArgumentOutOfRangeException()));
        Assert.Equal(Directive.Escalate, decider.Decide(Crash));
    }

    [Fact]
    public void A_decider_of_a_function_does_what_the_function_says()
    {
        var decider = Decider.From(exception => exception is ArgumentException ? Directive.Resume : Directive.Stop);

        Assert.Equal(Directive.Resume, decider.Decide(new ArgumentException()));
        Assert.Equal(Directive.Stop, decider.Decide(Crash));
    }

    [Fact]
    public async Task With_no_retries_the_first_failure_stops_the_child()
    {
        var child = await ChildOf(Parent.Of(Restarting(0, -1)));
        Watch(child);

        child.Tell(Crash);

        ExpectTerminated(child);
    }

    [Fact]
    public async Task With_two_retries_the_third_failure_stops_the_child()
    {
        var child = await ChildOf(Parent.Of(Restarting(2, -1)));
        Watch(child);

        FailAndCount(child);
        FailAndCount(child);
        child.Tell(Crash);

        ExpectTerminated(child);
    }

    [Fact]
    public async Task Minus_one_retries_are_no_limit()
    {
        var child = await ChildOf(Parent.Of(Restarting(-1, -1)));

        for (var failure = 0; failure < 50; failure++)
            FailAndCount(child);
    }

    [Fact]
    public async Task A_window_with_a_limit_allows_as_many_restarts_in_it()
    {
        var child = await ChildOf(Parent.Of(Restarting(2, 600_000)));
        Watch(child);

        FailAndCount(child);
        FailAndCount(child);
        child.Tell(Crash);

        ExpectTerminated(child);
    }

    [Fact]
    public async Task A_window_without_a_limit_allows_one_restart_in_it()
    {
        var child = await ChildOf(Parent.Of(Restarting(-1, 600_000)));
        Watch(child);

        FailAndCount(child);
        child.Tell(Crash);

        ExpectTerminated(child);
    }

    [Fact]
    public async Task A_failure_after_the_window_opens_another()
    {
        var child = await ChildOf(Parent.Of(Restarting(-1, 1)));

        for (var failure = 0; failure < 3; failure++)
        {
            FailAndCount(child);
            var windowIsOver = Sys.Scheduler.MonotonicClock + TimeSpan.FromMilliseconds(100);
            AwaitCondition(() => Sys.Scheduler.MonotonicClock > windowIsOver);
        }
    }

    [Fact]
    public async Task Each_child_has_its_own_count_of_failures()
    {
        var parent = Sys.ActorOf(Parent.Of(Restarting(1, -1)));
        var first = await parent.Ask<IActorRef>(Counting.Props());
        var second = await parent.Ask<IActorRef>(Counting.Props());

        FailAndCount(first);
        FailAndCount(second);
    }

    [Fact]
    public async Task The_failure_of_a_child_is_logged_as_an_error()
    {
        var child = await ChildOf(Parent.Of(null));

        await EventFilter.Exception<InvalidOperationException>("crash").ExpectOneAsync(() =>
        {
            child.Tell(Crash);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task A_decider_that_throws_makes_the_parent_fail()
    {
        var child = await ChildOf(Parent.Of(new OneForOneStrategy(_ => throw new ArgumentException("decider")), TestActor));

        child.Tell(Crash);

        ExpectMsg<ArgumentException>();
    }

    [Fact]
    public async Task A_parent_that_restarts_stops_its_children()
    {
        var parent = Sys.ActorOf(Parent.Of(null));
        var child = await parent.Ask<IActorRef>(Counting.Props());
        Watch(child);

        parent.Tell(Crash);

        ExpectTerminated(child);
    }

    [Fact]
    public async Task A_strategy_sees_the_exception_of_the_child()
    {
        var child = await ChildOf(Parent.Of(new OneForOneStrategy(exception =>
        {
            TestActor.Tell(exception);
            return Directive.Resume;
        })));

        child.Tell(Crash);

        ExpectMsg<Exception>(exception => ReferenceEquals(exception, Crash));
    }

    private static OneForOneStrategy Always(Directive directive) => new(_ => directive);

    private static OneForOneStrategy Restarting(int retries, int windowMilliseconds) => new(retries, windowMilliseconds, _ => Directive.Restart);

    private Task<IActorRef> ChildOf(Props parent) => Sys.ActorOf(parent).Ask<IActorRef>(Counting.Props());

    /// <summary>The child fails and, restarted, counts from one.</summary>
    private void FailAndCount(IActorRef child)
    {
        child.Tell(Crash);
        child.Tell("count");
        ExpectMsg(1);
    }

    private sealed class Counting : ReceiveActor
    {
        private int _count;

        public Counting()
        {
            Receive<Exception>(exception => throw exception);
            ReceiveAny(_ => Sender.Tell(++_count));
        }

        public static Props Props() => Akka.Actor.Props.Create(() => new Counting());
    }

    private sealed class Plain : ReceiveActor
    {
        public Plain() => Receive<Props>(props => Sender.Tell(Context.ActorOf(props)));
    }
}
