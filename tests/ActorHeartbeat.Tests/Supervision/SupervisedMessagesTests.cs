using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.TestKit;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Supervision;

/// <summary>Sends and subscriptions in every state of the endpoint's actor.</summary>
public class SupervisedMessagesTests : SupervisorSpec
{
    [Fact]
    public void Messages_that_wait_for_the_send_rate_go_on_over_the_connection_that_takes_over()
    {
        var slow = new GroupSettings { Name = "slow", SendRate = new Rate(1, TimeSpan.FromSeconds(10)) };
        var rotation = Rotating("a").MaxAge! with { ReadyWhen = new MessagePattern.Text("data") };
        Apply([slow], Rotating("a") with { Group = "slow", MaxAge = rotation });
        AwaitStates(("a", "open"));
        var old = Network.Connection(Id("a"));
        foreach (var text in (string[])["1", "2", "3"])
            Supervisor.Tell(new SendTo(Id("a"), OutboundMessage.Text(text)), TestActor);
        Assert.Equal(
            [SendStatus.Sent, SendStatus.Queued, SendStatus.Queued],
            Enumerable.Range(0, 3).Select(_ => ExpectMsg<SendResult>().Status).Order());

        Command(new RotateEndpoint(Id("a")));
        AwaitDials(2);
        AwaitAssert(() =>
        {
            Advance(0.1);
            Assert.True(Network.Connection(Id("a")).IsStarted);
        });
        Network.Connection(Id("a")).DeliverText("data");
        AwaitAssert(() => Assert.True(old.IsEnded));

        AwaitAssert(() => Assert.Equal(["1"], old.SentText));
        AwaitAssert(() =>
        {
            Advance(1);
            Assert.Equal(["2", "3"], Network.Connection(Id("a")).SentText);
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
        Network.Script(Id("a"), DialScript.Refuse(500));
        Apply(Endpoint("a") with { Send = new SendSettings { WhileDown = SendWhileDown.Queue } });
        AwaitStates(("a", "backing-off"));
        AwaitAssert(() => Assert.Equal("the delay before the next attempt", Snapshot("a").Status?.Waiting));
        Supervisor.Tell(new SendTo(Id("a"), OutboundMessage.Text("order")), TestActor);
        Assert.Equal(SendStatus.Queued, ExpectMsg<SendResult>().Status);

        Supervisor.Tell(
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
    public void A_message_that_waits_is_refused_when_its_actor_may_not_restart()
    {
        Network.Script(Id("a"), DialScript.Refuse(500));
        Supervisor.Tell(
            new ApplyConfiguration(
                [Endpoint("a") with { Send = new SendSettings { WhileDown = SendWhileDown.Queue } }],
                ValueMap<GroupSettings>.Empty,
                NoSpread with
                {
                    Restart = new RestartSettings { MaxRestarts = 0 },
                }),
            TestActor);
        ExpectMsg<ConfigurationApplied>();
        AwaitStates(("a", "backing-off"));
        Supervisor.Tell(new SendTo(Id("a"), OutboundMessage.Text("order")), TestActor);
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
        AwaitAssert(() => Assert.Equal(0, Network.LiveSockets(Id("a"))));

        Supervisor.Tell(new SendTo(Id("a"), OutboundMessage.Text("order")), TestActor);

        Assert.Equal(new SendResult(SendStatus.Refused, "its connection's actor has failed and starts again"), ExpectMsg<SendResult>());
    }

    [Fact]
    public void Every_message_sent_while_an_actor_crashes_is_answered()
    {
        Apply(Endpoint("a"));
        for (var crash = 1; crash <= 25; crash++)
        {
            AwaitStates(("a", "open"));

            Crash("a");
            for (var number = 0; number < 100; number++)
                Supervisor.Tell(new SendTo(Id("a"), OutboundMessage.Text("order")), TestActor);

            Assert.All(Enumerable.Range(0, 100).Select(_ => ExpectMsg<SendResult>().Status), status =>
                Assert.True(status is SendStatus.Sent or SendStatus.Refused));
            AwaitAssert(() =>
            {
                Advance(2);
                Assert.Equal(crash + 1, Network.DialsOf(Id("a")).Count);
            });
        }
    }

    [Fact]
    public void Every_message_sent_while_an_endpoint_fails_for_good_is_answered()
    {
        for (var round = 1; round <= 25; round++)
        {
            Apply(Endpoint("a") with { Outcomes = new OutcomeSettings([], OutcomeAction.Stop) });
            AwaitStates(("a", "open"));

            Network.Connection(Id("a")).PeerClose(1000, "over");
            for (var number = 0; number < 100; number++)
                Supervisor.Tell(new SendTo(Id("a"), OutboundMessage.Text("order")), TestActor);

            Assert.All(Enumerable.Range(0, 100).Select(_ => ExpectMsg<SendResult>().Status), status =>
                Assert.True(status is SendStatus.Sent or SendStatus.Refused or SendStatus.Expired));
            AwaitStates(("a", "failed"));
            Command(new RemoveEndpoint(Id("a")));
        }
    }

    [Fact]
    public void Keys_that_come_while_the_actor_waits_for_its_restart_are_asked_for_once_when_it_is_open_again()
    {
        Apply(Saying(Endpoint("a")));
        AwaitStates(("a", "open"));
        Command(Subscription("kept"));
        Command(Subscription("dropped"));
        Crash("a");
        AwaitAssert(() => Assert.Equal(0, Network.LiveSockets(Id("a"))));

        Command(Subscription("new"));
        Command(new UnsubscribeFrom(Id("a"), "said", "dropped"));

        AwaitDials(2);
        AwaitStates(("a", "open"));
        Command(Subscription("last"));
        AwaitAssert(() => Assert.Equal(["new", "kept", "last"], Network.Connection(Id("a")).SentText));
    }

    [Fact]
    public void Keys_that_come_while_paused_failed_or_backing_off_are_asked_for_when_the_endpoint_opens()
    {
        Network.Script(Id("failed"), DialScript.Refuse(403));
        Network.Script(Id("backing"), DialScript.Refuse(503));
        Apply(
            Saying(Endpoint("paused") with { Enabled = false }),
            Saying(Endpoint("failed") with { Outcomes = new OutcomeSettings([], OutcomeAction.Stop) }),
            Saying(Endpoint("backing")));
        AwaitStates(("paused", "paused"), ("failed", "failed"), ("backing", "backing-off"));

        foreach (var name in (string[])["paused", "failed", "backing"])
            Command(new SubscribeTo(Id(name), "said", name));

        Command(new ResumeEndpoint(Id("paused")));
        Command(new ResumeEndpoint(Id("failed")));
        AwaitAssert(() =>
        {
            Advance(1);
            Assert.All(List(), endpoint => Assert.Equal("open", endpoint.State));
        });
        Assert.All((string[])["paused", "failed", "backing"], name => Assert.Equal([name], Network.Connection(Id(name)).SentText));
    }

    [Fact]
    public void A_key_that_comes_during_a_rotation_is_asked_for_over_the_old_connection_and_the_new()
    {
        Apply(Saying(Rotating("a")));
        AwaitStates(("a", "open"));
        var old = Network.Connection(Id("a"));
        Command(Subscription("before"));
        Command(new RotateEndpoint(Id("a")));
        AwaitDials(2);
        AwaitAssert(() => Assert.Equal(["before"], Network.Connection(Id("a")).SentText));

        Command(Subscription("during"));

        AwaitAssert(() => Assert.Equal(["before", "during"], old.SentText));
        AwaitAssert(() => Assert.Equal(["before", "during"], Network.Connection(Id("a")).SentText));
    }

    [Fact]
    public void An_endpoint_that_was_removed_and_added_again_knows_no_added_key()
    {
        Apply(Saying(Endpoint("a")));
        AwaitStates(("a", "open"));
        Command(Subscription("of before"));
        Network.HoldsEnds = true;
        var left = Network.Connection(Id("a"));
        Command(new RemoveEndpoint(Id("a")));
        Command(new AddEndpoint(Saying(Endpoint("a")))); // the old connection is still closing

        Network.HoldsEnds = false;
        AwaitAssert(() => Assert.NotEmpty(left.Closes));
        left.ReportEnd();

        AwaitDials(2);
        AwaitStates(("a", "open"));
        Assert.Empty(Network.Connection(Id("a")).SentText);
    }

    [Fact]
    public void A_new_send_rate_of_a_group_counts_for_the_connections_that_are_open()
    {
        GroupSettings slow = new() { Name = "g", SendRate = new Rate(1, TimeSpan.FromHours(1)) };
        Apply([slow], Endpoint("a") with { Group = "g" });
        AwaitStates(("a", "open"));
        foreach (var text in (string[])["1", "2", "3"])
            Supervisor.Tell(new SendTo(Id("a"), OutboundMessage.Text(text)), TestActor);
        AwaitAssert(() => Assert.Equal(["1"], Network.Connection(Id("a")).SentText));

        Apply([slow with { SendRate = null }], Endpoint("a") with { Group = "g" });

        AwaitAssert(() =>
        {
            Advance(0);
            Assert.Equal(["1", "2", "3"], Network.Connection(Id("a")).SentText);
        });
    }
}
