using ActorHeartbeat.Connections;
using ActorHeartbeat.Delivery;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Tests.Connections;

public class ConnectionStatusTests
{
    private static readonly EndpointSettings Endpoint = new() { Id = new EndpointId("a"), Url = new Uri("ws://a.test/") };

    private readonly EndpointMemory _memory = new(Endpoint, new FeedRegistry(TimeProvider.System).GetOrAdd(Endpoint.Id, Endpoint.Limits));
    private readonly ConnectionRole _role = new(isPrimary: true);

    [Fact]
    public void What_a_live_actor_says_is_how_the_connection_stands()
    {
        var open = Open();
        _memory.LastSaid = open;

        Assert.Same(open, _memory.Status);
    }

    [Fact]
    public void What_an_actor_that_is_to_end_still_says_is_no_open_connection()
    {
        _role.IsReleased = true;

        _memory.LastSaid = Open();

        Assert.Equal((ConnectionState.BackingOff, null, 0, 3L), (_memory.Status!.State, _memory.Status.Subprotocol, _memory.Status.Missed, _memory.Status.Incarnation));
    }

    [Fact]
    public void What_an_actor_said_before_it_died_is_over_until_it_speaks_again()
    {
        _memory.LastSaid = Open();

        _role.IsDown = true;
        Assert.Equal(ConnectionState.BackingOff, _memory.Status!.State);
        _role.IsDown = false;
        Assert.Equal(ConnectionState.AwaitingPong, _memory.Status.State);
    }

    private ConnectionStatus Open() =>
        new(ConnectionState.AwaitingPong, DateTimeOffset.UnixEpoch, 3, 1, "ws://a.test/", "v1", null, null, null, "a sign of life", 1) { Role = _role };
}
