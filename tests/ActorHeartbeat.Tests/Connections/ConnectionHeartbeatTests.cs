using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Policies;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>How a connection actor finds out whether its peer is alive, clock by clock, in virtual time.</summary>
public class ConnectionHeartbeatTests : ConnectionSpec
{
    [Fact]
    public void Open_when_silent_for_an_interval_sends_one_ping_and_awaits_the_pong()
    {
        StartOpen();
        Socket.PongAfter = null;

        Advance(20);

        ExpectStates(ConnectionState.AwaitingPong);
        Assert.Single(Socket.Pings);
    }

    [Fact]
    public void Open_when_heard_from_looks_again_an_interval_after_the_last_frame()
    {
        StartOpen();
        Socket.PongAfter = null;
        Advance(15);
        Socket.DeliverText("tick");

        Advance(19);
        ExpectNoMsg(TimeSpan.Zero);
        Assert.Empty(Socket.Pings);
        Advance(1);

        ExpectStates(ConnectionState.AwaitingPong);
    }

    [Fact]
    public void AwaitingPong_when_the_pong_comes_is_Open_and_the_round_trip_is_measured()
    {
        StartOpen();
        Socket.PongAfter = Seconds(0.25);
        Advance(20);
        ExpectStates(ConnectionState.AwaitingPong);

        Advance(0.25);

        ExpectStates(ConnectionState.Open);
        Assert.Equal(Seconds(0.25), Board.RoundTrips.Last);
    }

    [Fact]
    public void AwaitingPong_when_any_frame_comes_is_Open_unless_strict()
    {
        StartOpen();
        Socket.PongAfter = null;
        Advance(20);
        ExpectStates(ConnectionState.AwaitingPong);

        Socket.DeliverText("tick");

        ExpectStates(ConnectionState.Open);
    }

    [Fact]
    public void AwaitingPong_when_strict_only_the_matching_pong_counts()
    {
        StartOpen(Defaults with { Heartbeat = new HeartbeatSettings { Strict = true, MaxMissed = 1 } });
        Socket.PongAfter = null;
        Advance(20);
        ExpectStates(ConnectionState.AwaitingPong);

        Socket.DeliverText("tick");
        Socket.DeliverPong(Socket.Pings[0] + 1);
        Socket.DeliverPong("keepalive"u8);
        Settle();
        ExpectNoMsg(TimeSpan.Zero);
        Socket.DeliverPong(Socket.Pings[0]);

        ExpectStates(ConnectionState.Open);
    }

    [Fact]
    public void The_next_ping_goes_out_an_interval_after_the_last_answer()
    {
        StartOpen();
        Socket.PongAfter = Seconds(5);
        Advance(20);
        ExpectStates(ConnectionState.AwaitingPong);
        Advance(5);
        ExpectStates(ConnectionState.Open);

        Advance(19);
        Assert.Single(Socket.Pings);
        Advance(1);

        ExpectStates(ConnectionState.AwaitingPong);
        Assert.Equal(2, Socket.Pings.Count);
    }

    [Fact]
    public void AwaitingPong_when_a_pong_is_missed_pings_again_and_at_max_missed_aborts()
    {
        StartOpen();
        Socket.GoHalfOpen();
        var socket = Socket;
        Advance(20);
        ExpectStates(ConnectionState.AwaitingPong);

        Advance(10);
        Assert.Equal((2, 1), (socket.Pings.Count, Status!.Missed));
        ExpectNoMsg(TimeSpan.Zero);
        Advance(10);

        Assert.Equal("2 heartbeats in a row were not answered", ExpectBackingOff(CauseKind.HeartbeatTimeout).Cause!.Detail);
        Assert.Equal((2, 1), (socket.Pings.Count, socket.Aborts));
    }

