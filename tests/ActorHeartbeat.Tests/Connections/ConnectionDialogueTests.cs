using System.Text;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Transport;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>The messages that a connection actor sends: opening messages, sends and subscriptions.</summary>
public class ConnectionDialogueTests : ConnectionSpec
{
    [Fact]
    public void Opening_messages_go_out_in_order_each_after_the_answer_it_waits_for()
    {
        Start(Defaults with
        {
            OnOpen =
            [
                new DialogueStep(OutboundMessage.Text("hello"), null, Seconds(5)),
                new DialogueStep(OutboundMessage.Text("login"), new MessagePattern.Text("welcome"), Seconds(5)),
                new DialogueStep(OutboundMessage.Text("subscribe"), new MessagePattern.Text("subscribed"), Seconds(5)),
                new DialogueStep(OutboundMessage.Text("start sending"), null, Seconds(5)),
            ],
        });
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        Assert.Equal(["hello", "login"], SentText);
        Socket.DeliverText("not yet");
        Socket.DeliverText("welcome");
        Settle();
        Assert.Equal(["hello", "login", "subscribe"], SentText);
        ExpectNoMsg(TimeSpan.Zero);

        Socket.DeliverText("subscribed");

        ExpectStates(ConnectionState.Open);
        Assert.Equal(["hello", "login", "subscribe", "start sending"], SentText);
        Assert.Equal(1, Plane.Feed.MessagesIn); // an answer that is waited for is no data
    }

    [Fact]
    public void Secrets_of_messages_are_read_for_each_attempt()
    {
        var reads = 0;
        Resolver = new SecretAttemptResolver(_ => $"token {++reads}");
        Start(Defaults with
        {
            OnOpen = [new DialogueStep(MessageTemplate.Json("{\"login\":\"@{env.TOKEN}\"}"), null, Seconds(5))],
            OnClose = [MessageTemplate.Text("bye @{env.TOKEN}"), OutboundMessage.Text("@{env.TOKEN}")],
        });
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Assert.Equal(["{\"login\":\"token 1\"}"], SentText);

        Socket.Lose();
        ExpectStates(ConnectionState.BackingOff);
        Advance(1);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Connection.Tell(new CloseConnection(1000, "done"));

        AwaitAssert(() => Assert.Equal(["{\"login\":\"token 2\"}", "bye token 2", "@{env.TOKEN}"], SentText));
    }

    [Fact]
    public void A_reload_that_brings_a_secret_closes_with_the_messages_that_the_connection_knows()
    {
        Resolver = new SecretAttemptResolver(name => $"value of {name}");
        var settings = Defaults with { OnClose = [MessageTemplate.Text("bye @{env.A}")] };
        StartOpen(settings);
        var socket = Socket;

        Reload(settings with { OnClose = [MessageTemplate.Text("bye @{env.B}")] }, ChangeEffect.Reconnect);

        AwaitAssert(() => Assert.Single(socket.Closes));
        Assert.Equal(["bye value of A"], socket.Sent.Select(message => Encoding.UTF8.GetString(message.Payload.Span)));
    }

    [Fact]
    public void A_secret_that_the_server_repeats_is_masked()
    {
        Resolver = new SecretAttemptResolver(_ => "Kanarienvogel");
        StartOpen(Defaults with { OnClose = [MessageTemplate.Text("bye @{env.A}")] });

        Socket.PeerClose(4001, "no such user: kanarienvogel");

        Assert.Equal(
            "closed by peer: 4001 Private Use, \"no such user: ***\"", ExpectBackingOff(CauseKind.PeerClosed).Cause!.Detail);
    }

    [Fact]
    public void An_attempt_without_a_secret_of_a_message_fails_and_names_it()
    {
        Resolver = new SecretAttemptResolver(_ => null);
        Start(Defaults with { OnOpen = [new DialogueStep(MessageTemplate.Text("login @{env.TOKEN}"), null, Seconds(5))] });
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);

