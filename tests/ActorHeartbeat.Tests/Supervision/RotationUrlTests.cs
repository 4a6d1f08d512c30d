using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Tests.Supervision;

/// <summary>The URL that the successor dials after the endpoint has been moved from its first URL to the next.</summary>
public class RotationUrlTests : SupervisorSpec
{
    private static readonly EndpointSettings Moved = Rotating("a") with
    {
        Urls = [new Uri("ws://backup.test/")],
        Failover = new FailoverSettings { After = 2, Back = TimeSpan.FromMinutes(5) },
    };

    [Fact]
    public void The_way_back_is_a_rotation_to_the_first_URL()
    {
        StartOnBackup(Moved);
        Advance(299);
        Assert.Equal(3, Network.DialsOf(Id("a")).Count);

        AdvanceUntilDials(4, 1);

        Assert.Equal("a.test", LastHost());
    }

    [Fact]
    public void Without_a_way_back_a_rotation_stays_on_the_URL_of_the_old_connection()
    {
        StartOnBackup(Moved with { Failover = Moved.Failover with { Back = null } });
        for (var minute = 0; minute < 10; minute++)
            Advance(60);
        Assert.Equal(3, Network.DialsOf(Id("a")).Count);

        Command(new RotateEndpoint(Id("a")));
        AdvanceUntilDials(4, 0);

        Assert.Equal("backup.test", LastHost());
    }

    [Fact]
    public void A_rotation_stays_on_the_URL_of_the_old_connection_when_the_first_has_failed_as_often_as_it_takes_to_leave_it()
    {
        StartOnBackup(Moved);
        Network.Script(Id("a"), DialScript.Refuse(503), DialScript.Refuse(503));

        Command(new RotateEndpoint(Id("a")));
        AdvanceUntilDials(6, 10);

        Assert.Equal(["a.test", "a.test", "backup.test"], Hosts().Skip(3));
    }

    [Fact]
    public void Closed_first_there_is_no_way_back_while_the_connection_lives()
    {
        StartOnBackup(Moved with { MaxAge = null, Rotate = new RotateSettings { Order = RotationOrder.CloseFirst } });

        for (var minute = 0; minute < 60; minute++)
            Advance(60);

        AwaitStates(("a", "open")); // the pong of the last minute may be on its way
        Assert.Equal(3, Network.DialsOf(Id("a")).Count);
    }

    /// <summary>The first URL refuses as often as it takes to leave it.</summary>
    private void StartOnBackup(EndpointSettings settings)
    {
        Network.Script(Id("a"), DialScript.Refuse(503), DialScript.Refuse(503));
        Apply(settings);
        AdvanceUntilDials(3, 1);
        AwaitStates(("a", "open"));
        Assert.Equal(["a.test", "a.test", "backup.test"], Hosts());
    }

    private void AdvanceUntilDials(int count, double seconds) => AwaitAssert(() =>
    {
        Advance(seconds);
        Assert.Equal(count, Network.DialsOf(Id("a")).Count);
    });

    private string LastHost() => Hosts().Last();

    private IEnumerable<string> Hosts() => Network.DialsOf(Id("a")).Select(dial => dial.Request.Url.Host);
}
