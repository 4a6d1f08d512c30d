using ActorHeartbeat.Connections;
using ActorHeartbeat.Delivery;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Transport;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;

namespace ActorHeartbeat.Tests.Supervision;

/// <summary>The supervisor with its real children on a scripted network, in virtual time.</summary>
public class ConnectionSupervisorTests : Akka.TestKit.Xunit2.TestKit
{
    private static readonly Config VirtualTime = ConfigurationFactory.ParseString("""
        akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
        akka.loglevel = WARNING
        """);

    private static readonly SupervisorSettings NoSpread = new() { StartSpread = TimeSpan.Zero, Restart = new RestartSettings { Jitter = 0 } };

    private readonly ScriptedNetwork _network;
    private readonly NotingDialer _dialer;
    private readonly FeedRegistry _feeds = new(TimeProvider.System);
    private readonly IActorRef _supervisor;

    public ConnectionSupervisorTests()
        : base(VirtualTime)
    {
        _network = new ScriptedNetwork((delay, action) => Sys.Scheduler.Advanced.ScheduleOnce(delay, action));
        _dialer = new NotingDialer(_network);
        _supervisor = Sys.ActorOf(ConnectionSupervisor.Props(new SupervisorDependencies(_dialer, new SecretAttemptResolver(_ => null), _feeds) { Seed = 1 }), "connections");
    }

    [Fact]
    public void Configured_endpoints_are_started_and_become_open()
    {
        Apply(Endpoint("a"), Endpoint("b"), Endpoint("c") with { Enabled = false });

        AwaitStates(("a", "open"), ("b", "open"), ("c", "paused"));
    }

