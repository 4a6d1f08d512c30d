using ActorHeartbeat.Protocol;
using Akka.Actor;
using Akka.Event;

namespace ActorHeartbeat.Tests;

/// <summary>
/// The properties of Akka.NET that this library relies on, each with the code that relies on it. Run these first with a new version.
/// </summary>
public sealed class AkkaAssumptionsTests() : Akka.TestKit.Xunit2.TestKit(VirtualTime.Configuration)
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(10);

    private VirtualScheduler Clock => (VirtualScheduler)Sys.Scheduler;

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
}
