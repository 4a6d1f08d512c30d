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
