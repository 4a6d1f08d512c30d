using Akka.Actor;

namespace Akka.Contract.Tests;

public sealed class StashTests : ActorSpec
{
    [Fact]
    public void Unstashed_messages_come_in_their_order_before_those_that_wait_in_the_mailbox()
    {
        using var gate = new Gate();
        var actor = Start(gate);
        actor.Tell(1);
        actor.Tell(2);
        actor.Tell("hold");
        gate.AwaitHeld();
        actor.Tell("open");
        actor.Tell(3);
        gate.Release();

        ExpectMsg(1);
        ExpectMsg(2);
        ExpectMsg(3);
    }

    [Fact]
    public void Unstash_gives_back_the_oldest_message_only()
    {
        var actor = Start();
        actor.Tell(1);
        actor.Tell(2);

        actor.Tell("open for one");

        ExpectMsg(1);
        Settle(actor);
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void An_unstashed_message_keeps_its_sender()
    {
        var sender = CreateTestProbe();
        var actor = Start();
        actor.Tell(1, sender.Ref);

        actor.Tell("open");

        ExpectMsg(1);
        Assert.Equal(sender.Ref, LastSender);
    }

    [Fact]
    public void The_stash_says_how_many_messages_it_holds()
    {
        var actor = Start();

        actor.Tell("count");
        actor.Tell(1);
        actor.Tell(2);
        actor.Tell("count");

        ExpectMsg((0, true, false));
        ExpectMsg((2, false, true));
    }

    [Fact]
    public void A_stash_that_was_cleared_gives_nothing_back()
    {
        var actor = Start();
        actor.Tell(1);

        actor.Tell("clear");
        actor.Tell("open");

        Settle(actor);
        ExpectNoMsg(Silence);
    }

    [Fact]
    public void A_restart_gives_stashed_messages_to_the_new_instance()
    {
        var actor = Start();
        actor.Tell(1);
        actor.Tell(2);

        actor.Tell("crash");
        actor.Tell("open");

        ExpectMsg(1);
        ExpectMsg(2);
    }

    [Fact]
    public void A_message_can_be_put_aside_once_only()
    {
        var actor = Start();

        actor.Tell("twice");

        ExpectMsg<IllegalActorStateException>();
    }

    private IActorRef Start(Gate? gate = null) => Sys.ActorOf(Props.Create(() => new Keeper(TestActor, gate)));

    /// <summary>Keeps numbers until it is opened, then passes them on.</summary>
    private sealed class Keeper : ReceiveActor, IWithUnboundedStash
    {
        public Keeper(IActorRef target, Gate? gate)
        {
            Receive<int>(_ => Stash.Stash());
            Receive<string>(command =>
            {
                switch (command)
                {
                    case "hold":
                        gate!.Hold();
                        break;
                    case "count":
                        Sender.Tell((Stash.Count, Stash.IsEmpty, Stash.NonEmpty));
                        break;
                    case "clear":
                        Stash.ClearStash();
                        break;
                    case "crash":
                        throw new InvalidOperationException("crash");
                    case "twice":
                        Stash.Stash();
                        Sender.Tell(Record.Exception(Stash.Stash));
                        Stash.ClearStash();
                        break;
                    case "open for one":
                        Open(target);
                        Stash.Unstash();
                        break;
                    default:
                        Open(target);
                        Stash.UnstashAll();
                        break;
                }
            });
        }

        public IStash Stash { get; set; } = null!; // Set by the runtime before the constructor's handlers run.

        private void Open(IActorRef target) => Become(() => ReceiveAny(target.Forward));
    }
}
