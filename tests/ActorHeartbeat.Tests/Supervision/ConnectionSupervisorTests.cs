using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Transport;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Supervision;

/// <summary>Endpoints that start, pause, fail, crash, change and drain.</summary>
public class ConnectionSupervisorTests : SupervisorSpec
{
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
        AwaitAssert(() => Assert.Equal(0, Network.LiveSockets(Id("a"))));
        Command(new ResumeEndpoint(Id("a")));

        AwaitStates(("a", "open"));
        Assert.Equal((1000, "paused"), Network.DialsOf(Id("a"))[0].Connection!.Closes[0]);
        Assert.Equal(1, Network.PeakSockets(Id("a")));
    }

    [Fact]
    public void An_endpoint_is_down_from_the_end_of_its_last_open_connection_to_the_next()
    {
        Network.Script(Id("a"), DialScript.Refuse(500));
        var added = At(0);
        Apply(Endpoint("a"));
        AwaitStates(("a", "backing-off"));
        Assert.Equal(added, Snapshot("a").DownSince);

        AwaitAssert(() =>
        {
            Advance(1);
            Assert.Equal("open", State("a"));
        });
        Assert.Null(Snapshot("a").DownSince);
        Advance(5);
        var lost = At(0);
        Network.Connection(Id("a")).PeerClose(1001);
        AwaitAssert(() => Assert.Equal(lost, Snapshot("a").DownSince));

        Command(new PauseEndpoint(Id("a")));
        Assert.Equal(lost, Snapshot("a").DownSince);
    }

    [Fact]
    public void Resume_while_still_closing_waits_for_the_old_socket()
    {
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));
        Network.HoldsEnds = true;
        Command(new PauseEndpoint(Id("a")));
        Command(new ResumeEndpoint(Id("a")));
        Advance(1);
        Assert.Single(Network.DialsOf(Id("a")));

        var old = Network.DialsOf(Id("a"))[0].Connection!;
        AwaitAssert(() => Assert.True(old.IsEnded)); // its actor closes it on a thread of its own
        Network.HoldsEnds = false;
        old.ReportEnd();

        AwaitAssert(() =>
        {
            Advance(0);
            Assert.Equal(2, Network.DialsOf(Id("a")).Count);
        });
        Assert.Equal(1, Network.PeakSockets(Id("a")));
    }

    [Fact]
    public void Close_sends_the_code_and_reason_and_is_final()
    {
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));

        Command(new CloseEndpoint(Id("a"), 4100, "done"));

        AwaitStates(("a", "paused"));
        AwaitAssert(() => Assert.Equal((4100, "done"), Network.Connection(Id("a")).Closes.SingleOrDefault()));
        Advance(3600);
        Assert.Single(Network.DialsOf(Id("a")));
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

        Supervisor.Tell(new CloseEndpoint(Id("a"), code, ""), TestActor);
        var result = ExpectMsg<CommandResult>();

        Assert.Equal(CommandOutcome.Refused, result.Outcome);
        Assert.Contains("RFC 6455", result.Why);
    }

    [Fact]
    public void An_unknown_endpoint_is_named()
    {
        foreach (
            var command in new object[]
            {
                new PauseEndpoint(Id("x")),
                new ResumeEndpoint(Id("x")),
                new RefreshEndpoint(Id("x")),
                new RemoveEndpoint(Id("x")),
                new GetEndpoint(Id("x")),
            })
        {
            Supervisor.Tell(command, TestActor);
            Assert.Equal(new CommandResult(CommandOutcome.UnknownEndpoint, "there is no endpoint x"), ExpectMsg<CommandResult>());
        }
    }

    [Fact]
    public void A_child_that_throws_is_restarted_under_backoff_its_socket_disposed_and_its_siblings_untouched()
    {
        Apply(Endpoint("a"), Endpoint("b"));
        AwaitStates(("a", "open"), ("b", "open"));
        var socket = Network.Connection(Id("a"));

        EventFilter
            .Exception<InvalidOperationException>()
            .ExpectOne(() => Sys.ActorSelection("/user/connections/a-1").Tell("no such message"));

        AwaitAssert(() => Assert.Equal(1, socket.Aborts));
        Assert.Single(Network.DialsOf(Id("a")));
        AwaitAssert(() =>
        {
            Advance(1);
            Assert.Equal(2, Network.DialsOf(Id("a")).Count);
        });
        Assert.Single(Network.DialsOf(Id("b")));
        Assert.Equal((1, 0), (Network.PeakSockets(Id("a")), Network.Connection(Id("b")).Aborts));
    }

    [Fact]
    public void An_endpoint_whose_actor_waits_for_its_restart_does_not_show_the_connection_that_died_with_it()
    {
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));

        EventFilter
            .Exception<InvalidOperationException>()
            .ExpectOne(() => Sys.ActorSelection("/user/connections/a-1").Tell("no such message"));

        AwaitAssert(() => Assert.Equal("backing-off", State("a")));
        Command(new PauseEndpoint(Id("a")));
        Command(new ResumeEndpoint(Id("a")));
        Assert.Equal("backing-off", State("a"));
        Assert.Single(Network.DialsOf(Id("a")));
    }

    [Fact]
    public void An_endpoint_paused_while_its_actor_waits_for_its_restart_stays_paused()
    {
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));
        EventFilter
            .Exception<InvalidOperationException>()
            .ExpectOne(() => Sys.ActorSelection("/user/connections/a-1").Tell("no such message"));
        AwaitAssert(() => Assert.Equal(0, Network.LiveSockets(Id("a"))));

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
        Assert.Equal((2, 1), (Network.DialsOf(Id("a")).Count, Network.PeakSockets(Id("a"))));
    }

    [Fact]
    public void Exhausted_attempts_leave_the_endpoint_failed_visible_and_resumable()
    {
        Network.Script(Id("a"), DialScript.Refuse(500), DialScript.Refuse(500));
        Apply(Endpoint("a") with { Backoff = new BackoffSettings { MaxAttempts = 2, Jitter = Jitter.None } });
        AwaitAssert(() =>
        {
            Advance(1);
            Assert.Equal("failed", State("a"));
        });
        Assert.Equal("refused with 500", Snapshot("a").Failure!.Detail);
        AwaitAssert(() => Assert.Equal(0, Network.LiveSockets(Id("a"))));

        Command(new ResumeEndpoint(Id("a")));

        AwaitStates(("a", "open"));
    }

    [Fact]
    public void Late_reports_of_the_connection_before_a_pause_are_ignored()
    {
        Apply(Rotating("a"));
        AwaitStates(("a", "open"));
        var past = new ConnectionId(1);
        Command(new PauseEndpoint(Id("a")));
        AwaitAssert(() => Assert.Equal(0, Network.LiveSockets(Id("a"))));
        Command(new ResumeEndpoint(Id("a")));
        AwaitStates(("a", "open"));

        foreach (
            var report in new ConnectionReport[]
            {
                new ConnectionFailed(Id("a"), past, CloseCause.Refresh("late")),
                new RotationDue(Id("a"), past),
                new SuccessorReady(Id("a"), past),
            })
            Supervisor.Tell(report, ActorRefs.NoSender);

        AwaitStates(("a", "open"));
        Advance(1);
        Assert.Equal((2, 1), (Network.DialsOf(Id("a")).Count, Network.LiveSockets(Id("a"))));
    }

    [Fact]
    public void An_endpoint_that_fails_during_a_rotation_keeps_no_connection()
    {
        Apply(
            Rotating("a") with
            {
                Outcomes = new OutcomeSettings([new OutcomeRule { CloseCode = [4001], Then = OutcomeAction.Stop }], OutcomeAction.Retry),
            });
        AwaitStates(("a", "open"));
        var old = Network.Connection(Id("a"));
        Command(new RotateEndpoint(Id("a")));
        AwaitDials(2);
        AwaitAssert(() => Assert.True(Network.DialsOf(Id("a"))[1].Connection?.IsStarted));

        old.PeerClose(4001, "banned");

        AwaitStates(("a", "failed"));
        AwaitAssert(() => Assert.Equal(0, Network.LiveSockets(Id("a"))));
        Assert.Equal((1000, "the endpoint has failed"), Network.Connection(Id("a")).Closes.Single());
    }

    [Fact]
    public void Changes_that_come_with_a_configuration_are_applied_as_they_are()
    {
        var before = Apply(Endpoint("a"), Endpoint("b"));
        AwaitStates(("a", "open"), ("b", "open"));
        EndpointSettings[] next = [Endpoint("a") with { Url = new Uri("ws://elsewhere.test/") }, Endpoint("b")];
        var none = new EndpointChanges([], [], [], 2); // computed changes would name a, so these show that nothing is computed

        var applied = Apply(next, new KnownChanges(none, before.Revision));

        Assert.Equal((none, before.Revision + 1, false), (applied.Changes, applied.Revision, applied.ComparedAgain));
        Assert.Equal("ws://a.test/", Snapshot("a").Settings.Url.ToString());
    }

    [Fact]
    public void Changes_from_an_older_base_are_compared_again()
    {
        var before = Apply(Endpoint("a"));
        Command(new AddEndpoint(Endpoint("b")));
        EndpointSettings[] next = [Endpoint("a"), Endpoint("c")];

        var applied = Apply(next, new KnownChanges(new EndpointChanges([Id("c")], [], [], 1), before.Revision));

        Assert.Equal(new EndpointChanges([Id("c")], [Id("b")], [], 1), applied.Changes);
        Assert.True(applied.ComparedAgain);
    }

    [Fact]
    public void A_supervisor_that_has_started_again_compares_for_itself()
    {
        var before = Apply(Endpoint("a"));
        EndpointSettings[] next = [Endpoint("a"), Endpoint("b")];
        Supervisor.Tell(Kill.Instance, ActorRefs.NoSender);
        var again = Sys.ActorOf(
            ConnectionSupervisor.Props(
                new SupervisorDependencies(Network, new SecretAttemptResolver(_ => null), new FeedRegistry(TimeProvider.System))));
        again.Tell(new AddEndpoint(Endpoint("x")), ActorRefs.NoSender); // reaches the revision of the supervisor before it

        again.Tell(
            new ApplyConfiguration([.. next], ValueMap<GroupSettings>.Empty, NoSpread)
            {
                Known = new KnownChanges(
                    new EndpointChanges([], [], [new(Id("a"), new(ChangeEffect.Live, ["enabled"]))], 0), before.Revision),
            },
            TestActor);

        Assert.Equal(new EndpointChanges([Id("a"), Id("b")], [Id("x")], [], 0), ExpectMsg<ConfigurationApplied>().Changes);
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
            Endpoint("new")).Changes;

        Assert.Equal(
            ("new", "gone", "moved", "tuned", 1),
            (Names(applied.Added), Names(applied.Removed), Names(applied.Reconnected), Names(applied.ChangedLive), applied.Unchanged));
        AwaitStates(("same", "open"), ("moved", "open"), ("tuned", "open"), ("new", "open"));
        Assert.Equal([1, 2, 1, 1, 1], new[] { "same", "moved", "tuned", "gone", "new" }.Select(name => Network.DialsOf(Id(name)).Count));
        AwaitAssert(() => Assert.Equal(4, List().Count));
    }

    [Fact]
    public void A_resumed_endpoint_takes_the_changes_of_the_configuration_that_enables_it()
    {
        Apply(Endpoint("a") with { Enabled = false });
        AwaitStates(("a", "paused"));
        Command(new ResumeEndpoint(Id("a")));
        AwaitStates(("a", "open"));

        Apply(Endpoint("a") with { Heartbeat = new HeartbeatSettings { Interval = TimeSpan.FromSeconds(7) } });
        Supervisor.Tell(new SendTo(Id("a"), OutboundMessage.Text("behind the change")), TestActor);
        Assert.Equal(SendStatus.Sent, ExpectMsg<SendResult>().Status);
        Advance(7);

        AwaitAssert(() => Assert.Single(Network.Connection(Id("a")).Pings));
    }

    [Fact]
    public void Drain_closes_every_connection_with_its_drain_code()
    {
        Apply(Endpoint("a"), Endpoint("b") with { DrainCloseCode = 3001 });
        AwaitStates(("a", "open"), ("b", "open"));

        Supervisor.Tell(new Drain("shutting down"), TestActor);

        Assert.Equal(0, ExpectMsg<Drained>().Forced);
        Assert.Equal(
            [(1001, "shutting down"), (3001, "shutting down")],
            new[] { "a", "b" }.Select(name => Network.Connection(Id(name)).Closes.Single()));
    }

    [Fact]
    public void Drain_happens_once_and_answers_every_request()
    {
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));
        Network.HoldsEnds = true;
        var (host, system) = (CreateTestProbe(), CreateTestProbe());

        Supervisor.Tell(new Drain("by the host"), host);
        Supervisor.Tell(new Drain("by the system"), system);
        AwaitAssert(() => Assert.Single(Network.Connection(Id("a")).Closes));
        Network.Connection(Id("a")).ReportEnd();

        Assert.Equal((0, 0), (host.ExpectMsg<Drained>().Forced, system.ExpectMsg<Drained>().Forced));
        Supervisor.Tell(new Drain("once more"), TestActor);
        Assert.Equal(0, ExpectMsg<Drained>().Forced);
        Assert.Equal((1001, "by the host"), Network.Connection(Id("a")).Closes.Single());
    }

    [Fact]
    public void Drain_drops_connections_that_have_not_closed_in_time()
    {
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));
        Network.HoldsEnds = true;

        Supervisor.Tell(new Drain("shutting down"), TestActor);
        AwaitAssert(() => Assert.Single(Network.Connection(Id("a")).Closes));
        ((VirtualScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(25));

        ExpectMsg<Drained>();
    }

    [Fact]
    public void No_endpoint_is_ever_lost()
    {
        Network.Script(Id("failing"), DialScript.Refuse(403));
        Apply(
            Endpoint("open"),
            Endpoint("paused") with { Enabled = false },
            Endpoint("failing") with { Outcomes = new OutcomeSettings([], OutcomeAction.Stop) });

        AwaitStates(("open", "open"), ("paused", "paused"), ("failing", "failed"));
        Assert.Equal(3, List().Count);
    }
}
