using ActorHeartbeat.Connections;
using ActorHeartbeat.Delivery;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Transport;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Connections;

public class ConnectionActorTests : ConnectionSpec
{
    [Fact]
    public void A_start_passes_the_governor_and_dials_at_once()
    {
        Start();

        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Assert.Equal((1, 1), (Network.DialsOf(Id).Count, (int)Memory.Status!.Incarnation));
    }

    [Fact]
    public void Connecting_when_the_dial_fails_backs_off_with_the_delays_of_the_curve()
    {
        Network.Otherwise = _ => DialScript.Fail(FailureLayer.Tcp, "connection refused");
        Start();
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);

        foreach (var delay in (double[])[1, 1.5, 2.25, 3.375])
        {
            ExpectStates(ConnectionState.Connecting);
            Assert.Equal(Seconds(delay), ExpectBackingOff(CauseKind.DialFailed).RetryIn);
            Advance(delay - 0.01);
            ExpectNoMsg(TimeSpan.Zero);
            Advance(0.01);
        }
    }

    [Fact]
    public void Connecting_when_the_connect_deadline_elapses_gives_the_dial_up_and_backs_off()
    {
        Network.Script(Id, DialScript.Hang);
        Start();
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);

        Advance(10);

        Assert.Equal("no connection within 10 s", ExpectBackingOff(CauseKind.ConnectTimeout).Cause!.Detail);
        Assert.True(Network.DialsOf(Id)[0].IsGivenUp);
        Advance(1);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
    }

    [Fact]
    public void A_dial_that_connects_after_its_deadline_is_aborted_and_the_next_dial_waits_for_its_end()
    {
        Network.Script(Id, DialScript.Manual);
        Network.HoldsEnds = true;
        Start();
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        Advance(10);
        ExpectBackingOff(CauseKind.ConnectTimeout);
        Advance(5);
        Assert.Single(Network.DialsOf(Id));

        var late = Network.DialsOf(Id)[0].Accept();
        Settle();
        Assert.True(late.IsEnded);
        Assert.False(late.IsStarted);
        Assert.Single(Network.DialsOf(Id));
        late.ReportEnd();
        Settle();

        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Assert.Equal(1, Network.PeakSockets(Id));
    }

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
        Assert.Equal(Seconds(0.25), Memory.Vitals.RoundTrips.Last);
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
        Assert.Equal((2, 1), (socket.Pings.Count, Memory.Status!.Missed));
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
        AwaitCondition(() => Memory.Feed.LastSeq == 3);
        Advance(9.9);
        Assert.Single(Socket.Pings);
        Advance(0.1);

        Assert.Equal((2, 1), (Socket.Pings.Count, Memory.Status!.Missed));
        ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void A_pong_that_waits_behind_messages_nobody_reads_counts_and_silence_of_data_counts_from_the_end_of_the_wait()
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

    /// <summary>A subscriber that lets the pump wait with its second message.</summary>
    private FeedSubscription HoldBack()
    {
        var subscription = new FeedSubscription(
            new SubscriptionOptions { Capacity = 2, Overflow = OverflowPolicy.PauseReading, IncludeState = false }, endsWithItsFeed: true, _ => { });
        Memory.Feed.Attach(subscription);
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

    [Theory]
    [InlineData(1000, "", true)]
    [InlineData(1012, "restarting", true)]
    public void Open_when_the_peer_closes_backs_off_with_code_and_reason(int code, string reason, bool clean)
    {
        StartOpen();

        Socket.PeerClose(code, reason);

        var cause = ExpectBackingOff(CauseKind.PeerClosed).Cause!;
        Assert.Equal((code, reason, clean), (cause.CloseCode!.Value, cause.Reason, cause.WasClean));
    }

    [Fact]
    public void Failures_count_until_the_connection_has_been_stable()
    {
        StartOpen();
        Socket.Lose();
        Assert.Equal(Seconds(1), ExpectStates(ConnectionState.BackingOff)[0].RetryIn);
        Advance(1);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Advance(9);
        Socket.Lose();
        Assert.Equal(Seconds(1.5), ExpectStates(ConnectionState.BackingOff)[0].RetryIn);
        Advance(1.5);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Advance(10);

        Socket.Lose();

        Assert.Equal(Seconds(1), ExpectStates(ConnectionState.BackingOff)[0].RetryIn);
    }

    [Fact]
    public void Max_attempts_stops_the_actor_and_the_supervisor_hears_why()
    {
        Network.Otherwise = _ => DialScript.Fail(FailureLayer.Tcp, "connection refused");
        Start(Defaults with { Backoff = new BackoffSettings { Jitter = Jitter.None, MaxAttempts = 2 } });
        Watch(Connection);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.BackingOff);

        ((Akka.TestKit.TestScheduler)Sys.Scheduler).Advance(Seconds(1));

        ExpectStates(ConnectionState.Connecting);
        ExpectTerminated(Connection);
        Assert.Equal("connection refused", Supervisor.ExpectMsg<ConnectionFailed>().Cause.Detail);
    }

    [Fact]
    public void A_fatal_outcome_stops_the_actor()
    {
        Network.Script(Id, DialScript.Refuse(403));
        Start(Defaults with { Outcomes = new OutcomeSettings([new OutcomeRule { HttpStatus = [403], Then = OutcomeAction.Stop }], OutcomeAction.Retry) });
        Watch(Connection);
        ExpectStates(ConnectionState.BackingOff);
        Settle();

        ((Akka.TestKit.TestScheduler)Sys.Scheduler).Advance(TimeSpan.Zero);

        ExpectStates(ConnectionState.Connecting);
        ExpectTerminated(Connection);
        Assert.Equal(403, Supervisor.ExpectMsg<ConnectionFailed>().Cause.HttpStatus);
    }

    [Fact]
    public void Refresh_closes_and_dials_again_without_counting_as_a_failure()
    {
        StartOpen();
        var old = Socket;

        Connection.Tell(new Refresh("asked"));
        var change = ExpectBackingOff(CauseKind.Refresh);
        Advance(0);

        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Assert.Equal((1, 1000), (change.Attempt, old.Closes[0].Code));
        Assert.Equal(1, Network.PeakSockets(Id));
    }

    [Fact]
    public void Refresh_while_backing_off_retries_now()
    {
        Network.Script(Id, DialScript.Refuse(401));
        Start();
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        Assert.Equal(TimeSpan.FromMinutes(5), ExpectStates(ConnectionState.BackingOff)[0].RetryIn);

        Connection.Tell(new Refresh("asked"));
        Advance(0);

        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
    }

    [Fact]
    public void The_next_dial_starts_only_when_the_previous_socket_is_gone()
    {
        StartOpen();
        Network.HoldsEnds = true;
        var old = Socket;
        Connection.Tell(new Refresh("asked"));
        ExpectBackingOff(CauseKind.Refresh);
        Advance(1);
        Assert.Single(Network.DialsOf(Id));

        old.ReportEnd();
        Settle();

        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Assert.Equal(1, Network.PeakSockets(Id));
    }

    [Fact]
    public void Close_is_final()
    {
        StartOpen(Defaults with { OnClose = [OutboundMessage.Text("stop")] });
        Watch(Connection);
        var socket = Socket;

        Connection.Tell(new CloseConnection(4000, "done"));

        ExpectBackingOff(CauseKind.Closed);
        ExpectTerminated(Connection);
        Assert.Equal((4000, "done"), socket.Closes[0]);
        Assert.Equal("stop", socket.SentText[^1]);
        Assert.Single(Network.DialsOf(Id));
    }

    [Fact]
    public void Close_while_connecting_gives_the_dial_up()
    {
        Network.Script(Id, DialScript.Hang);
        Start();
        Watch(Connection);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);

        Connection.Tell(new CloseConnection(1000, "done"));

        ExpectBackingOff(CauseKind.Closed);
        ExpectTerminated(Connection);
        Assert.True(Network.DialsOf(Id)[0].IsGivenUp);
    }

    [Fact]
    public void Opening_messages_go_out_in_order_each_after_the_answer_it_waits_for()
    {
        Start(Defaults with
        {
            OnOpen =
            [
                new OpeningMessage(OutboundMessage.Text("hello"), null, Seconds(5)),
                new OpeningMessage(OutboundMessage.Text("login"), new MessagePattern.Text("welcome"), Seconds(5)),
                new OpeningMessage(OutboundMessage.Text("subscribe"), new MessagePattern.Text("subscribed"), Seconds(5)),
                new OpeningMessage(OutboundMessage.Text("start sending"), null, Seconds(5)),
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
        Assert.Equal(3, Memory.Feed.MessagesIn);
    }

    [Fact]
    public void Connecting_when_an_opening_message_is_not_answered_backs_off()
    {
        Start(Defaults with { OnOpen = [new OpeningMessage(OutboundMessage.Text("login"), new MessagePattern.Text("welcome"), Seconds(3))] });
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        var socket = Socket;

        Advance(3);

        ExpectBackingOff(CauseKind.HelloTimeout);
        Assert.Equal(1, socket.Aborts);
    }

    [Fact]
    public void A_text_heartbeat_is_sent_and_its_answer_is_not_delivered_as_data()
    {
        StartOpen(Defaults with
        {
            Heartbeat = new HeartbeatSettings { Mode = HeartbeatMode.Text, Send = OutboundMessage.Text("ping"), Expect = new MessagePattern.Text("pong") },
        });

        Advance(20);
        ExpectStates(ConnectionState.AwaitingPong);
        Socket.DeliverText("pong");

        ExpectStates(ConnectionState.Open);
        Assert.Equal(["ping"], SentText);
        Assert.Equal(0, Memory.Feed.MessagesIn);
        Assert.Equal(1, Memory.Vitals.HeartbeatsAnswered);
    }

    [Fact]
    public void A_server_that_asks_is_answered_and_its_silence_ends_the_connection()
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
        Socket.DeliverText("data is no question");
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
        Assert.Equal(2, Memory.Vitals.HeartbeatsAnswered);

        Advance(1);

        ExpectStates(ConnectionState.AwaitingPong, ConnectionState.Open, ConnectionState.AwaitingPong, ConnectionState.Open);
        ExpectBackingOff(CauseKind.DataIdle);
    }

    [Fact]
    public void A_send_succeeds_when_open_and_fails_clearly_when_not()
    {
        StartOpen();

        Connection.Tell(new SendMessage(OutboundMessage.Text("order")), TestActor);
        var sent = ExpectMsg<SendResult>();
        Socket.Lose();
        ExpectStates(ConnectionState.BackingOff);
        Connection.Tell(new SendMessage(OutboundMessage.Text("order")), TestActor);
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
            OnOpen = [new OpeningMessage(OutboundMessage.Text("login"), null, Seconds(1))],
        });
        Network.Script(Id, DialScript.Fail(FailureLayer.Tcp), DialScript.Fail(FailureLayer.Tcp));
        ExpectStates(ConnectionState.BackingOff);
        var sender = CreateTestProbe();
        Connection.Tell(new SendMessage(OutboundMessage.Text("old")), sender.Ref);
        Assert.Equal(SendStatus.Queued, sender.ExpectMsg<SendResult>().Status);
        ((Akka.TestKit.TestScheduler)Sys.Scheduler).Advance(TimeSpan.Zero);
        ExpectStates(ConnectionState.Connecting, ConnectionState.BackingOff);
        ((Akka.TestKit.TestScheduler)Sys.Scheduler).Advance(Seconds(1));
        ExpectStates(ConnectionState.Connecting, ConnectionState.BackingOff);
        foreach (var text in (string[])["one", "two"])
        {
            Connection.Tell(new SendMessage(OutboundMessage.Text(text)), sender.Ref);
            Assert.Equal(SendStatus.Queued, sender.ExpectMsg<SendResult>().Status);
        }

        ((Akka.TestKit.TestScheduler)Sys.Scheduler).Advance(Seconds(2));
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);

        Assert.Equal([SendStatus.Expired, SendStatus.Sent, SendStatus.Sent], Enumerable.Range(0, 3).Select(_ => sender.ExpectMsg<SendResult>().Status));
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
        ((Akka.TestKit.TestScheduler)Sys.Scheduler).Advance(TimeSpan.Zero);
        ExpectStates(ConnectionState.Connecting, ConnectionState.BackingOff);
        foreach (var text in (string[])["old", "refused"])
            Connection.Tell(new SendMessage(OutboundMessage.Text(text)), sender.Ref);
        Assert.Equal([SendStatus.Queued, SendStatus.Refused], [sender.ExpectMsg<SendResult>().Status, sender.ExpectMsg<SendResult>().Status]);

        ((Akka.TestKit.TestScheduler)Sys.Scheduler).Advance(Seconds(4));
        Connection.Tell(new SendMessage(OutboundMessage.Text("new")), sender.Ref);
        Assert.Equal([SendStatus.Expired, SendStatus.Queued], [sender.ExpectMsg<SendResult>().Status, sender.ExpectMsg<SendResult>().Status]);
        ((Akka.TestKit.TestScheduler)Sys.Scheduler).Advance(Seconds(2));
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);

        Assert.Equal(SendStatus.Sent, sender.ExpectMsg<SendResult>().Status);
        Assert.Equal(["new"], SentText);
    }

    [Fact]
    public void Subscriptions_are_replayed_on_every_reconnect()
    {
        StartOpen();
        Subscribe("btc", "sub btc");
        Subscribe("eth", "sub eth");
        Unsubscribe("btc", "unsub btc");
        Settle();
        Assert.Equal(["sub btc", "sub eth", "unsub btc"], SentText);

        Socket.Lose();
        ExpectStates(ConnectionState.BackingOff);
        Advance(1);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);

        Assert.Equal(["sub eth"], SentText);
    }

    [Fact]
    public void A_subscription_that_was_replayed_on_opening_is_not_sent_again_when_word_of_it_arrives()
    {
        Start();
        ExpectStates(ConnectionState.BackingOff);
        var changed = Memory.Subscriptions.Remember("btc", OutboundMessage.Text("sub btc"));
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);

        Connection.Tell(changed);
        Subscribe("eth", "sub eth");
        Settle();

        Assert.Equal(["sub btc", "sub eth"], SentText);
    }

    [Fact]
    public void Next_url_takes_the_alternate_and_returns_to_the_first_after_stability()
    {
        Network.Script(Id, DialScript.Refuse(502));
        StartOrFailover();
        Assert.Equal(["feed.test", "backup.test"], Network.DialsOf(Id).Select(dial => dial.Request.Url.Host));

        Advance(10);
        Socket.Lose();
        ExpectStates(ConnectionState.BackingOff);
        Advance(1);

        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Assert.Equal("feed.test", Network.DialsOf(Id)[^1].Request.Url.Host);
    }

    [Fact]
    public void An_event_of_an_older_incarnation_changes_nothing_and_is_counted()
    {
        StartOpen();

        Connection.Tell(new ConnectionEnded(0, new ConnectionEnd(1006, "", false)));
        Connection.Tell(new SignOfLife(99));
        Settle();

        ExpectNoMsg(TimeSpan.Zero);
        Assert.Equal(2, Memory.Vitals.StaleEvents);
    }

    [Fact]
    public void A_stopped_actor_aborts_its_socket()
    {
        StartOpen();
        Watch(Connection);

        Sys.Stop(Connection);

        ExpectTerminated(Connection);
        Assert.Equal((1, 0), (Socket.Aborts, Network.LiveSockets(Id)));
    }

    [Fact]
    public void The_successor_of_a_crashed_actor_waits_until_the_socket_it_left_is_gone()
    {
        var role = new ConnectionRole(true);
        Start(role: role);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Network.HoldsEnds = true;
        var left = Socket;
        Watch(Connection);
        Sys.Stop(Connection);
        ExpectTerminated(Connection);
        Restart(role);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        Assert.Single(Network.DialsOf(Id));

        left.ReportEnd();

        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);

        Assert.Equal(2, Network.DialsOf(Id).Count);
        Assert.Equal(1, Network.PeakSockets(Id));
    }

    [Fact]
    public void A_dial_whose_actor_died_leaves_no_socket_behind()
    {
        Network.Script(Id, DialScript.Manual);
        Start();
        Watch(Connection);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        Sys.Stop(Connection);
        ExpectTerminated(Connection);

        var late = Network.DialsOf(Id)[0].Accept();

        Assert.True(late.IsEnded);
        Assert.Equal(0, Memory.Sockets);
    }

    [Fact]
    public void Status_shows_no_query()
    {
        StartOpen();

        Assert.Equal("ws://feed.test/path", Memory.Status!.Url);
    }

    [Fact]
    public void A_flapping_connection_is_quarantined()
    {
        StartOpen(Defaults with { Flap = new FlapSettings(2, Seconds(60), TimeSpan.FromMinutes(5)) });
        Socket.Lose();
        ExpectStates(ConnectionState.BackingOff);
        Advance(1);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);

        Socket.Lose();

        var quarantined = ExpectStates(ConnectionState.BackingOff)[0];
        Assert.Equal((TimeSpan.FromMinutes(5), "2 connections ended within 60 s"), (quarantined.RetryIn, quarantined.Cause!.Quarantine));
        Assert.Equal(quarantined.Cause, Memory.Status!.LastClose);
    }

    [Fact]
    public void The_journal_keeps_the_last_64_transitions_with_their_causes()
    {
        StartOpen();
        for (var round = 0; round < 30; round++)
        {
            Socket.PeerClose(1012, $"{round}");
            ExpectStates(ConnectionState.BackingOff);
            Advance(30);
            ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        }

        var journal = Memory.Journal.Snapshot();

        Assert.Equal(64, journal.Count);
        Assert.Equal(ConnectionState.Open, journal[^1].To);
        Assert.Equal(Enumerable.Range(9, 21).Select(round => $"{round}"), journal.Where(change => change.Cause is not null).Select(change => change.Cause!.Reason));
    }

    [Fact]
    public void A_change_of_the_heartbeat_applies_to_the_open_connection()
    {
        StartOpen();
        Memory.Settings = Defaults with { Heartbeat = new HeartbeatSettings { Interval = Seconds(5), Timeout = Seconds(2) } };
        Connection.Tell(new SettingsChanged(ChangeEffect.Live));

        Advance(5);

        ExpectStates(ConnectionState.AwaitingPong);
        Assert.Single(Network.DialsOf(Id));
    }

    [Fact]
    public void A_heartbeat_changed_while_connecting_counts_for_that_connection()
    {
        Network.Script(Id, DialScript.Manual);
        Start();
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);

        Memory.Settings = Defaults with
        {
            Heartbeat = new HeartbeatSettings { Mode = HeartbeatMode.Text, Send = OutboundMessage.Text("ping"), Expect = new MessagePattern.Text("pong"), Strict = true, Interval = Seconds(5), Timeout = Seconds(2) },
        };
        Connection.Tell(new SettingsChanged(ChangeEffect.Live));
        Settle();
        Network.DialsOf(Id)[0].Accept();
        Settle();
        ExpectStates(ConnectionState.Open);
        Advance(5);
        ExpectStates(ConnectionState.AwaitingPong);
        Socket.DeliverText("pong");
        Settle();

        ExpectStates(ConnectionState.Open);
        Assert.Equal(["ping"], SentText);
    }

    [Fact]
    public void A_changed_max_age_counts_from_when_the_connection_opened()
    {
        StartOpen(Defaults with { MaxAge = new RotationSettings(Seconds(1000), 0, Seconds(5)) });
        Advance(100);

        Memory.Settings = Defaults with { MaxAge = new RotationSettings(Seconds(110), 0, Seconds(5)) };
        Connection.Tell(new SettingsChanged(ChangeEffect.Live));
        Advance(9);
        Supervisor.ExpectNoMsg(TimeSpan.Zero);
        Advance(1);

        Supervisor.ExpectMsg<RotationDue>();
    }

    [Fact]
    public void A_max_age_taken_away_no_longer_ends_the_connection()
    {
        StartOpen(Defaults with { MaxAge = new RotationSettings(Seconds(100), 0, Seconds(5)) });

        Memory.Settings = Defaults;
        Connection.Tell(new SettingsChanged(ChangeEffect.Live));
        Advance(101);

        Supervisor.ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void An_actor_that_starts_after_a_change_holds_sends_as_the_new_settings_say()
    {
        Network.Otherwise = _ => DialScript.Hang;
        Start();
        ExpectStates(ConnectionState.BackingOff);
        Memory.Settings = Defaults with { Send = new SendSettings { WhileDown = SendWhileDown.Queue } };

        Restart(new ConnectionRole(true));
        var sender = CreateTestProbe();
        Connection.Tell(new SendMessage(OutboundMessage.Text("later")), sender.Ref);

        Assert.Equal(SendStatus.Queued, sender.ExpectMsg<SendResult>().Status);
    }

    [Fact]
    public void A_socket_that_leaves_has_the_close_timeout_it_was_dialed_with()
    {
        var long60 = Defaults with { Timeouts = new TimeoutSettings { Close = Seconds(60), DataIdle = new DataIdleSettings(Seconds(5)) } };
        StartOpen(long60);
        Network.HoldsEnds = true;
        Advance(5);
        ExpectBackingOff(CauseKind.DataIdle);
        Memory.Settings = long60 with { Timeouts = new TimeoutSettings { Close = Seconds(1) } };
        Connection.Tell(new SettingsChanged(ChangeEffect.NextAttempt));
        Sys.EventStream.Subscribe(TestActor, typeof(Akka.Event.Error));

        Advance(1);
        Advance(50);

        ExpectNoMsg(TimeSpan.Zero); // it has not given the transport up
    }

    [Theory]
    [InlineData(ChangeEffect.Live, 1)]
    [InlineData(ChangeEffect.NextAttempt, 2)]
    public void A_change_that_is_live_leaves_a_pending_wait_alone(ChangeEffect effect, int dials)
    {
        var quarantined = Defaults with { Outcomes = new OutcomeSettings([], OutcomeAction.Quarantine) };
        Network.Otherwise = _ => DialScript.Fail(FailureLayer.Tcp, "connection refused");
        Start(quarantined);
        Advance(0);
        Advance(0);
        Assert.Single(Network.DialsOf(Id));

        Memory.Settings = quarantined with { Labels = new ValueMap<string>([new("desk", "fx")]), Backoff = new BackoffSettings { Jitter = Jitter.None, Max = Seconds(2) } };
        Connection.Tell(new SettingsChanged(effect));
        Advance(2);

        Assert.Equal(dials, Network.DialsOf(Id).Count);
    }

    [Fact]
    public void A_change_that_a_rotation_was_to_bring_counts_at_once_when_the_connection_is_dialed_anew_meanwhile()
    {
        var greeted = Defaults with { OnOpen = [new OpeningMessage(OutboundMessage.Text("login"), new MessagePattern.Text("welcome"), Seconds(5))] };
        Start(greeted);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        var outdated = Socket;

        Memory.Settings = greeted with { OnOpen = [] };
        Connection.Tell(new SettingsChanged(ChangeEffect.Live));

        ExpectBackingOff(CauseKind.Refresh);
        Assert.Equal(1, outdated.Aborts);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Assert.Empty(SentText);
    }

    [Fact]
    public void A_permit_granted_twice_leaves_a_dial_its_handshake()
    {
        Network.Script(Id, DialScript.Manual);
        Start();
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);

        GrantAgain();

        Assert.Equal((1, true), (Ledger.HandshakesInFlight, Ledger.Holders.Contains(Connection)));
        Network.DialsOf(Id)[0].Accept();
        Settle();
        Assert.Equal((0, true), (Ledger.HandshakesInFlight, Ledger.Holders.Contains(Connection)));
    }

    [Fact]
    public void A_permit_granted_to_an_open_connection_does_not_make_the_governor_forget_it()
    {
        StartOpen();

        GrantAgain();

        Assert.Equal((0, true), (Ledger.HandshakesInFlight, Ledger.Holders.Contains(Connection)));
    }

    [Fact]
    public void A_permit_granted_while_the_socket_before_leaves_does_not_make_the_governor_forget_that()
    {
        StartOpen();
        Network.HoldsEnds = true;
        Connection.Tell(new Refresh("asked"));
        ExpectBackingOff(CauseKind.Refresh);

        GrantAgain();

        Assert.Equal((0, true), (Ledger.HandshakesInFlight, Ledger.Holders.Contains(Connection)));
        Socket.ReportEnd();
        Settle();
        Assert.Equal((0, false), (Ledger.HandshakesInFlight, Ledger.Holders.Contains(Connection)));
    }

    [Fact]
    public void A_permit_granted_to_one_that_does_not_dial_is_given_back()
    {
        Network.Script(Id, DialScript.Refuse(401));
        Start();
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.BackingOff);

        GrantAgain();

        Assert.Equal((0, false), (Ledger.HandshakesInFlight, Ledger.Holders.Contains(Connection)));
    }

    // What the reminder of a place in the queue leads to when it crosses the grant.
    private void GrantAgain()
    {
        Governor.Tell(new RequestPermit(Id, "feed.test:80", null, 1), Connection);
        Settle();
    }

    private void StartOrFailover()
    {
        Start(Defaults with
        {
            Urls = [new Uri("ws://backup.test/path")],
            Outcomes = new OutcomeSettings([new OutcomeRule { HttpStatus = [502], Then = OutcomeAction.NextUrl }], OutcomeAction.Retry),
        });
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.BackingOff);
        Advance(1);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
    }
}
