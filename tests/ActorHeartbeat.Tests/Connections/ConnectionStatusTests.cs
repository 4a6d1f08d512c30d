using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>The status of an endpoint during the changes of its connections.</summary>
public class ConnectionStatusTests
{
    private static readonly EndpointSettings Settings = new() { Id = new EndpointId("a"), Url = new Uri("ws://a.test/") };

    private static readonly ConnectionStatus Waiting =
        new(ConnectionState.AwaitingPong, DateTimeOffset.UnixEpoch, 3, 1, "ws://a.test/", "v1", null, null, null, "a sign of life", 1);

    private readonly RegistryEntry _endpoint = new(
        Settings,
        new EndpointPlane(new FeedRegistry(TimeProvider.System).GetOrAdd(Settings.Id, Settings.Limits)),
        DateTimeOffset.UnixEpoch);

    [Fact]
    public void An_endpoint_stands_as_its_primary_does()
    {
        var primary = _endpoint.Begin(new ConnectionId(1), isPrimary: true);
        Assert.Null(_endpoint.Status);

        primary.Board.Status = Waiting;

        Assert.Same(Waiting, _endpoint.Status);
    }

    [Fact]
    public void A_released_connection_does_not_show_as_open()
    {
        _endpoint.Begin(new ConnectionId(1), isPrimary: true).Board.Status = Waiting;

        _endpoint.ReleaseConnections();

        Assert.Equal(
            (ConnectionState.BackingOff, null, 0, 3L),
            (_endpoint.Status!.State, _endpoint.Status.Subprotocol, _endpoint.Status.Missed, _endpoint.Status.Incarnation));
    }

    [Fact]
    public void A_successor_is_not_shown_before_it_has_taken_over()
    {
        var old = _endpoint.Begin(new ConnectionId(1), isPrimary: true);
        old.Board.Status = Waiting;
        var successor = _endpoint.Begin(new ConnectionId(2), isPrimary: false);
        successor.Board.Status = Waiting with { Incarnation = 4 };
        Assert.Equal(3, _endpoint.Status!.Incarnation);

        Assert.Same(old, _endpoint.Promote());

        Assert.Equal(4, _endpoint.Status!.Incarnation);
        Assert.False(_endpoint.Wants(old));
    }

    [Fact]
    public void The_next_connection_starts_from_the_last_incarnation_of_the_endpoint()
    {
        _endpoint.Begin(new ConnectionId(1), isPrimary: true).Board.Status = Waiting;
        _endpoint.Gone(_endpoint.ReleaseConnections()[0]);

        _endpoint.Begin(new ConnectionId(2), isPrimary: true);

        Assert.Equal((ConnectionState.BackingOff, 3L), (_endpoint.Status!.State, _endpoint.Status.Incarnation));
    }
}
