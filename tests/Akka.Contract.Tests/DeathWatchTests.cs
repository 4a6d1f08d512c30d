using Akka.Actor;

namespace Akka.Contract.Tests;

public sealed class DeathWatchTests : ActorSpec
{
    [Fact]
    public void A_watcher_is_told_when_the_actor_has_stopped()
    {
        var actor = Start();
        Watch(actor);

        Sys.Stop(actor);

        var terminated = ExpectTerminated(actor);
        Assert.True(terminated.ExistenceConfirmed);
        Assert.False(terminated.AddressTerminated);
    }

    [Fact]
    public void Every_watcher_is_told_once_however_often_it_asked()
    {
        var actor = Start();
        var other = CreateTestProbe();
        Watch(actor);
        Watch(actor);
        other.Watch(actor);

        Sys.Stop(actor);

        ExpectTerminated(actor);
        other.ExpectTerminated(actor);
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void Watching_an_actor_that_is_dead_says_that_its_existence_is_not_confirmed()
    {
        var actor = StoppedActor();

        Watch(actor);

        Assert.False(ExpectTerminated(actor).ExistenceConfirmed);
    }

    [Fact]
    public void An_actor_that_is_watched_no_more_tells_nothing()
    {
        var actor = Start();
        Watch(actor);

        Unwatch(actor);
        Stop(actor);

        ExpectNoMsg(Silence);
    }

    [Fact]
    public void Unwatch_discards_an_end_that_already_waits_in_the_mailbox()
    {
        using var gate = new Gate();
        var actor = Start();
        var watcher = Sys.ActorOf(Props.Create(() => new Watcher(TestActor, gate)));
        watcher.Tell(actor);
        ExpectMsg("watching");
        watcher.Tell("hold and unwatch");
        gate.AwaitHeld();

        Stop(actor);
        gate.Release();
        watcher.Tell("anything");

        ExpectMsg("anything");
    }

    [Fact]
    public void WatchWith_sends_the_message_that_was_asked_for()
    {
        var actor = Start();
        var watcher = Sys.ActorOf(Props.Create(() => new Watcher(TestActor, null)));
        watcher.Tell(("watch with", actor));
        ExpectMsg("watching");

        Sys.Stop(actor);

        ExpectMsg("it ended");
    }

    [Fact]
    public void An_end_that_the_watcher_does_not_handle_stops_the_watcher()
    {
        var actor = Start();
        var watcher = Sys.ActorOf(Props.Create(() => new Careless(actor)));
        Watch(watcher);
        Settle(watcher);

        Sys.Stop(actor);

        ExpectTerminated(watcher);
    }

    [Fact]
    public async Task An_end_that_the_watcher_does_not_handle_is_a_death_pact()
    {
        var actor = Start();
        var watcher = Sys.ActorOf(Props.Create(() => new Careless(actor)));
        Settle(watcher);

        await EventFilter.Exception<DeathPactException>().ExpectOneAsync(() =>
        {
            Sys.Stop(actor);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public void A_parent_that_watches_its_child_is_told_of_its_end()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Watcher(TestActor, null)));

        parent.Tell("start a child and stop it");

        ExpectMsg("it ended");
    }

    [Fact]
    public void A_restart_is_not_an_end()
    {
        var actor = Sys.ActorOf(Lifecycle.Of(CreateTestProbe().Ref, "actor"));
        Watch(actor);

        actor.Tell(new InvalidOperationException("crash"));
        Settle(actor);

        ExpectNoMsg(Silence);
    }

    [Fact]
    public async Task WatchAsync_completes_when_the_actor_has_stopped()
    {
        var actor = Start();

        var ended = actor.WatchAsync();
        Assert.False(ended.IsCompleted);
        Sys.Stop(actor);

        Assert.True(await ended);
    }

    [Fact]
    public async Task GracefulStop_completes_when_the_actor_has_stopped()
    {
        var actor = Start();
        Watch(actor);

        Assert.True(await actor.GracefulStop(Seconds(5)));

        ExpectTerminated(actor);
    }

    [Fact]
    public async Task GracefulStop_does_not_say_that_an_actor_has_stopped_when_its_time_is_over()
    {
        using var gate = new Gate();
        var actor = Sys.ActorOf(Props.Create(() => new Watcher(TestActor, gate)));
        actor.Tell("hold and unwatch");
        gate.AwaitHeld();

        var stopping = actor.GracefulStop(TimeSpan.FromMilliseconds(20));

        Assert.False(await stopping);
    }

    private IActorRef Start() => Sys.ActorOf(Props.Create(() => new Listener(TestActor)));

    private sealed class Careless : ReceiveActor
    {
        public Careless(IActorRef watched) => Context.Watch(watched);
    }

    private sealed class Watcher : ReceiveActor
    {
        private IActorRef? _watched;

        public Watcher(IActorRef witness, Gate? gate)
        {
            Receive<IActorRef>(actor =>
            {
                _watched = Context.Watch(actor);
                witness.Tell("watching");
            });
            Receive<(string, IActorRef)>(request =>
            {
                Context.WatchWith(request.Item2, "it ended");
                witness.Tell("watching");
            });
            Receive<string>(command => command == "hold and unwatch", _ =>
            {
                gate!.Hold();
                if (_watched is not null)
                    Context.Unwatch(_watched);
            });
            Receive<string>(command => command == "start a child and stop it", _ =>
                Context.Stop(Context.Watch(Context.ActorOf(Props.Create(() => new Listener(witness))))));
            Receive<Terminated>(_ => witness.Tell("it ended"));
            ReceiveAny(witness.Tell);
        }
    }
}
