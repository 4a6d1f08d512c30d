using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using Akka.Actor;
using Akka.TestKit;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>The send rate of a group, in virtual time, at two messages a second.</summary>
public class SendRateTests : ConnectionSpec
{
    private static readonly Rate TwoASecond = new(2, TimeSpan.FromSeconds(1));

    private static readonly SendSettings Queueing = new() { WhileDown = SendWhileDown.Queue, TimeToLive = TimeSpan.FromSeconds(30) };

    private readonly TestProbe _sender;

    public SendRateTests() => _sender = CreateTestProbe("sender");

    [Fact]
    public void Messages_go_out_in_order_evenly_spaced_and_each_sender_learns_when()
    {
        StartOpen(sendRate: TwoASecond);

        Send("a", "b", "c");
        Settle();
        Assert.Equal(["a"], SentText);
        Assert.Equal([SendStatus.Sent, SendStatus.Queued, SendStatus.Queued], Results(3).Order());

        Advance(0.499);
        Assert.Equal(["a"], SentText);
        Advance(0.001);
        Assert.Equal(["a", "b"], SentText);
        Advance(0.5);
        Assert.Equal(["a", "b", "c"], SentText);
        Assert.Equal([SendStatus.Sent, SendStatus.Sent], Results(2));
    }

    [Fact]
    public void Subscriptions_are_replayed_at_the_rate_after_the_opening_messages_and_before_what_waited()
    {
        StartOpen(
            Defaults with
            {
                OnOpen = [new DialogueStep(OutboundMessage.Text("hello"), null, Seconds(5))],
                Send = Queueing,
                Backoff = new BackoffSettings { Jitter = Jitter.None, Initial = Seconds(5) },
            },
            TwoASecond);
        foreach (var key in (string[])["x", "y", "z"])
            Subscribe(key);
        for (var half = 0; half < 4; half++)
            Advance(0.5);
        Assert.Equal(["hello", "sub x", "sub y", "sub z"], SentText);

        Socket.Lose();
        ExpectStates(ConnectionState.BackingOff);
        Send("held");
        Advance(5);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Send("live");

        var seen = new List<int> { SentText.Count };
        for (var half = 0; half < 5; half++)
        {
            Advance(0.5);
            seen.Add(SentText.Count);
        }
        Assert.Equal(["hello", "sub x", "sub y", "sub z", "held", "live"], SentText);
        Assert.Equal([1, 2, 3, 4, 5, 6], seen);
    }

    [Fact]
    public void Heartbeats_and_answers_to_the_server_do_not_wait_and_do_not_count()
    {
        StartOpen(Defaults with
        {
            Heartbeat = new HeartbeatSettings
            {
                Mode = HeartbeatMode.Text,
                Send = OutboundMessage.Text("ping"),
                Expect = new MessagePattern.Text("pong"),
                Reply = new HeartbeatReply(new MessagePattern.Text("are you there"), OutboundMessage.Text("yes")),
                Interval = Seconds(25),
            },
            Send = new SendSettings { TimeToLive = TimeSpan.FromMinutes(2) },
        }, new Rate(1, TimeSpan.FromMinutes(1)));
        Send("a", "b");
        Settle();
        Socket.DeliverText("are you there");
        Settle();
        Assert.Equal(["a", "yes"], SentText);

        Advance(25);
        Assert.Equal(["a", "yes", "ping"], SentText);
        Socket.DeliverText("pong");
        Advance(25);
        Socket.DeliverText("pong");
        Advance(9.9);
        Assert.Equal(["a", "yes", "ping", "ping"], SentText);
        Advance(0.2);
        Assert.Equal(["a", "yes", "ping", "ping", "b"], SentText);
    }

    [Fact]
    public void Waiting_for_the_rate_leaves_the_heartbeat_where_it_was()
    {
        StartOpen(
            Defaults with
            {
                Heartbeat = new HeartbeatSettings
                {
                    Interval = Seconds(3),
                    Timeout = Seconds(1),
                    MaxMissed = 1,
                },
            },
            new Rate(1, Seconds(2)));
        Send("a", "b", "c");
        Advance(2);
        Assert.Empty(Socket.Pings);
        Socket.GoHalfOpen();
        Advance(1);
        Assert.Single(Socket.Pings);
        ExpectStates(ConnectionState.AwaitingPong);

        Advance(1);

        Assert.Equal(["a", "b", "c"], SentText);
        ExpectStates(ConnectionState.BackingOff);
    }

    [Fact]
    public void A_message_that_waits_for_the_rate_when_the_connection_ends_is_refused_by_default()
    {
        StartOpen(sendRate: TwoASecond);
        Send("a", "b");
        Settle();
        Assert.Equal([SendStatus.Sent, SendStatus.Queued], Results(2).Order());

        Socket.Lose();

        Assert.Equal(
            new SendResult(SendStatus.Refused, "the connection ended while it waited for the send-rate of its group"), ExpectResult());
    }

    [Fact]
    public void Past_the_bound_of_waiting_messages_a_send_is_refused()
    {
        StartOpen(Defaults with { Limits = new LimitSettings { SendQueue = 2 } }, TwoASecond);

        Send("a", "b", "c", "d");

        Assert.Equal([SendStatus.Sent, SendStatus.Queued, SendStatus.Queued, SendStatus.Refused], Results(4).Order());
    }

    [Fact]
    public void A_message_that_waits_for_longer_than_its_time_to_live_is_not_sent()
    {
        StartOpen(Defaults with { Send = new SendSettings { TimeToLive = Seconds(1) } }, new Rate(1, Seconds(2)));
        Send("a", "b");
        Advance(2);

        Assert.Equal(["a"], SentText);
        Assert.Equal([SendStatus.Sent, SendStatus.Queued, SendStatus.Expired], Results(3).Order());
    }

    [Fact]
    public void Removing_the_rate_sends_all_waiting_messages_at_once()
    {
        StartOpen(sendRate: new Rate(1, TimeSpan.FromHours(1)));
        Send("a", "b", "c");
        Settle();
        Assert.Equal(["a"], SentText);

        Connection.Tell(new SettingsChanged(Defaults, SendRate: null, ChangeEffect.Live));
        Advance(0);

        Assert.Equal(["a", "b", "c"], SentText);
    }

    [Fact]
    public void A_key_that_still_waits_when_it_is_wanted_no_more_is_neither_asked_for_nor_ended()
    {
        StartOpen(sendRate: TwoASecond);
        Subscribe("x");
        Subscribe("y");
        Unsubscribe("y");
        Advance(0.5);
        Advance(5);

        Assert.Equal(["sub x"], SentText);
    }

    [Fact]
    public void Without_a_rate_nothing_waits()
    {
        StartOpen();

        Send("a", "b", "c");
        Settle();

        Assert.Equal(["a", "b", "c"], SentText);
        Assert.Equal([SendStatus.Sent, SendStatus.Sent, SendStatus.Sent], Results(3));
    }

    private void Send(params string[] texts)
    {
        foreach (var text in texts)
            Send(text, _sender.Ref);
    }

    private SendResult ExpectResult() => _sender.ExpectMsg<SendResult>();

    private List<SendStatus> Results(int count) => [.. Enumerable.Range(0, count).Select(_ => ExpectResult().Status)];
}
