using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.TestKit;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>How a change of each setting affects a connection actor.</summary>
public class ConnectionReloadTests : ConnectionSpec
{
    [Fact]
    public void A_change_of_the_heartbeat_applies_to_the_open_connection()
    {
        StartOpen();
        Reload(Defaults with { Heartbeat = new HeartbeatSettings { Interval = Seconds(5), Timeout = Seconds(2) } }, ChangeEffect.Live);

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

        Reload(
            Defaults with
            {
                Heartbeat = new HeartbeatSettings
                {
                    Mode = HeartbeatMode.Text,
                    Send = OutboundMessage.Text("ping"),
                    Expect = new MessagePattern.Text("pong"),
                    Strict = true,
                    Interval = Seconds(5),
                    Timeout = Seconds(2),
                },
            },
            ChangeEffect.Live);
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

        Reload(Defaults with { MaxAge = new RotationSettings(Seconds(110), 0, Seconds(5)) }, ChangeEffect.Live);
        Advance(9);
        Supervisor.ExpectNoMsg(TimeSpan.Zero);
        Advance(1);

        Supervisor.ExpectMsg<RotationDue>();
    }

    [Fact]
    public void A_max_age_taken_away_no_longer_ends_the_connection()
    {
        StartOpen(Defaults with { MaxAge = new RotationSettings(Seconds(100), 0, Seconds(5)) });

        Reload(Defaults, ChangeEffect.Live);
        Advance(101);

        Supervisor.ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void An_actor_that_starts_after_a_change_holds_sends_as_the_new_settings_say()
    {
        Network.Otherwise = _ => DialScript.Hang;
        Start();
        ExpectStates(ConnectionState.BackingOff);

        Restart(start => start with { Settings = Defaults with { Send = new SendSettings { WhileDown = SendWhileDown.Queue } } });
        var sender = CreateTestProbe();
        Send("later", sender.Ref);

        Assert.Equal(SendStatus.Queued, sender.ExpectMsg<SendResult>().Status);
    }

    [Fact]
    public void A_closing_socket_keeps_the_close_timeout_it_was_dialed_with()
    {
        var long60 = Defaults with { Timeouts = new TimeoutSettings { Close = Seconds(60), DataIdle = new DataIdleSettings(Seconds(5)) } };
        StartOpen(long60);
        Network.HoldsEnds = true;
        Advance(5);
        ExpectBackingOff(CauseKind.DataIdle);
        Reload(long60 with { Timeouts = new TimeoutSettings { Close = Seconds(1) } }, ChangeEffect.NextAttempt);
        Sys.EventStream.Subscribe(TestActor, typeof(Akka.Event.Error));

        Advance(1);
        Advance(50);

        ExpectNoMsg(TimeSpan.Zero); // the actor has not given up the transport
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

        Reload(
            quarantined with
            {
                Labels = new ValueMap<string>([new("desk", "fx")]),
                Backoff = new BackoffSettings { Jitter = Jitter.None, Max = Seconds(2) },
            },
            effect);
        Advance(2);

        Assert.Equal(dials, Network.DialsOf(Id).Count);
    }

    [Fact]
    public void A_change_of_the_group_while_a_permit_is_waited_for_waits_for_the_new_group()
    {
        Governor.Tell(new PauseScope(GovernorScope.Group, "before", Seconds(10), "429"));
        Governor.Tell(new PauseScope(GovernorScope.Group, "after", Seconds(30), "429"));
        Start(Defaults with { Group = "before" });
        Advance(0);

        Reload(Defaults with { Group = "after" }, ChangeEffect.Reconnect);
        Advance(29);
        var early = Network.DialsOf(Id).Count;
        Advance(1);

        Assert.Equal((0, 1), (early, Network.DialsOf(Id).Count));
    }

    [Fact]
    public void A_change_of_the_URL_while_a_permit_is_waited_for_waits_for_the_new_host()
    {
        Governor.Tell(new PauseScope(GovernorScope.Host, "feed.test", Seconds(10), "429"));
        Start();
        Advance(0);

        Reload(Defaults with { Url = new Uri("ws://other.test/") }, ChangeEffect.Reconnect);
        Advance(0);

        Assert.Single(Network.DialsOf(Id));
    }

    [Theory]
    [InlineData(null, "host:feed.test")]
    [InlineData("elsewhere.test:444", "host:elsewhere.test:444")]
    public void The_host_that_refused_is_paused_also_when_a_redirect_led_there(string? redirectedTo, string paused)
    {
        Network.Script(Id, DialScript.Manual);
        Start();
        Advance(0);

        Network.DialsOf(Id)[0].Fail(
            new DialFailure(FailureLayer.Http, "slow down") { HttpStatus = 429, RetryAfter = "33", RedirectedTo = redirectedTo });

        AwaitAssert(() => Assert.Equal(paused, Assert.Single(Ledger.Save(TimeSpan.Zero).Pauses).Key));
    }

    [Fact]
    public void A_change_that_a_rotation_should_bring_restarts_an_opening_in_progress()
    {
        var greeted = Defaults with
        {
            OnOpen = [new DialogueStep(OutboundMessage.Text("login"), new MessagePattern.Text("welcome"), Seconds(5))],
        };
        Start(greeted);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);
        var outdated = Socket;

        Reload(greeted with { OnOpen = [] }, ChangeEffect.Live);

        ExpectBackingOff(CauseKind.Refresh);
        Assert.Equal(1, outdated.Aborts);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        Assert.Empty(SentText);
    }
}
