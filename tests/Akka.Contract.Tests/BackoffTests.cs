using Akka.Actor;
using Akka.Event;
using Akka.Pattern;

namespace Akka.Contract.Tests;

public sealed class BackoffTests() : ActorSpec(VirtualTime)
{
    private static readonly TimeSpan Min = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Max = TimeSpan.FromSeconds(35);
    private static readonly Exception Crash = new InvalidOperationException("crash");

    [Fact]
    public void On_failure_a_child_that_throws_is_stopped_and_started_again_after_the_delay()
    {
        var supervisor = Start(OnFailure());
        var first = CurrentChild(supervisor);
        Watch(first);

        first.Tell(Crash);
        ExpectTerminated(first);
        AwaitDown(supervisor);
        Clock.Advance(Min);
        var second = AwaitUp(supervisor);

        Assert.NotEqual(first, second);
    }

    [Fact]
    public void On_failure_no_child_runs_before_the_delay_is_over()
    {
        var supervisor = Start(OnFailure());
        Fail(supervisor);

        Clock.Advance(Min - TimeSpan.FromMilliseconds(1));

        Assert.True(CurrentChild(supervisor).IsNobody());
    }

    [Fact]
    public void On_failure_a_child_that_stops_itself_stops_the_supervisor()
    {
        var supervisor = Start(OnFailure());
        Watch(supervisor);

        supervisor.Tell("stop");

        ExpectTerminated(supervisor);
    }

    [Theory]
    [InlineData("constructor")]
    [InlineData("PreStart")]
    public void On_failure_a_child_that_cannot_start_stops_the_supervisor(string failing)
    {
        var child = Lifecycle.Of(CreateTestProbe().Ref, "child", step => step == failing);

        var supervisor = Start(Backoff.OnFailure(child, "child", Min, Max, 0, -1));

        Watch(supervisor);
        ExpectTerminated(supervisor);
    }

    [Fact]
    public void On_stop_a_child_that_stops_itself_is_started_again_after_the_delay()
    {
        var supervisor = Start(OnStop());
        StopChild(supervisor);

        Clock.Advance(Min);

        AwaitUp(supervisor);
    }

    [Fact]
    public void On_stop_a_child_whose_constructor_fails_is_started_again_after_the_delay()
    {
        var attempts = 0;
        var child = Lifecycle.Of(CreateTestProbe().Ref, "child", step => step == "constructor" && Interlocked.Increment(ref attempts) == 1);
        var supervisor = Start(Backoff.OnStop(child, "child", Min, Max, 0, -1));
        AwaitDown(supervisor);

        Clock.Advance(Min);

        AwaitUp(supervisor);
        AwaitCondition(() => Volatile.Read(ref attempts) == 2);
    }

    [Fact]
    public void On_stop_a_child_that_throws_is_restarted_at_once()
    {
        var supervisor = Start(OnStop());
        var child = CurrentChild(supervisor);

        supervisor.Tell(Crash);
        supervisor.Tell("question");

        ExpectMsg("question");
        Assert.Equal(child, CurrentChild(supervisor));
    }

    [Fact]
    public void On_stop_with_the_stopping_strategy_a_child_that_throws_backs_off()
    {
        var supervisor = Start(OnStop().WithDefaultStoppingStrategy());
        Fail(supervisor);

        Clock.Advance(Min);

        AwaitUp(supervisor);
    }

    [Fact]
    public void The_delay_doubles_with_each_restart_up_to_the_maximum()
    {
        var supervisor = Start(OnStop().WithManualReset());

        foreach (var delay in new[] { 10, 20, 35, 35 })
        {
            StopChild(supervisor);
            Clock.Advance(Seconds(delay) - TimeSpan.FromMilliseconds(1));
            Assert.True(CurrentChild(supervisor).IsNobody());
            Clock.Advance(TimeSpan.FromMilliseconds(1));
            AwaitUp(supervisor);
        }
    }

    [Fact]
    public void The_random_part_comes_on_top_even_of_the_maximum()
    {
        var supervisor = Start(Backoff.OnStop(Reacting.Props(), "child", Max, Max, 1.0, -1));
        StopChild(supervisor);

        Clock.Advance(Max - TimeSpan.FromMilliseconds(1));
        Assert.True(CurrentChild(supervisor).IsNobody());
        Clock.Advance(Max + TimeSpan.FromMilliseconds(1));

        AwaitUp(supervisor);
    }

    [Fact]
    public void The_count_of_restarts_starts_at_zero_and_grows_with_each()
    {
        var supervisor = Start(OnStop().WithManualReset());

        Assert.Equal(0, RestartCount(supervisor));
        StopChild(supervisor);
        Assert.Equal(1, RestartCount(supervisor));
    }

    [Fact]
    public void The_count_is_reset_when_the_child_has_run_for_the_minimum_delay()
    {
        var supervisor = Start(OnStop());
        StopChild(supervisor);
        Clock.Advance(Min);
        AwaitUp(supervisor);

        Clock.Advance(Min);

        Assert.Equal(0, RestartCount(supervisor));
    }

    [Fact]
    public void The_count_is_reset_after_the_time_that_was_asked_for()
    {
        var supervisor = Start(OnStop().WithAutoReset(Seconds(25)));
        StopChild(supervisor);
        Clock.Advance(Min);
        AwaitUp(supervisor);

        Clock.Advance(Seconds(24));
        Assert.Equal(1, RestartCount(supervisor));
        Clock.Advance(Seconds(1));

        Assert.Equal(0, RestartCount(supervisor));
    }

