using Akka.Actor;

namespace Akka.Contract.Tests;

public sealed class DeliveryTests : ActorSpec
{
    private const int Senders = 4;
    private const int MessagesPerSender = 20_000;

    [Fact]
    public async Task Messages_of_one_sender_to_one_receiver_arrive_all_and_in_their_order()
    {
        var receiver = Sys.ActorOf(Props.Create(() => new InOrder(TestActor)));

        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() =>
        {
            for (var number = 0; number < MessagesPerSender; number++)
                receiver.Tell((sender, number), ActorRefs.NoSender);
        })));

        ExpectMsg("all in order", Seconds(30));
    }

    [Fact]
    public void A_stop_overtakes_the_messages_that_wait()
    {
        using var gate = new Gate();
        var handled = 0;
        var actor = Sys.ActorOf(Props.Create(() => new Counting(gate, () => Interlocked.Increment(ref handled))));
        Watch(actor);
        for (var message = 0; message < 100; message++)
            actor.Tell(message);
        gate.AwaitHeld();

        Sys.Stop(actor);
        SettleGuardian();
        gate.Release();

        ExpectTerminated(actor);
        Assert.Equal(1, handled);
    }

    [Fact]
    public void A_message_that_the_actor_sends_itself_waits_for_its_turn()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Selfish(TestActor)));

        actor.Tell("first");

        ExpectMsg("first is done");
        ExpectMsg("second");
    }

    [Fact]
    public void A_forwarded_message_keeps_its_sender()
    {
        var origin = CreateTestProbe();
        var relay = Sys.ActorOf(Props.Create(() => new Listener(TestActor)));

        relay.Tell("text", origin.Ref);

        ExpectMsg("text");
        Assert.Equal(origin.Ref, LastSender);
    }

    private sealed class InOrder : ReceiveActor
    {
        private readonly int[] _next = new int[Senders];

        public InOrder(IActorRef witness) => Receive<(int Sender, int Number)>(message =>
        {
            if (message.Number != _next[message.Sender]++)
                witness.Tell($"{message} is out of order");
            if (_next.All(next => next == MessagesPerSender))
                witness.Tell("all in order");
        });
    }

    private sealed class Counting : UntypedActor
    {
        private readonly Gate _gate;
        private readonly Action _count;

        public Counting(Gate gate, Action count)
        {
            _gate = gate;
            _count = count;
        }

        protected override void OnReceive(object message)
        {
            _count();
            _gate.Hold();
        }
    }

    private sealed class Selfish : ReceiveActor
    {
        public Selfish(IActorRef witness)
        {
            Receive<string>(text => text == "first", _ =>
            {
                Self.Tell("second");
                witness.Tell("first is done");
            });
            ReceiveAny(witness.Tell);
        }
    }
}
