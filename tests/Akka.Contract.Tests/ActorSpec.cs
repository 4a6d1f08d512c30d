using Akka.Actor;
using Akka.TestKit;

namespace Akka.Contract.Tests;

/// <summary>What the specs share. They use the public API of Akka.NET 1.5 only, so that they hold either runtime to it.</summary>
public abstract class ActorSpec(string config = "") : Akka.TestKit.Xunit2.TestKit(config)
{
    /// <summary>Time stands still until the spec moves it.</summary>
    protected const string VirtualTime = "akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"\n";

    /// <summary>For what must not come: long enough for a mistake to show, short enough to run often.</summary>
    protected static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(50);

    protected TestScheduler Clock => (TestScheduler)Sys.Scheduler;

    protected static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    /// <summary>Returns when the actor has handled everything that was sent to it before; the question reaches no behaviour and re-arms nothing.</summary>
    protected void Settle(IActorRef actor)
    {
        var asker = CreateTestProbe();
        actor.Tell(new Identify("settled"), asker.Ref);
        asker.ExpectMsg<ActorIdentity>();
    }

    /// <summary>Returns when the guardian, which is who stops an actor without a parent of its own, has done what it was asked to before.</summary>
    protected void SettleGuardian()
    {
        var asker = CreateTestProbe();
        Sys.ActorSelection("/user").Tell(new Identify("settled"), asker.Ref);
        asker.ExpectMsg<ActorIdentity>();
    }

    /// <summary>An actor that has stopped.</summary>
    protected IActorRef StoppedActor()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Listener(TestActor)));
        Stop(actor);
        return actor;
    }

    protected void Stop(IActorRef actor)
    {
        var watcher = CreateTestProbe();
        watcher.Watch(actor);
        Sys.Stop(actor);
        watcher.ExpectTerminated(actor);
    }
}

/// <summary>Tells another actor everything it gets.</summary>
public sealed class Listener : UntypedActor
{
    private readonly IActorRef _target;

    public Listener(IActorRef target) => _target = target;

    protected override void OnReceive(object message) => _target.Forward(message);
}