    [Fact]
    public void A_reset_that_was_armed_before_another_restart_has_no_effect()
    {
        var supervisor = Start(OnStop());
        StopChild(supervisor);
        Clock.Advance(Min);
        AwaitUp(supervisor);
        Clock.Advance(Seconds(5));
        StopChild(supervisor);

        Clock.Advance(Seconds(5));

        Assert.Equal(2, RestartCount(supervisor));
    }

    [Fact]
    public void With_a_manual_reset_the_count_waits_for_the_message()
    {
        var supervisor = Start(OnStop().WithManualReset());
        StopChild(supervisor);
        Clock.Advance(Min);
        AwaitUp(supervisor);

        Clock.Advance(Seconds(600));
        Assert.Equal(1, RestartCount(supervisor));
        supervisor.Tell(BackoffSupervisor.Reset.Instance);

        Assert.Equal(0, RestartCount(supervisor));
    }

    [Fact]
    public void Past_the_last_retry_the_supervisor_stops()
    {
        var supervisor = Start(OnStop().WithMaxNrOfRetries(1).WithManualReset());
        StopChild(supervisor);
        Clock.Advance(Min);
        AwaitUp(supervisor);
        Watch(supervisor);

        supervisor.Tell("stop");

        ExpectTerminated(supervisor);
    }

    [Fact]
    public void On_failure_too_the_supervisor_stops_past_the_last_retry()
    {
        var supervisor = Start(OnFailure().WithMaxNrOfRetries(1).WithManualReset());
        Fail(supervisor);
        Clock.Advance(Min);
        AwaitUp(supervisor);
        Watch(supervisor);

        supervisor.Tell(Crash);

        ExpectTerminated(supervisor);
    }

    [Fact]
    public void While_the_child_is_down_the_supervisor_answers_what_it_was_told_to()
    {
        var supervisor = Start(OnStop().WithReplyWhileStopped("down"));
        StopChild(supervisor);

        supervisor.Tell("question");

        ExpectMsg("down");
    }

    [Fact]
    public void While_the_child_is_down_messages_without_an_answer_go_to_the_dead_letters()
    {
        var supervisor = Start(OnStop());
        StopChild(supervisor);
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));

        supervisor.Tell("question");

        Assert.Equal("question", ExpectMsg<DeadLetter>().Message);
    }

    [Fact]
    public void Messages_to_the_supervisor_reach_the_child_with_their_sender()
    {
        var supervisor = Start(OnStop());

        supervisor.Tell("question");

        ExpectMsg("question");
        Assert.Equal(CurrentChild(supervisor), LastSender);
    }

    [Fact]
    public void Messages_of_the_child_to_its_parent_reach_the_parent_of_the_supervisor()
    {
        var supervisor = ChildActorOf(BackoffSupervisor.Props(OnStop()));

        supervisor.Tell("tell parent");

        ExpectMsg("for the parent");
    }

    [Fact]
    public void A_final_stop_message_stops_the_child_and_the_supervisor()
    {
        var supervisor = Start(OnStop().WithFinalStopMessage(message => message is "stop"));
        Watch(supervisor);

        supervisor.Tell("stop");

        ExpectTerminated(supervisor);
    }

    [Fact]
    public void A_strategy_of_ones_own_decides_what_backs_off()
    {
        var supervisor = Start(OnFailure().WithSupervisorStrategy(new OneForOneStrategy(_ => Directive.Resume)));
        var child = CurrentChild(supervisor);

        supervisor.Tell(Crash);
        supervisor.Tell("question");

        ExpectMsg("question");
        Assert.Equal(child, CurrentChild(supervisor));
    }

    private static BackoffOptions OnFailure() => Backoff.OnFailure(Reacting.Props(), "child", Min, Max, 0, -1);

    private static BackoffOptions OnStop() => Backoff.OnStop(Reacting.Props(), "child", Min, Max, 0, -1);

    private IActorRef Start(BackoffOptions options) => Sys.ActorOf(BackoffSupervisor.Props(options));

    private IActorRef CurrentChild(IActorRef supervisor) =>
        Query<BackoffSupervisor.CurrentChild>(supervisor, BackoffSupervisor.GetCurrentChild.Instance).Ref;

    private int RestartCount(IActorRef supervisor) =>
        Query<BackoffSupervisor.RestartCount>(supervisor, BackoffSupervisor.GetRestartCount.Instance).Count;

    private T Query<T>(IActorRef supervisor, object question)
    {
        var asker = CreateTestProbe();
        supervisor.Tell(question, asker.Ref);
        return asker.ExpectMsg<T>();
    }

    private void Fail(IActorRef supervisor)
    {
        supervisor.Tell(Crash);
        AwaitDown(supervisor);
    }

    private void StopChild(IActorRef supervisor)
    {
        supervisor.Tell("stop");
        AwaitDown(supervisor);
    }

    /// <summary>The supervisor has seen the end of the child, and has armed its delay.</summary>
    private void AwaitDown(IActorRef supervisor) => AwaitCondition(() => CurrentChild(supervisor).IsNobody());

    private IActorRef AwaitUp(IActorRef supervisor)
    {
        AwaitCondition(() => !CurrentChild(supervisor).IsNobody());
        return CurrentChild(supervisor);
    }

    private sealed class Reacting : ReceiveActor
    {
        public Reacting()
        {
            Receive<Exception>(exception => throw exception);
            Receive<string>(command =>
            {
                switch (command)
                {
                    case "stop":
                        Context.Stop(Self);
                        break;
                    case "tell parent":
                        Context.Parent.Tell("for the parent");
                        break;
                    default:
                        Sender.Tell(command);
                        break;
                }
            });
        }

        public static Props Props() => Akka.Actor.Props.Create(() => new Reacting());
    }
}
