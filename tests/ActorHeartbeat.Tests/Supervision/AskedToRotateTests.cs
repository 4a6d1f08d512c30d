using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Tests.Supervision;

/// <summary>Rotations that a message of the peer asks for.</summary>
public class AskedToRotateTests : SupervisorSpec
{
    private static readonly MessageRule Rotate = new() { Match = new MessagePattern.Text("closing soon"), Then = RuleAction.Rotate };

    [Fact]
    public void The_new_connection_is_there_before_the_old_one_ends()
    {
        Apply(Asked());
        AwaitStates(("a", "open"));
        var old = Network.Connection(Id("a"));
        Advance(10); // reset-after

        old.DeliverText("closing soon");

        AwaitAssert(() =>
        {
            Advance(1);
            Assert.True(old.IsEnded);
        });
        AwaitStates(("a", "open"));
        Assert.Equal((2, 0L, 1), (Network.PeakSockets(Id("a")), Feeds.Find(Id("a"))!.Gaps, Snapshot("a").Status!.Attempt));
        Assert.Equal(2, Snapshot("a").Status!.Incarnation);
    }

    [Fact]
    public void A_peer_that_asks_every_connection_to_go_is_met_ever_more_slowly()
    {
        var backoff = new BackoffSettings { Jitter = Jitter.None, ResetAfter = TimeSpan.FromHours(1) };
        Apply(Asked() with { Backoff = backoff });
        AwaitStates(("a", "open"));
        for (var failures = 1; failures <= 6; failures++)
        {
            var asked = Sys.Scheduler.Now;
            Network.Connection(Id("a")).DeliverText("closing soon");

            AwaitAssert(() =>
            {
                Advance(0.5);
                Assert.Equal((failures + 1L, failures + 1), (Snapshot("a").Status!.Incarnation, Snapshot("a").Status!.Attempt));
            });

            Assert.True(Sys.Scheduler.Now - asked >= ReconnectBackoff.Ceiling(backoff, failures), $"too soon after {failures} failures");
        }
        Assert.Equal(0, Feeds.Find(Id("a"))!.Gaps);
    }

    [Theory]
    [InlineData(RotationOrder.OpenFirst)]
    [InlineData(RotationOrder.CloseFirst)]
    public void The_peer_may_say_where_the_new_connection_goes_once_and_that_it_goes_on_there(RotationOrder order)
    {
        Apply(Moved() with { Rotate = new RotateSettings { Order = order } });
        AwaitStates(("a", "open"));
        Advance(10);

        Network.Connection(Id("a")).DeliverText("""{"to":"wss://next.feed.test/r?id=7"}""");
        AwaitIncarnation(2);

        Assert.Equal("wss://next.feed.test/r?id=7", Network.DialsOf(Id("a"))[^1].Request.Url.OriginalString);
        Assert.Equal(0, Feeds.Find(Id("a"))!.Gaps);
        Network.Connection(Id("a")).PeerClose(1001);
        AwaitIncarnation(3);
        Assert.Equal(Moved().Url, Network.DialsOf(Id("a"))[^1].Request.Url);
    }

    [Theory]
    [InlineData("wss://evil.test/")]
    [InlineData("ws://next.feed.test/")]
    [InlineData("nowhere")]
    public void Where_a_peer_may_not_send_us_the_endpoints_own_URL_is_dialed(string to)
    {
        Apply(Moved());
        AwaitStates(("a", "open"));
        Advance(10);

        Network.Connection(Id("a")).DeliverText($$"""{"to":"{{to}}"}""");
        AwaitIncarnation(2);

        Assert.Equal(Moved().Url, Network.DialsOf(Id("a"))[^1].Request.Url);
    }

    private void AwaitIncarnation(long incarnation) => AwaitAssert(() =>
    {
        Advance(1);
        Assert.Equal((incarnation, true), (Snapshot("a").Status!.Incarnation, Snapshot("a").Status!.IsUp));
    });

    private static EndpointSettings Moved() => Asked() with
    {
        Url = new Uri("wss://feed.test/"),
        Hosts = ["*.feed.test"],
        OnMessage =
        [
            new MessageRule
            {
                Match = new MessagePattern.Json([new JsonExpectation("/to", """{"exists":true}""")]),
                Then = RuleAction.Rotate,
                To = "@{/to}",
                Resumed = true,
            },
        ],
    };

    [Fact]
    public void The_failures_are_forgotten_when_a_connection_stays()
    {
        Apply(Asked());
        AwaitStates(("a", "open"));
        Network.Connection(Id("a")).DeliverText("closing soon");
        AwaitAssert(() =>
        {
            Advance(1);
            Assert.Equal((2L, 2), (Snapshot("a").Status!.Incarnation, Snapshot("a").Status!.Attempt));
        });

        AwaitAssert(() =>
        {
            Advance(1);
            Assert.Equal(1, Snapshot("a").Status!.Attempt);
        });
        Assert.Equal(2L, Snapshot("a").Status!.Incarnation);
    }

    private static EndpointSettings Asked() => Endpoint("a") with
    {
        OnMessage = [Rotate],
        MaxAge = new RotationSettings(TimeSpan.FromDays(1), 0, TimeSpan.FromSeconds(1)),
    };
}