    [Fact]
    public void Pause_closes_with_a_Close_frame_and_resume_dials_again()
    {
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));

        Command(new PauseEndpoint(Id("a")));
        AwaitStates(("a", "paused"));
        AwaitAssert(() => Assert.Equal(0, _network.LiveSockets(Id("a"))));
        Command(new ResumeEndpoint(Id("a")));

        AwaitStates(("a", "open"));
        Assert.Equal((1000, "paused"), _network.DialsOf(Id("a"))[0].Connection!.Closes[0]);
        Assert.Equal(1, _network.PeakSockets(Id("a")));
    }

    [Fact]
    public void Resume_while_still_closing_waits_for_the_old_socket()
    {
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));
        _network.HoldsEnds = true;
        Command(new PauseEndpoint(Id("a")));
        Command(new ResumeEndpoint(Id("a")));
        Advance(1);
        Assert.Single(_network.DialsOf(Id("a")));

        _network.HoldsEnds = false;
        _network.DialsOf(Id("a"))[0].Connection!.ReportEnd();

        AwaitAssert(() =>
        {
            Advance(0);
            Assert.Equal(2, _network.DialsOf(Id("a")).Count);
        });
        Assert.Equal(1, _network.PeakSockets(Id("a")));
    }

    [Fact]
    public void Close_sends_the_code_and_reason_and_is_final()
    {
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));

        Command(new CloseEndpoint(Id("a"), 4100, "done"));

        AwaitStates(("a", "paused"));
        AwaitAssert(() => Assert.Equal((4100, "done"), _network.Connection(Id("a")).Closes.SingleOrDefault()));
        Advance(3600);
        Assert.Single(_network.DialsOf(Id("a")));
    }

    [Theory]
    [InlineData(1005)]
    [InlineData(1006)]
    [InlineData(1015)]
    [InlineData(2999)]
    [InlineData(5000)]
    public void A_close_code_that_must_not_be_sent_is_refused(int code)
    {
        Apply(Endpoint("a"));

        _supervisor.Tell(new CloseEndpoint(Id("a"), code, ""), TestActor);
        var result = ExpectMsg<CommandResult>();

        Assert.Equal(CommandOutcome.Refused, result.Outcome);
        Assert.Contains("RFC 6455", result.Why);
    }

    [Fact]
    public void An_unknown_endpoint_is_named()
    {
        foreach (var command in new object[] { new PauseEndpoint(Id("x")), new ResumeEndpoint(Id("x")), new RefreshEndpoint(Id("x")), new RemoveEndpoint(Id("x")), new SendTo(Id("x"), OutboundMessage.Text("m")), new GetEndpoint(Id("x")) })
        {
            _supervisor.Tell(command, TestActor);
            Assert.Equal(new CommandResult(CommandOutcome.UnknownEndpoint, "there is no endpoint x"), ExpectMsg<CommandResult>());
        }
    }

    [Fact]
    public void A_child_that_throws_is_restarted_under_backoff_its_socket_disposed_and_its_siblings_untouched()
    {
        Apply(Endpoint("a"), Endpoint("b"));
        AwaitStates(("a", "open"), ("b", "open"));
        var socket = _network.Connection(Id("a"));

        EventFilter.Exception<InvalidOperationException>().ExpectOne(() => Sys.ActorSelection("/user/connections/a-1/connection").Tell("no such message"));

        AwaitAssert(() => Assert.Equal(1, socket.Aborts));
        Assert.Single(_network.DialsOf(Id("a")));
        AwaitAssert(() =>
        {
            Advance(1);
            Assert.Equal(2, _network.DialsOf(Id("a")).Count);
        });
        Assert.Single(_network.DialsOf(Id("b")));
        Assert.Equal((1, 0), (_network.PeakSockets(Id("a")), _network.Connection(Id("b")).Aborts));
    }

    [Fact]
    public void An_endpoint_whose_actor_waits_for_its_restart_does_not_show_the_connection_that_died_with_it()
    {
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));

        EventFilter.Exception<InvalidOperationException>().ExpectOne(() => Sys.ActorSelection("/user/connections/a-1/connection").Tell("no such message"));

        AwaitAssert(() => Assert.Equal("backing-off", State("a")));
        Command(new PauseEndpoint(Id("a")));
        Command(new ResumeEndpoint(Id("a")));
        Assert.Equal("backing-off", State("a"));
        Assert.Single(_network.DialsOf(Id("a")));
    }

    [Fact]
    public void An_endpoint_paused_while_its_actor_waits_for_its_restart_stays_paused()
    {
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));
        EventFilter.Exception<InvalidOperationException>().ExpectOne(() => Sys.ActorSelection("/user/connections/a-1/connection").Tell("no such message"));
        AwaitAssert(() => Assert.Equal(0, _network.LiveSockets(Id("a"))));

        Command(new PauseEndpoint(Id("a")));
        for (var second = 0; second < 5; second++)
        {
            Advance(1);
            Assert.Equal("paused", State("a"));
        }
        Command(new ResumeEndpoint(Id("a")));

        AwaitAssert(() =>
        {
            Advance(1);
            Assert.Equal("open", State("a"));
        });
        Assert.Equal((2, 1), (_network.DialsOf(Id("a")).Count, _network.PeakSockets(Id("a"))));
    }

    [Fact]
    public void Exhausted_attempts_leave_the_endpoint_failed_visible_and_resumable()
    {
        _network.Script(Id("a"), DialScript.Refuse(500), DialScript.Refuse(500));
        Apply(Endpoint("a") with { Backoff = new BackoffSettings { MaxAttempts = 2, Jitter = Jitter.None } });
        AwaitAssert(() =>
        {
            Advance(1);
            Assert.Equal("failed", State("a"));
        });
        Assert.Equal("refused with 500", Snapshot("a").Failure!.Detail);
        AwaitAssert(() => Assert.Equal(0, _network.LiveSockets(Id("a"))));

        Command(new ResumeEndpoint(Id("a")));

        AwaitStates(("a", "open"));
    }

    [Fact]
    public void What_the_connection_before_a_pause_still_says_does_not_concern_the_one_after_it()
    {
        Apply(Rotating("a"));
        AwaitStates(("a", "open"));
        var past = Snapshot("a").Memory.LastSaid!.Role!;
        Command(new PauseEndpoint(Id("a")));
        AwaitAssert(() => Assert.Equal(0, _network.LiveSockets(Id("a"))));
        Command(new ResumeEndpoint(Id("a")));
        AwaitStates(("a", "open"));

        foreach (var report in new ConnectionReport[] { new ConnectionFailed(Id("a"), past, CloseCause.Refresh("late")), new RotationDue(Id("a"), past), new SuccessorReady(Id("a"), past) })
            _supervisor.Tell(report, ActorRefs.NoSender);

        AwaitStates(("a", "open"));
        Advance(1);
        Assert.Equal((2, 1), (_network.DialsOf(Id("a")).Count, _network.LiveSockets(Id("a"))));
    }

    [Fact]
    public void An_endpoint_that_fails_during_a_rotation_keeps_no_connection()
    {
        Apply(Rotating("a") with { Outcomes = new OutcomeSettings([new OutcomeRule { CloseCode = [4001], Then = OutcomeAction.Stop }], OutcomeAction.Retry) });
        AwaitStates(("a", "open"));
        var old = _network.Connection(Id("a"));
        Command(new RotateEndpoint(Id("a")));
        AwaitDials(2);
        AwaitAssert(() => Assert.True(_network.DialsOf(Id("a"))[1].Connection?.IsStarted));

        old.PeerClose(4001, "banned");

        AwaitStates(("a", "failed"));
        AwaitAssert(() => Assert.Equal(0, _network.LiveSockets(Id("a"))));
        Assert.Equal((1000, "the endpoint has failed"), _network.Connection(Id("a")).Closes.Single());
    }

    [Fact]
    public void A_new_configuration_touches_only_what_it_names()
    {
        Apply(Endpoint("same"), Endpoint("moved"), Endpoint("tuned"), Endpoint("gone"));
        AwaitStates(("same", "open"), ("moved", "open"), ("tuned", "open"), ("gone", "open"));

        var applied = Apply(
            Endpoint("same"),
            Endpoint("moved") with { Url = new Uri("ws://elsewhere.test/") },
            Endpoint("tuned") with { Heartbeat = new HeartbeatSettings { Interval = TimeSpan.FromSeconds(7) } },
            Endpoint("new"));

        Assert.Equal(("new", "gone", "moved", "tuned", 1), (Names(applied.Added), Names(applied.Removed), Names(applied.Reconnected), Names(applied.ChangedLive), applied.Unchanged));
        AwaitStates(("same", "open"), ("moved", "open"), ("tuned", "open"), ("new", "open"));
        Assert.Equal([1, 2, 1, 1, 1], new[] { "same", "moved", "tuned", "gone", "new" }.Select(name => _network.DialsOf(Id(name)).Count));
        AwaitAssert(() => Assert.Equal(4, List().Count));
    }

    [Fact]
    public void A_rotation_connects_the_new_one_first_and_keeps_the_sequence_contiguous()
    {
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));
        var old = _network.Connection(Id("a"));
        old.DeliverText("1");

        Command(new RotateEndpoint(Id("a")));
        AwaitAssert(() =>
        {
            Advance(0);
            Assert.Equal(2, _network.DialsOf(Id("a")).Count(dial => dial.Connection?.IsStarted == true));
        });
        Assert.False(old.IsEnded);
        old.DeliverText("2");
        _network.Connection(Id("a")).DeliverText("3");

        AwaitAssert(() => Assert.True(old.IsEnded));
        AwaitStates(("a", "open"));
        AwaitAssert(() => Assert.Equal((2, 1), (_network.PeakSockets(Id("a")), _network.LiveSockets(Id("a")))));
        Assert.Equal(0, _feeds.Find(Id("a"))!.Gaps);
        Assert.Equal(3, _feeds.Find(Id("a"))!.MessagesIn);
        Assert.Equal(2, Snapshot("a").Memory.Status!.Incarnation);
    }

    [Fact]
    public void A_rotation_that_fails_leaves_the_old_connection_and_is_tried_again_later()
    {
        Apply(Endpoint("a") with { MaxAge = new RotationSettings(TimeSpan.FromHours(1), 0, TimeSpan.FromSeconds(5)) });
        AwaitStates(("a", "open"));
        var old = _network.Connection(Id("a"));
        _network.Script(Id("a"), DialScript.Refuse(503));

        AwaitAssert(() =>
        {
            Advance(360);
            Assert.Equal(2, _network.DialsOf(Id("a")).Count);
        }, TimeSpan.FromSeconds(5));
        Assert.False(old.IsEnded);
        AwaitStates(("a", "open"));

        AwaitAssert(() =>
        {
            Advance(20);
            Assert.True(old.IsEnded);
        }, TimeSpan.FromSeconds(5));
        Assert.Equal(3, _network.DialsOf(Id("a")).Count);
        Assert.Equal(2, _network.PeakSockets(Id("a")));
    }

    [Fact]
    public void A_successor_that_crashed_after_it_was_ready_does_not_take_over_before_it_is_again()
    {
        Apply(Rotating("a"));
        AwaitStates(("a", "open"));
        var old = _network.Connection(Id("a"));
        _network.Script(Id("a"), DialScript.Accept, DialScript.Manual);
        Command(new RotateEndpoint(Id("a")));
        AwaitDials(2);
        AwaitAssert(() => Assert.True(_network.Connection(Id("a")).IsStarted));
        var successor = _dialer.Links[^1].Role;
        EventFilter.Exception<InvalidOperationException>().ExpectOne(() => Sys.ActorSelection("/user/connections/a-2/connection").Tell("no such message"));
        AwaitDials(3);

        _supervisor.Tell(new SuccessorReady(Id("a"), successor), ActorRefs.NoSender); // it said so before it crashed

        AwaitStates(("a", "open"));
        Assert.Empty(old.Closes);
        _network.DialsOf(Id("a"))[2].Accept();
        AwaitAssert(() => Assert.True(_network.Connection(Id("a")).IsStarted));
        _network.Connection(Id("a")).DeliverText("data");
        AwaitAssert(() => Assert.True(old.IsEnded));
        AwaitStates(("a", "open"));
        Assert.Equal((2, 1), (_network.PeakSockets(Id("a")), _network.LiveSockets(Id("a"))));
    }

    [Fact]
    public void A_reload_whose_new_connection_fails_keeps_the_old_one_says_so_and_tries_again_under_backoff()
    {
        Apply(Rotating("a"));
        AwaitStates(("a", "open"));
        var old = _network.Connection(Id("a"));
        _network.Script(Id("a"), DialScript.Refuse(500), DialScript.Fail(FailureLayer.Tcp, "no route"));

        Assert.Equal("a", Names(Apply(Rotating("a") with { Url = new Uri("ws://moved.test/") }).Reconnected));

        AwaitAssert(() => Assert.Equal(("refused with 500", At(1)), Failed()));
        AwaitDials(3);
        AwaitAssert(() => Assert.Equal("no route", Failed().Cause));
        Assert.Equal("open", State("a"));
        Assert.False(old.IsEnded);
        AwaitDials(4);
        AwaitAssert(() =>
        {
            Advance(0.1);
            Assert.True(old.IsEnded);
        });
        AwaitStates(("a", "open"));
        Assert.Equal(["a.test", "moved.test", "moved.test", "moved.test"], _network.DialsOf(Id("a")).Select(dial => dial.Request.Url.Host));
        Assert.Null(Snapshot("a").Memory.Status!.FailedRotation);
        Assert.Equal((2, 1), (_network.PeakSockets(Id("a")), _network.LiveSockets(Id("a"))));

        (string Cause, DateTimeOffset RetryAt) Failed()
        {
            Advance(0);
            var failed = Snapshot("a").Memory.Status!.FailedRotation;
            Assert.NotNull(failed);
            return (failed.Cause.Detail, failed.RetryAt);
        }
    }

    [Fact]
    public void A_reload_in_a_group_without_room_for_two_closes_first_when_it_has_waited_as_long_as_an_attempt()
    {
        Apply([Narrow(1)], Rotating("a") with { Group = "narrow" });
        AwaitStates(("a", "open"));
        var old = _network.Connection(Id("a"));
        Apply([Narrow(1)], Rotating("a") with { Group = "narrow", Url = new Uri("ws://moved.test/") });
        AwaitPlace("group narrow has its 1 connections (max-connections)");
        Advance(9.9);
        AwaitStates(("a", "open"));
        Assert.Empty(old.Closes);

        Advance(0.1);

        AwaitDials(2);
        AwaitStates(("a", "open"));
        Assert.Equal((1000, "configuration changed"), old.Closes.Single());
        Assert.Equal(("moved.test", 1), (_network.DialsOf(Id("a"))[1].Request.Url.Host, _network.PeakSockets(Id("a"))));
    }

    [Fact]
    public void A_rotation_in_a_group_without_room_for_two_is_given_up_says_why_and_is_tried_again()
    {
        Apply([Narrow(1)], Rotating("a") with { Group = "narrow" });
        AwaitStates(("a", "open"));
        var old = _network.Connection(Id("a"));
        Command(new RotateEndpoint(Id("a")));
        AwaitPlace("group narrow has its 1 connections (max-connections)");

        Advance(10);

        AwaitAssert(() =>
        {
            Advance(0);
            Assert.Equal("group narrow has its 1 connections (max-connections)", Snapshot("a").Memory.Status!.FailedRotation?.Cause.Detail);
        });
        Assert.Equal((false, 1), (old.IsEnded, _network.DialsOf(Id("a")).Count));
        Apply([Narrow(2)], Rotating("a") with { Group = "narrow" });
        AwaitDials(2);
        AwaitAssert(() =>
        {
            Advance(1);
            Assert.True(old.IsEnded);
        });
        AwaitStates(("a", "open"));
        Assert.Null(Snapshot("a").Memory.Status!.FailedRotation);
    }

    [Fact]
    public void A_rotation_waits_its_turn_for_the_rate_of_its_group_however_long()
    {
        GroupSettings slow = new() { Name = "slow", ConnectRate = new Rate(1, TimeSpan.FromMinutes(5)), ConnectBurst = 1 };
        Apply([slow], Rotating("a") with { Group = "slow" });
        AwaitStates(("a", "open"));
        var old = _network.Connection(Id("a"));

        Command(new RotateEndpoint(Id("a")));
        AwaitAssert(() =>
        {
            Advance(0);
            Assert.Equal(1, Place().Place);
        });
        for (var second = 0; second < 290; second += 10)
            Advance(10);

        Assert.Null(Snapshot("a").Memory.Status!.FailedRotation);
        Assert.Equal((1, 1), (Place().Place, _network.DialsOf(Id("a")).Count));
        Advance(10);
        AwaitAssert(() => Assert.Equal(2, _network.DialsOf(Id("a")).Count));
        Assert.False(old.IsEnded);
    }

    [Fact]
    public void A_rotation_that_is_refused_with_retry_after_waits_as_long_and_pauses_the_host()
    {
        Apply(Rotating("a"), Endpoint("b") with { Url = new Uri("ws://a.test/b"), Enabled = false });
        AwaitStates(("a", "open"), ("b", "paused"));
        _network.Script(Id("a"), DialScript.Refuse(429, "30"));

        Command(new RotateEndpoint(Id("a")));
        AwaitDials(2);
        AwaitAssert(() =>
        {
            Advance(0);
            Assert.NotNull(Snapshot("a").Memory.Status!.FailedRotation);
        });
        Command(new ResumeEndpoint(Id("b")));
        for (var second = 0; second < 29; second++)
            Advance(1);

        Assert.Equal((2, 0), (_network.DialsOf(Id("a")).Count, _network.DialsOf(Id("b")).Count));
        AwaitAssert(() =>
        {
            Advance(1);
            Assert.Equal((3, 1), (_network.DialsOf(Id("a")).Count, _network.DialsOf(Id("b")).Count));
        });
    }

    [Fact]
    public void A_reload_that_needs_a_new_connection_closes_first_where_the_endpoint_does_not_rotate()
    {
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));

        Apply(Endpoint("a") with { Url = new Uri("ws://moved.test/") });

        AwaitAssert(() =>
        {
            Advance(0);
            Assert.Equal(2, _network.DialsOf(Id("a")).Count);
        });
        Assert.Equal(1, _network.PeakSockets(Id("a")));
    }

    [Fact]
    public void Messages_that_wait_for_the_send_rate_go_on_over_the_connection_that_takes_over()
    {
        var slow = new GroupSettings { Name = "slow", SendRate = new Rate(1, TimeSpan.FromSeconds(10)) };
        Apply([slow], Rotating("a") with { Group = "slow" });
        AwaitStates(("a", "open"));
        var old = _network.Connection(Id("a"));
        foreach (var text in (string[])["1", "2", "3"])
            _supervisor.Tell(new SendTo(Id("a"), OutboundMessage.Text(text)), TestActor);
        Assert.Equal([SendStatus.Sent, SendStatus.Queued, SendStatus.Queued], Enumerable.Range(0, 3).Select(_ => ExpectMsg<SendResult>().Status).Order());

        Command(new RotateEndpoint(Id("a")));
        AwaitDials(2);
        AwaitAssert(() =>
        {
            Advance(0.1);
            Assert.True(_network.Connection(Id("a")).IsStarted);
        });
        _network.Connection(Id("a")).DeliverText("data");
        AwaitAssert(() => Assert.True(old.IsEnded));

        AwaitAssert(() => Assert.Equal(["1"], old.SentText));
        AwaitAssert(() =>
        {
            Advance(1);
            Assert.Equal(["2", "3"], _network.Connection(Id("a")).SentText);
        });
        Assert.Equal([SendStatus.Sent, SendStatus.Sent], [ExpectMsg<SendResult>().Status, ExpectMsg<SendResult>().Status]);
    }

    [Theory]
    [InlineData("pause", "a is paused")]
    [InlineData("close", "a is paused")]
    [InlineData("remove", "a is removed")]
    [InlineData("drain", "a is paused")]
    public void A_message_that_waits_for_the_next_attempt_is_refused_when_there_will_be_none(string end, string why)
    {
        _network.Script(Id("a"), DialScript.Refuse(500));
        Apply(Endpoint("a") with { Send = new SendSettings { WhileDown = SendWhileDown.Queue } });
        AwaitStates(("a", "backing-off"));
        AwaitAssert(() => Assert.Equal("the delay before the next attempt", Snapshot("a").Memory.Status?.Waiting));
        _supervisor.Tell(new SendTo(Id("a"), OutboundMessage.Text("order")), TestActor);
        Assert.Equal(SendStatus.Queued, ExpectMsg<SendResult>().Status);

        _supervisor.Tell(
            end switch
            {
                "pause" => new PauseEndpoint(Id("a")),
                "close" => new CloseEndpoint(Id("a"), 1000, ""),
                "remove" => new RemoveEndpoint(Id("a")),
                _ => new Drain("over"),
            },
            ActorRefs.NoSender);

        Assert.Equal(new SendResult(SendStatus.Refused, why), ExpectMsg<SendResult>());
    }

    [Fact]
    public void A_message_that_waits_is_refused_when_its_actor_may_start_no_more()
    {
        _network.Script(Id("a"), DialScript.Refuse(500));
        _supervisor.Tell(new ApplyConfiguration([Endpoint("a") with { Send = new SendSettings { WhileDown = SendWhileDown.Queue } }], new Dictionary<string, GroupSettings>(), NoSpread with { Restart = new RestartSettings { MaxRestarts = 0 } }), TestActor);
        ExpectMsg<ConfigurationApplied>();
        AwaitStates(("a", "backing-off"));
        _supervisor.Tell(new SendTo(Id("a"), OutboundMessage.Text("order")), TestActor);
        Assert.Equal(SendStatus.Queued, ExpectMsg<SendResult>().Status);

        Crash("a");

        Assert.Equal(new SendResult(SendStatus.Refused, "a is failed"), ExpectMsg<SendResult>());
    }

    [Fact]
    public void A_message_for_an_actor_that_waits_for_its_restart_is_answered()
    {
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));
        Crash("a");
        AwaitAssert(() => Assert.Equal(0, _network.LiveSockets(Id("a"))));

        _supervisor.Tell(new SendTo(Id("a"), OutboundMessage.Text("order")), TestActor);

        Assert.Equal(new SendResult(SendStatus.Refused, "its connection's actor has failed and starts again"), ExpectMsg<SendResult>());
    }

    [Fact]
    public void Dead_letters_of_the_system_do_not_come_to_the_supervisor()
    {
        Assert.Empty(List()); // it has started

        Assert.True(Sys.EventStream.Subscribe(_supervisor, typeof(Akka.Event.DeadLetter)), "it has been subscribed already");
    }

    [Fact]
    public void Every_message_sent_while_an_actor_crashes_is_answered()
    {
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));

        Crash("a");
        for (var number = 0; number < 100; number++)
            _supervisor.Tell(new SendTo(Id("a"), OutboundMessage.Text("order")), TestActor);

        Assert.All(Enumerable.Range(0, 100).Select(_ => ExpectMsg<SendResult>().Status), status => Assert.True(status is SendStatus.Sent or SendStatus.Refused));
    }

    [Fact]
    public void Subscriptions_made_while_the_actor_waits_for_its_restart_are_sent_once_when_it_is_open_again()
    {
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));
        Command(Subscription("kept"));
        Command(Subscription("dropped"));
        Crash("a");
        AwaitAssert(() => Assert.Equal(0, _network.LiveSockets(Id("a"))));

        Command(Subscription("new"));
        Command(new UnsubscribeFrom(Id("a"), "dropped", OutboundMessage.Text("unsubscribe dropped")));

        AwaitDials(2);
        AwaitStates(("a", "open"));
        Command(Subscription("last"));
        AwaitAssert(() => Assert.Equal(["kept", "new", "last"], _network.Connection(Id("a")).SentText));
    }

    [Fact]
    public void Subscriptions_made_while_paused_failed_or_backing_off_are_sent_when_the_endpoint_opens()
    {
        _network.Script(Id("failed"), DialScript.Refuse(403));
        _network.Script(Id("backing"), DialScript.Refuse(503));
        Apply(
            Endpoint("paused") with { Enabled = false },
            Endpoint("failed") with { Outcomes = new OutcomeSettings([], OutcomeAction.Stop) },
            Endpoint("backing"));
        AwaitStates(("paused", "paused"), ("failed", "failed"), ("backing", "backing-off"));

        foreach (var name in (string[])["paused", "failed", "backing"])
            Command(new SubscribeTo(Id(name), "key", OutboundMessage.Text(name)));

        Command(new ResumeEndpoint(Id("paused")));
        Command(new ResumeEndpoint(Id("failed")));
        AwaitAssert(() =>
        {
            Advance(1);
            Assert.All(List(), endpoint => Assert.Equal("open", endpoint.State));
        });
        Assert.All((string[])["paused", "failed", "backing"], name => Assert.Equal([name], _network.Connection(Id(name)).SentText));
    }

    [Fact]
    public void A_subscription_made_during_a_rotation_is_sent_over_the_old_connection_and_the_new()
    {
        Apply(Rotating("a"));
        AwaitStates(("a", "open"));
        var old = _network.Connection(Id("a"));
        Command(Subscription("before"));
        Command(new RotateEndpoint(Id("a")));
        AwaitDials(2);
        AwaitAssert(() => Assert.Equal(["before"], _network.Connection(Id("a")).SentText));

        Command(Subscription("during"));

        AwaitAssert(() => Assert.Equal(["before", "during"], old.SentText));
        AwaitAssert(() => Assert.Equal(["before", "during"], _network.Connection(Id("a")).SentText));
    }

    [Fact]
    public void An_endpoint_that_was_removed_and_added_again_remembers_no_subscription()
    {
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));
        Command(Subscription("of before"));
        _network.HoldsEnds = true;
        var left = _network.Connection(Id("a"));
        Command(new RemoveEndpoint(Id("a")));
        Command(new AddEndpoint(Endpoint("a"))); // the old connection is still closing

        _network.HoldsEnds = false;
        AwaitAssert(() => Assert.NotEmpty(left.Closes));
        left.ReportEnd();

        AwaitDials(2);
        AwaitStates(("a", "open"));
        Assert.Empty(_network.Connection(Id("a")).SentText);
    }

    [Fact]
    public void A_new_send_rate_of_a_group_counts_for_the_connections_that_are_open()
    {
        GroupSettings slow = new() { Name = "g", SendRate = new Rate(1, TimeSpan.FromHours(1)) };
        Apply([slow], Endpoint("a") with { Group = "g" });
        AwaitStates(("a", "open"));
        foreach (var text in (string[])["1", "2", "3"])
            _supervisor.Tell(new SendTo(Id("a"), OutboundMessage.Text(text)), TestActor);
        AwaitAssert(() => Assert.Equal(["1"], _network.Connection(Id("a")).SentText));

        Apply([slow with { SendRate = null }], Endpoint("a") with { Group = "g" });

        AwaitAssert(() =>
        {
            Advance(0);
            Assert.Equal(["1", "2", "3"], _network.Connection(Id("a")).SentText);
        });
    }

    [Fact]
    public void Drain_closes_every_connection_with_its_drain_code()
    {
        Apply(Endpoint("a"), Endpoint("b") with { DrainCloseCode = 3001 });
        AwaitStates(("a", "open"), ("b", "open"));

        _supervisor.Tell(new Drain("shutting down"), TestActor);

        Assert.Equal(0, ExpectMsg<Drained>().Forced);
        Assert.Equal([(1001, "shutting down"), (3001, "shutting down")], new[] { "a", "b" }.Select(name => _network.Connection(Id(name)).Closes.Single()));
    }

    [Fact]
    public void Drain_drops_what_has_not_closed_in_time()
    {
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));
        _network.HoldsEnds = true;

        _supervisor.Tell(new Drain("shutting down"), TestActor);
        AwaitAssert(() => Assert.Single(_network.Connection(Id("a")).Closes));
        ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(25));

        ExpectMsg<Drained>();
    }

    [Fact]
    public void No_endpoint_is_ever_lost()
    {
        _network.Script(Id("failing"), DialScript.Refuse(403));
        Apply(
            Endpoint("open"),
            Endpoint("paused") with { Enabled = false },
            Endpoint("failing") with { Outcomes = new OutcomeSettings([], OutcomeAction.Stop) });

        AwaitStates(("open", "open"), ("paused", "paused"), ("failing", "failed"));
        Assert.Equal(3, List().Count);
    }

    private static EndpointId Id(string name) => new(name);

    private static EndpointSettings Endpoint(string name) => new() { Id = new EndpointId(name), Url = new Uri($"ws://{name}.test/") };

    private static string Names(IEnumerable<EndpointId> ids) => string.Join(',', ids);

    private static EndpointSettings Rotating(string name) => Endpoint(name) with
    {
        MaxAge = new RotationSettings(TimeSpan.FromHours(1), 0, TimeSpan.FromSeconds(5)),
        Backoff = new BackoffSettings { Jitter = Jitter.None },
    };

    private static GroupSettings Narrow(int connections) => new() { Name = "narrow", MaxConnections = connections };

    private QueuePlace Place()
    {
        _supervisor.Tell(new GetPlace(Id("a")), TestActor);
        return ExpectMsg<QueuePlace>();
    }

    private void AwaitPlace(string why) => AwaitAssert(() =>
    {
        Advance(0);
        Assert.Equal((1, why), (Place().Place, Place().Why));
    });

    private static SubscribeTo Subscription(string text) => new(new EndpointId("a"), text, OutboundMessage.Text(text));

    private ConfigurationApplied Apply(params EndpointSettings[] endpoints) => Apply([], endpoints);

    private ConfigurationApplied Apply(GroupSettings[] groups, params EndpointSettings[] endpoints)
    {
        _supervisor.Tell(new ApplyConfiguration(endpoints, groups.ToDictionary(group => group.Name), NoSpread), TestActor);
        return (ConfigurationApplied)FishForMessage(message => message is ConfigurationApplied);
    }

    /// <summary>By a message that a connection has no case for.</summary>
    private void Crash(string name) => Sys.ActorSelection($"/user/connections/{name}-*/connection").Tell("nobody knows this", ActorRefs.NoSender);

    private void AwaitDials(int count) => AwaitAssert(() =>
    {
        Advance(0.1);
        Assert.Equal(count, _network.DialsOf(Id("a")).Count);
    });

    private DateTimeOffset At(double seconds) => Sys.Scheduler.Now.ToUniversalTime() + TimeSpan.FromSeconds(seconds);

    private void Command(object command)
    {
        _supervisor.Tell(command, TestActor);
        Assert.Equal(new CommandResult(CommandOutcome.Accepted), ExpectMsg<CommandResult>());
    }

    private IReadOnlyList<EndpointSnapshot> List()
    {
        _supervisor.Tell(GetEndpoints.Instance, TestActor);
        return ExpectMsg<EndpointList>().Endpoints;
    }

    private EndpointSnapshot Snapshot(string name) => List().Single(endpoint => endpoint.Id == Id(name));

    private string State(string name) => Snapshot(name).State;

    private void AwaitStates(params (string Name, string State)[] expected) => AwaitAssert(() =>
    {
        Advance(0);
        Assert.Equal(expected.Order(), List().Select(endpoint => (endpoint.Id.Value, endpoint.State)).Order());
    });

    private void Advance(double seconds) => ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Knows for whom it dialed.</summary>
    private sealed class NotingDialer(IDialer dialer) : IDialer
    {
        private readonly List<ConnectionLink> _links = [];

        public IReadOnlyList<ConnectionLink> Links
        {
            get
            {
                lock (_links)
                    return [.. _links];
            }
        }

        public Task<DialResult> DialAsync(DialRequest request, IConnectionSink sink, CancellationToken cancellation)
        {
            lock (_links)
                _links.Add((ConnectionLink)sink);
            return dialer.DialAsync(request, sink, cancellation);
        }
    }
}
