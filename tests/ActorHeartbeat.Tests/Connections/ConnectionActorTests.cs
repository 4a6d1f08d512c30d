using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.TestKit;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>Dialing, losing, backing off, closing and crashing: the rows of the actor's transition table, in virtual time.</summary>
public class ConnectionActorTests : ConnectionSpec
{
    [Fact]
    public void A_start_passes_the_governor_and_dials_at_once()
    {
        Start();

        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Assert.Equal((1, 1), (Network.DialsOf(Id).Count, (int)Status!.Incarnation));
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
    public void Max_attempts_stops_the_actor_and_reports_the_cause_to_the_supervisor()
    {
        Network.Otherwise = _ => DialScript.Fail(FailureLayer.Tcp, "connection refused");
        Start(Defaults with { Backoff = new BackoffSettings { Jitter = Jitter.None, MaxAttempts = 2 } });
        WatchConnection();
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.BackingOff);

        ((VirtualScheduler)Sys.Scheduler).Advance(Seconds(1));

        ExpectStates(ConnectionState.Connecting);
        ExpectStopped();
        Assert.Equal("connection refused", Supervisor.ExpectMsg<ConnectionFailed>().Cause.Detail);
    }

    [Fact]
    public void A_fatal_outcome_stops_the_actor()
    {
        Network.Script(Id, DialScript.Refuse(403));
        Start(
            Defaults with
            {
                Outcomes = new OutcomeSettings([new OutcomeRule { HttpStatus = [403], Then = OutcomeAction.Stop }], OutcomeAction.Retry),
            });
        WatchConnection();
        ExpectStates(ConnectionState.BackingOff);
        Settle();

        ((VirtualScheduler)Sys.Scheduler).Advance(TimeSpan.Zero);

        ExpectStates(ConnectionState.Connecting);
        ExpectStopped();
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
        WatchConnection();
        var socket = Socket;

        Connection.Tell(new CloseConnection(4000, "done"));

        ExpectBackingOff(CauseKind.Closed);
        ExpectStopped();
        Assert.Equal((4000, "done"), socket.Closes[0]);
        Assert.Equal("stop", socket.SentText[^1]);
        Assert.Single(Network.DialsOf(Id));
    }

    [Fact]
    public void Close_while_connecting_gives_the_dial_up()
    {
        Network.Script(Id, DialScript.Hang);
        Start();
        WatchConnection();
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);

        Connection.Tell(new CloseConnection(1000, "done"));

        ExpectBackingOff(CauseKind.Closed);
        ExpectStopped();
        Assert.True(Network.DialsOf(Id)[0].IsGivenUp);
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
        Assert.Equal(2, Plane.Counters.StaleEvents);
    }

    // Invariant 3: the deadline has fired and waits in the mailbox behind what leaves its state.
    [Fact]
    public void A_deadline_of_a_state_that_was_left_is_not_heard_in_the_next()
    {
        StartOpen(Defaults with { Backoff = new BackoffSettings { Initial = Seconds(60), Jitter = Jitter.None } });
        Settle();
        var actor = (IInternalActorRef)Connection;
        actor.Suspend();
        Socket.Lose();
        ((VirtualScheduler)Sys.Scheduler).Advance(Seconds(20)); // a heartbeat is due
        actor.Resume();

        ExpectStates(ConnectionState.BackingOff);

        ExpectNoMsg(TimeSpan.Zero);
        Assert.Single(Network.DialsOf(Id));
        Advance(60);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
    }

    [Fact]
    public void A_stopped_actor_aborts_its_socket()
    {
        StartOpen();
        WatchConnection();

        Sys.Stop(Connection);

        ExpectStopped();
        Assert.Equal((1, 0), (Socket.Aborts, Network.LiveSockets(Id)));
    }

    [Fact]
    public void The_successor_of_a_crashed_actor_waits_until_the_socket_it_left_is_gone()
    {
        Start();
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Network.HoldsEnds = true;
        var left = Socket;
        WatchConnection();
        Sys.Stop(Connection);
        ExpectStopped();
        Restart();
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
        WatchConnection();
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        Sys.Stop(Connection);
        ExpectStopped();

        var late = Network.DialsOf(Id)[0].Accept();

        Assert.True(late.IsEnded);
        Assert.Equal(0, Plane.Sockets);
    }

    [Fact]
    public void Status_shows_the_path_only_with_show_messages_and_never_the_query()
    {
        StartOpen();
        Assert.Equal("ws://feed.test", Status!.Url);

        Reload(Defaults with { ShowMessages = true }, ChangeEffect.Live);
        Advance(0);
        Assert.Equal("ws://feed.test/path", Status!.Url);

        Reload(Defaults, ChangeEffect.Live);
        Advance(0);
        Assert.Equal("ws://feed.test", Status!.Url);
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
        Assert.Equal(quarantined.Cause, Status!.LastClose);
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