    [Fact]
    public void AwaitingPong_while_a_subscriber_holds_the_pump_back_misses_no_pong_and_afterwards_has_its_whole_timeout()
    {
        StartOpen(Defaults with { Heartbeat = Defaults.Heartbeat with { Strict = true } });
        Socket.PongAfter = null;
        Advance(20);
        ExpectStates(ConnectionState.AwaitingPong);
        var subscription = HoldBack();

        Advance(109);
        Assert.Single(Socket.Pings);
        Socket.DeliverText("next");
        Release(subscription);
        AwaitCondition(() => Plane.Feed.LastSeq == 3);
        Advance(9.9);
        Assert.Single(Socket.Pings);
        Advance(0.1);

        Assert.Equal((2, 1), (Socket.Pings.Count, Status!.Missed));
        ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void A_pong_behind_unread_messages_counts_and_silence_of_data_counts_from_the_end_of_the_wait()
    {
        StartOpen(Defaults with
        {
            Heartbeat = Defaults.Heartbeat with { Strict = true },
            Timeouts = new TimeoutSettings { DataIdle = new DataIdleSettings(Seconds(60)) },
        });
        Socket.PongAfter = null;
        Advance(20);
        ExpectStates(ConnectionState.AwaitingPong);
        var subscription = HoldBack();
        Socket.DeliverPong(Socket.Pings[0]);

        Advance(100);
        ExpectNoMsg(TimeSpan.Zero);
        Release(subscription);
        ExpectStates(ConnectionState.Open);
        Advance(1);

        ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void However_late_answers_have_been_the_automatic_timeout_is_a_minute_at_most()
    {
        StartOpen(Defaults with { Heartbeat = new HeartbeatSettings { Interval = Seconds(20), Timeout = null, MaxMissed = 1 } });
        Board.Measured(Seconds(100));
        Socket.GoHalfOpen();
        Advance(20);
        ExpectStates(ConnectionState.AwaitingPong);

        Advance(59);
        ExpectNoMsg(TimeSpan.Zero);
        Advance(1);

        ExpectBackingOff(CauseKind.HeartbeatTimeout);
    }

    [Fact]
    public void An_answer_sets_the_misses_back_to_zero()
    {
        StartOpen();
        Socket.PongAfter = null;
        Advance(20);
        ExpectStates(ConnectionState.AwaitingPong);
        Advance(10);
        Socket.DeliverPong(Socket.Pings[1]);
        ExpectStates(ConnectionState.Open);

        Advance(20);
        ExpectStates(ConnectionState.AwaitingPong);
        Advance(10);

        ExpectNoMsg(TimeSpan.Zero);
        Assert.Equal(4, Socket.Pings.Count);
    }

    [Fact]
    public void A_text_heartbeat_is_sent_and_its_answer_is_not_delivered_as_data()
    {
        StartOpen(
            Defaults with
            {
                Heartbeat = new HeartbeatSettings
                {
                    Mode = HeartbeatMode.Text,
                    Send = OutboundMessage.Text("ping"),
                    Expect = new MessagePattern.Text("pong"),
                },
            });

        Advance(20);
        ExpectStates(ConnectionState.AwaitingPong);
        Socket.DeliverText("pong");

        ExpectStates(ConnectionState.Open);
        Assert.Equal(["ping"], SentText);
        Assert.Equal(0, Plane.Feed.MessagesIn);
        Assert.Equal(1, Plane.Counters.HeartbeatsAnswered);
    }

    [Fact]
    public void A_server_that_asks_is_answered_and_complete_silence_ends_the_connection()
    {
        StartOpen(Defaults with
        {
            Heartbeat = new HeartbeatSettings
            {
                Mode = HeartbeatMode.None,
                Reply = new HeartbeatReply(new MessagePattern.Text("are you there"), OutboundMessage.Text("yes")),
                MaxSilence = Seconds(60),
            },
        });
        Advance(50);
        Socket.DeliverText("are you there");
        Settle();
        Assert.Equal(["yes"], SentText);

        Advance(59);
        Socket.DeliverText("data counts too");
        ExpectNoMsg(TimeSpan.Zero);
        Advance(59);
        ExpectNoMsg(TimeSpan.Zero);
        Advance(1);

        ExpectBackingOff(CauseKind.MaxSilence);
    }

    [Fact]
    public void Data_idle_ends_a_feed_that_pongs_but_sends_nothing()
    {
        StartOpen(Defaults with { Timeouts = new TimeoutSettings { DataIdle = new DataIdleSettings(Seconds(45)) } });
        for (var second = 0; second < 44; second++)
            Advance(1);
        Assert.Equal(2, Plane.Counters.HeartbeatsAnswered);

        Advance(1);

        ExpectStates(ConnectionState.AwaitingPong, ConnectionState.Open, ConnectionState.AwaitingPong, ConnectionState.Open);
        ExpectBackingOff(CauseKind.DataIdle);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_answer_or_a_sign_of_life_that_waits_in_the_mailbox_behind_the_deadline_counts(bool strict)
    {
        StartOpen(Defaults with { Heartbeat = new HeartbeatSettings { Strict = strict, MaxMissed = 1 } });
        Socket.PongAfter = null;
        Advance(20);
        ExpectStates(ConnectionState.AwaitingPong);
        Settle();

        var actor = (IInternalActorRef)Connection;
        actor.Suspend();
        ((VirtualScheduler)Sys.Scheduler).Advance(Seconds(10)); // the process stands still, and both come at once when it goes on
        if (strict)
            Socket.DeliverPong(Socket.Pings[0]);
        else
            Socket.DeliverText("tick");
        actor.Resume();
        Settle();

        ExpectStates(ConnectionState.Open);
    }

    [Fact]
    public void A_message_that_is_still_arriving_is_data()
    {
        StartOpen(Defaults with { Timeouts = new TimeoutSettings { DataIdle = new DataIdleSettings(Seconds(45)) } });
        for (var second = 0; second < 100; second++)
        {
            Socket.DeliverActivity();
            Advance(1);
        }
        ExpectNoMsg(TimeSpan.Zero);

        for (var second = 0; second < 44; second++)
            Advance(1);

        ExpectStates(ConnectionState.AwaitingPong, ConnectionState.Open, ConnectionState.AwaitingPong, ConnectionState.Open);
        ExpectBackingOff(CauseKind.DataIdle);
    }

    /// <summary>Subscribes and makes the pump wait at its second message, until the test reads the subscription.</summary>
    private FeedSubscription HoldBack()
    {
        var subscription = new FeedSubscription(
            new SubscriptionOptions
            {
                Capacity = 2,
                Overflow = OverflowPolicy.PauseReading,
                IncludeState = false,
            },
            endsWithItsFeed: true,
            _ => { });
        Plane.Feed.Attach(subscription);
        Socket.DeliverText("one");
        Socket.DeliverText("two");
        return subscription;
    }

    private static void Release(FeedSubscription subscription)
    {
        while (subscription.TryRead(out _))
        {
        }
    }
}