        Assert.Equal("on-open: the environment variable TOKEN is not set", ExpectBackingOff(CauseKind.DialFailed).Cause!.Detail);
        Assert.Empty(Network.Dials);
    }

    [Fact]
    public void Connecting_when_an_opening_message_is_not_answered_backs_off()
    {
        Start(
            Defaults with
            {
                OnOpen = [new DialogueStep(OutboundMessage.Text("login"), new MessagePattern.Text("welcome"), Seconds(3))],
            });
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        var socket = Socket;

        Advance(3);

        ExpectBackingOff(CauseKind.OpeningTimeout);
        Assert.Equal(1, socket.Aborts);
    }

    [Fact]
    public void A_send_succeeds_when_open_and_fails_clearly_when_not()
    {
        StartOpen();

        Send("order", TestActor);
        var sent = ExpectMsg<SendResult>();
        Socket.Lose();
        ExpectStates(ConnectionState.BackingOff);
        Send("order", TestActor);
        var refused = ExpectMsg<SendResult>();

        Assert.Equal(SendStatus.Sent, sent.Status);
        Assert.Equal(new SendResult(SendStatus.Refused, "feed is not open, it waits for the delay before the next attempt"), refused);
    }

    [Fact]
    public void Queued_sends_go_out_in_order_after_the_opening_messages_and_expired_ones_do_not()
    {
        Start(Defaults with
        {
            Send = new SendSettings { WhileDown = SendWhileDown.Queue, TimeToLive = Seconds(3) },
            OnOpen = [new DialogueStep(OutboundMessage.Text("login"), null, Seconds(1))],
        });
        Network.Script(Id, DialScript.Fail(FailureLayer.Tcp), DialScript.Fail(FailureLayer.Tcp));
        ExpectStates(ConnectionState.BackingOff);
        var sender = CreateTestProbe();
        Send("old", sender.Ref);
        Assert.Equal(SendStatus.Queued, sender.ExpectMsg<SendResult>().Status);
        ((VirtualScheduler)Sys.Scheduler).Advance(TimeSpan.Zero);
        ExpectStates(ConnectionState.Connecting, ConnectionState.BackingOff);
        ((VirtualScheduler)Sys.Scheduler).Advance(Seconds(1));
        ExpectStates(ConnectionState.Connecting, ConnectionState.BackingOff);
        foreach (var text in (string[])["one", "two"])
        {
            Send(text, sender.Ref);
            Assert.Equal(SendStatus.Queued, sender.ExpectMsg<SendResult>().Status);
        }

        ((VirtualScheduler)Sys.Scheduler).Advance(Seconds(2));
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);

        Assert.Equal(
            [SendStatus.Expired, SendStatus.Sent, SendStatus.Sent],
            Enumerable.Range(0, 3).Select(_ => sender.ExpectMsg<SendResult>().Status));
        Assert.Equal(["login", "one", "two"], SentText);
    }

    [Fact]
    public void A_message_that_waited_too_long_leaves_its_place_in_the_queue_to_a_new_one()
    {
        Start(Defaults with
        {
            Send = new SendSettings { WhileDown = SendWhileDown.Queue, TimeToLive = Seconds(3) },
            Limits = new LimitSettings { SendQueue = 1 },
            Backoff = new BackoffSettings { Initial = Seconds(6), Jitter = Jitter.None },
        });
        Network.Script(Id, DialScript.Fail(FailureLayer.Tcp));
        ExpectStates(ConnectionState.BackingOff);
        var sender = CreateTestProbe();
        ((VirtualScheduler)Sys.Scheduler).Advance(TimeSpan.Zero);
        ExpectStates(ConnectionState.Connecting, ConnectionState.BackingOff);
        foreach (var text in (string[])["old", "refused"])
            Send(text, sender.Ref);
        Assert.Equal(
            [SendStatus.Queued, SendStatus.Refused], [sender.ExpectMsg<SendResult>().Status, sender.ExpectMsg<SendResult>().Status]);

        ((VirtualScheduler)Sys.Scheduler).Advance(Seconds(4));
        Send("new", sender.Ref);
        Assert.Equal(
            [SendStatus.Expired, SendStatus.Queued], [sender.ExpectMsg<SendResult>().Status, sender.ExpectMsg<SendResult>().Status]);
        ((VirtualScheduler)Sys.Scheduler).Advance(Seconds(2));
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);

        Assert.Equal(SendStatus.Sent, sender.ExpectMsg<SendResult>().Status);
        Assert.Equal(["new"], SentText);
    }

    [Fact]
    public void Subscriptions_are_replayed_on_every_reconnect()
    {
        StartOpen();
        Subscribe("btc");
        Subscribe("eth");
        Unsubscribe("btc");
        Settle();
        Assert.Equal(["sub btc", "sub eth", "unsub btc"], SentText);

        Socket.Lose();
        ExpectStates(ConnectionState.BackingOff);
        Advance(1);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);

        Assert.Equal(["sub eth"], SentText);
    }
}
