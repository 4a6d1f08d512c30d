using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.TestKit;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Supervision;

/// <summary>Rotations, and replacements of a connection by a reload.</summary>
public class RotationTests : SupervisorSpec
{
    private static readonly RotateSettings CloseFirst = new() { Order = RotationOrder.CloseFirst };

    [Fact]
    public void A_rotation_connects_the_new_one_first_and_keeps_the_sequence_contiguous()
    {
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));
        var old = Network.Connection(Id("a"));
        old.DeliverText("1");

        Command(new RotateEndpoint(Id("a")));
        AwaitAssert(() =>
        {
            Advance(0);
            Assert.Equal(2, Network.DialsOf(Id("a")).Count(dial => dial.Connection?.IsStarted == true));
        });
        Assert.False(old.IsEnded);
        old.DeliverText("2");
        Network.Connection(Id("a")).DeliverText("3");

        AwaitAssert(() =>
        {
            Advance(1);
            Assert.True(old.IsEnded);
        });
        AwaitStates(("a", "open"));
        AwaitAssert(() => Assert.Equal((2, 1), (Network.PeakSockets(Id("a")), Network.LiveSockets(Id("a")))));
        Assert.Equal(0, Feeds.Find(Id("a"))!.Gaps);
        Assert.Equal(3, Feeds.Find(Id("a"))!.MessagesIn);
        Assert.Equal(2, Snapshot("a").Status!.Incarnation);
    }

    [Fact]
    public void An_error_message_does_not_make_a_successor_take_over_and_a_minute_without_data_fails_the_rotation()
    {
        var (old, successor) = StartRotation(Silent("a"));

        successor.DeliverText("error: there is another session");
        for (var second = 0; second < 64; second++)
        {
            old.DeliverText($"tick {second}");
            Advance(1);
        }
        Assert.Equal((false, 0), (old.IsEnded, successor.Closes.Count));
        Advance(2);

        AwaitAssert(() =>
        {
            Advance(0.1); // the failure is shown until the next rotation begins
            Assert.Equal(CauseKind.Unproven, Snapshot("a").Status!.FailedRotation?.Cause.Kind);
        });
        Assert.Equal((false, true), (old.IsEnded, successor.Closes.Count == 1));
        Assert.Equal((0L, "open"), (Feeds.Find(Id("a"))!.Gaps, State("a")));
    }

    [Fact]
    public void A_successor_takes_over_when_it_has_data_like_those_of_the_old_connection()
    {
        var (old, successor) = StartRotation(Silent("a"));
        old.DeliverText("tick 1");
        successor.DeliverText("welcome");
        Advance(6);
        Assert.Empty(old.Closes);

        successor.DeliverText("tick 2");

        AwaitAssert(() =>
        {
            Advance(1);
            Assert.True(old.IsEnded);
        });
        Assert.Equal((2L, "open"), (Snapshot("a").Status!.Incarnation, State("a")));
    }

    [Fact]
    public void A_successor_takes_over_at_once_when_the_old_connection_is_lost()
    {
        var (old, _) = StartRotation(Silent("a"));

        old.PeerClose(4001, "another session has begun");

        AwaitAssert(() =>
        {
            Advance(0);
            Assert.Equal((2L, "open"), (Snapshot("a").Status!.Incarnation, State("a")));
        });
        Assert.Equal(2, Network.DialsOf(Id("a")).Count);
    }

    [Fact]
    public void A_successor_that_opens_when_the_old_connection_is_lost_already_takes_over_at_once()
    {
        Apply(Endpoint("a") with { Backoff = new BackoffSettings { Initial = TimeSpan.FromHours(1), Max = TimeSpan.FromHours(1) } });
        AwaitStates(("a", "open"));
        Network.Script(Id("a"), DialScript.Manual);
        var old = Network.Connection(Id("a"));
        Command(new RotateEndpoint(Id("a")));
        AwaitDials(2);
        old.PeerClose(4001, "another session has begun");
        AwaitStates(("a", "backing-off"));

        Network.DialsOf(Id("a"))[1].Accept();

        AwaitAssert(() =>
        {
            Advance(0);
            Assert.Equal((2L, "open"), (Snapshot("a").Status!.Incarnation, State("a")));
        });
        Assert.Equal(2, Network.DialsOf(Id("a")).Count);
    }

    [Fact]
    public void A_rotation_closes_first_where_the_server_allows_one_session()
    {
        Apply(Rotating("a") with { Rotate = CloseFirst });
        AwaitStates(("a", "open"));
        var old = Network.Connection(Id("a"));
        old.DeliverText("1");

        Command(new RotateEndpoint(Id("a")));
        AwaitDials(2);
        AwaitStates(("a", "open"));
        Network.Connection(Id("a")).DeliverText("2");

        Assert.Equal(1000, old.Closes.Single().Code);
        Assert.Equal((1, 1L), (Network.PeakSockets(Id("a")), Feeds.Find(Id("a"))!.Gaps));
        Assert.Equal(0, Snapshot("a").Status!.Attempt - 1);
    }

    [Fact]
    public void A_reload_closes_first_where_the_server_allows_one_session()
    {
        Apply(Rotating("a") with { Rotate = CloseFirst });
        AwaitStates(("a", "open"));

        Apply(Rotating("a") with { Rotate = CloseFirst, Url = new Uri("ws://moved.test/") });

        AwaitDials(2);
        AwaitStates(("a", "open"));
        Assert.Equal(1, Network.PeakSockets(Id("a")));
    }

    /// <summary>Without heartbeats: a minute goes by faster than an actor may answer them.</summary>
    private static EndpointSettings Silent(string name) =>
        Endpoint(name) with { Heartbeat = new HeartbeatSettings { Mode = HeartbeatMode.None } };

    private (ScriptedConnection Old, ScriptedConnection Successor) StartRotation(EndpointSettings settings)
    {
        Apply(settings);
        AwaitStates((settings.Id.Value, "open"));
        var old = Network.Connection(settings.Id);
        Command(new RotateEndpoint(settings.Id));
        AwaitAssert(() =>
        {
            Advance(0);
            Assert.Equal(2, Network.DialsOf(settings.Id).Count(dial => dial.Connection?.IsStarted == true));
        });
        return (old, Network.Connection(settings.Id));
    }

    [Fact]
    public void A_rotation_that_fails_leaves_the_old_connection_and_is_tried_again_later()
    {
        Apply(Endpoint("a") with { MaxAge = new RotationSettings(TimeSpan.FromHours(1), 0, TimeSpan.FromSeconds(5)) });
        AwaitStates(("a", "open"));
        var old = Network.Connection(Id("a"));
        Network.Script(Id("a"), DialScript.Refuse(503));

        AwaitAssert(() =>
        {
            Advance(360);
            Assert.Equal(2, Network.DialsOf(Id("a")).Count);
        }, TimeSpan.FromSeconds(5));
        Assert.False(old.IsEnded);
        AwaitStates(("a", "open"));

        AwaitAssert(() =>
        {
            Advance(20);
            Assert.True(old.IsEnded);
        }, TimeSpan.FromSeconds(5));
        Assert.Equal(3, Network.DialsOf(Id("a")).Count);
        Assert.Equal(2, Network.PeakSockets(Id("a")));
    }

    [Fact]
    public void A_connection_that_is_too_old_before_the_one_it_replaces_has_closed_is_replaced_as_soon_as_that_has()
    {
        var maxAge = new RotationSettings(TimeSpan.FromSeconds(6), 0, TimeSpan.FromSeconds(5));
        var (old, _) = StartRotation(Endpoint("a") with { MaxAge = maxAge });
        AwaitAssert(() =>
        {
            Advance(0.5);
            Assert.NotEmpty(old.Closes); // the new one has taken over
        });

        var seconds = 0;
        while (Network.DialsOf(Id("a")).Count < 3 && seconds++ < 40)
        {
            Advance(1);
            Snapshot("a");
        }

        Assert.InRange(seconds, 1, 20);
    }

    [Fact]
    public void A_successor_that_crashed_after_it_was_ready_takes_over_only_when_it_is_ready_again()
    {
        Apply(Rotating("a"));
        AwaitStates(("a", "open"));
        var old = Network.Connection(Id("a"));
        Network.Script(Id("a"), DialScript.Accept, DialScript.Manual);
        Command(new RotateEndpoint(Id("a")));
        AwaitDials(2);
        AwaitAssert(() => Assert.True(Network.Connection(Id("a")).IsStarted));
        EventFilter
            .Exception<InvalidOperationException>()
            .ExpectOne(() => Sys.ActorSelection("/user/connections/a-2").Tell("no such message"));
        AwaitDials(3);

        Supervisor.Tell(new SuccessorReady(Id("a"), new ConnectionId(2)), ActorRefs.NoSender); // sent before the crash

        AwaitStates(("a", "open"));
        Assert.Empty(old.Closes);
        Network.DialsOf(Id("a"))[2].Accept();
        AwaitAssert(() => Assert.True(Network.Connection(Id("a")).IsStarted));
        AwaitAssert(() =>
        {
            Advance(1);
            Assert.True(old.IsEnded);
        });
        AwaitStates(("a", "open"));
        Assert.Equal((2, 1), (Network.PeakSockets(Id("a")), Network.LiveSockets(Id("a"))));
    }

    [Fact]
    public void A_successor_that_has_failed_does_not_dial_again_where_it_crashes_before_its_socket_is_gone()
    {
        var (old, successor) = StartRotation(Silent("a"));
        successor.AnswersClose = false;
        for (var second = 0; second < 64; second++)
        {
            old.DeliverText($"tick {second}");
            Advance(1);
        }
        AwaitAssert(() =>
        {
            Advance(1);
            Assert.NotEmpty(successor.Closes); // it has no data
        });
        EventFilter.Exception<InvalidOperationException>().Expect(2, () => Crash("a"));

        AwaitAssert(() =>
        {
            Advance(0.1);
            Assert.Equal((3L, "open"), (Snapshot("a").Status!.Incarnation, State("a")));
        }, TimeSpan.FromSeconds(20));

        Assert.Equal((true, 3), (successor.IsEnded, Network.DialsOf(Id("a")).Count));
        Crash("a");
        AwaitAssert(() =>
        {
            Advance(0.5);
            Assert.Equal((4L, "open"), (Snapshot("a").Status!.Incarnation, State("a")));
        }, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void A_reload_whose_new_connection_fails_keeps_the_old_one_says_so_and_tries_again_under_backoff()
    {
        Apply(Rotating("a"));
        AwaitStates(("a", "open"));
        var old = Network.Connection(Id("a"));
        Network.Script(Id("a"), DialScript.Refuse(500), DialScript.Fail(FailureLayer.Tcp, "no route"));

        Assert.Equal("a", Names(Apply(Rotating("a") with { Url = new Uri("ws://moved.test/") }).Changes.Reconnected));

        AwaitAssert(() => Assert.Equal(("refused with 500", At(1)), Failed()));
        AwaitDials(3);
        AwaitAssert(() => Assert.Equal("no route", Failed().Cause));
        AssertTold("refused with 500", "no route");
        Assert.Equal("open", State("a"));
        Assert.False(old.IsEnded);
        AwaitDials(4);
        AwaitAssert(() =>
        {
            Advance(1);
            Assert.True(old.IsEnded);
        });
        AwaitStates(("a", "open"));
        Assert.Equal(["a.test", "moved.test", "moved.test", "moved.test"], Network.DialsOf(Id("a")).Select(dial => dial.Request.Url.Host));
        Assert.Null(Snapshot("a").Status!.FailedRotation);
        Assert.Equal((2, 1), (Network.PeakSockets(Id("a")), Network.LiveSockets(Id("a"))));

        (string Cause, DateTimeOffset RetryAt) Failed()
        {
            Advance(0);
            var failed = Snapshot("a").Status!.FailedRotation;
            Assert.NotNull(failed);
            return (failed.Cause.Detail, failed.RetryAt);
        }

        void AssertTold(params string[] causes)
        {
            Supervisor.Tell(new GetTransitions(Id("a")), TestActor);
            var told = ExpectMsg<TransitionList>().Transitions.Where(change => change is { From: ConnectionState.Open, Cause: not null });
            Assert.Equal(
                causes.Select((cause, at) => (ConnectionState.Open, at + 2L, at + 1, cause)),
                told.Select(change => (change.To, change.Incarnation, change.Attempt, change.Cause!.Detail)));
            using var events = Feeds.Subscribe(Id("a"), new SubscriptionOptions { Resume = ResumePoint.Oldest });
            var states = new List<FeedState?>();
            while (events.TryRead(out var feedEvent))
                states.Add(feedEvent.State);
            Assert.Equal(
                causes.Select(cause => new FeedState(FeedState.Open, $"the new connection of a rotation failed: {cause}")),
                states.TakeLast(causes.Length));
        }
    }

    [Fact]
    public void A_reload_in_a_group_without_room_for_two_closes_first_when_it_has_waited_as_long_as_an_attempt()
    {
        Apply([Narrow(1)], Rotating("a") with { Group = "narrow" });
        AwaitStates(("a", "open"));
        var old = Network.Connection(Id("a"));
        Apply([Narrow(1)], Rotating("a") with { Group = "narrow", Url = new Uri("ws://moved.test/") });
        AwaitPlace("group narrow has its 1 connections (max-connections)");
        Advance(9.9);
        AwaitStates(("a", "open"));
        Assert.Empty(old.Closes);

        Advance(0.1);

        AwaitDials(2);
        AwaitStates(("a", "open"));
        Assert.Equal((1000, "configuration changed"), old.Closes.Single());
        Assert.Equal(("moved.test", 1), (Network.DialsOf(Id("a"))[1].Request.Url.Host, Network.PeakSockets(Id("a"))));
    }

    [Fact]
    public void A_rotation_in_a_group_without_room_for_two_is_given_up_says_why_and_is_tried_again()
    {
        Apply([Narrow(1)], Rotating("a") with { Group = "narrow" });
        AwaitStates(("a", "open"));
        var old = Network.Connection(Id("a"));
        Command(new RotateEndpoint(Id("a")));
        AwaitPlace("group narrow has its 1 connections (max-connections)");

        Advance(10);

        AwaitAssert(() =>
        {
            Advance(0);
            Assert.Equal("group narrow has its 1 connections (max-connections)", Snapshot("a").Status!.FailedRotation?.Cause.Detail);
        });
        Assert.Equal((false, 1), (old.IsEnded, Network.DialsOf(Id("a")).Count));
        Apply([Narrow(2)], Rotating("a") with { Group = "narrow" });
        AwaitDials(2);
        AwaitAssert(() =>
        {
            Advance(1);
            Assert.True(old.IsEnded);
        });
        AwaitStates(("a", "open"));
        Assert.Null(Snapshot("a").Status!.FailedRotation);
    }

    [Fact]
    public void A_rotation_waits_its_turn_for_the_rate_of_its_group_however_long()
    {
        GroupSettings slow = new() { Name = "slow", ConnectRate = new Rate(1, TimeSpan.FromMinutes(5)), ConnectBurst = 1 };
        Apply([slow], Rotating("a") with { Group = "slow" });
        AwaitStates(("a", "open"));
        var old = Network.Connection(Id("a"));

        Command(new RotateEndpoint(Id("a")));
        AwaitAssert(() =>
        {
            Advance(0);
            Assert.Equal(1, Place().Place);
        });
        for (var second = 0; second < 290; second += 10)
            Advance(10);

        Assert.Null(Snapshot("a").Status!.FailedRotation);
        Assert.Equal((1, 1), (Place().Place, Network.DialsOf(Id("a")).Count));
        Advance(10);
        AwaitAssert(() => Assert.Equal(2, Network.DialsOf(Id("a")).Count));
        Assert.False(old.IsEnded);
    }

    [Fact]
    public void A_rotation_that_is_refused_with_retry_after_waits_as_long_and_pauses_the_host()
    {
        Apply(Rotating("a"), Endpoint("b") with { Url = new Uri("ws://a.test/b"), Enabled = false });
        AwaitStates(("a", "open"), ("b", "paused"));
        Network.Script(Id("a"), DialScript.Refuse(429, "30"));

        Command(new RotateEndpoint(Id("a")));
        AwaitDials(2);
        AwaitAssert(() =>
        {
            Advance(0);
            Assert.NotNull(Snapshot("a").Status!.FailedRotation);
        });
        Command(new ResumeEndpoint(Id("b")));
        for (var second = 0; second < 29; second++)
            Advance(1);

        Assert.Equal((2, 0), (Network.DialsOf(Id("a")).Count, Network.DialsOf(Id("b")).Count));
        AwaitAssert(() =>
        {
            Advance(1);
            Assert.Equal((3, 1), (Network.DialsOf(Id("a")).Count, Network.DialsOf(Id("b")).Count));
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
            Assert.Equal(2, Network.DialsOf(Id("a")).Count);
        });
        Assert.Equal(1, Network.PeakSockets(Id("a")));
    }
}
