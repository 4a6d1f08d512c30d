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
        _memory.TrySay(null, open);

        Assert.Same(open, _memory.Status);
    }

    [Fact]
    public void What_an_actor_that_is_to_end_still_says_is_no_open_connection()
    {
        _role.IsReleased = true;

        _memory.TrySay(null, Open());

        Assert.Equal((ConnectionState.BackingOff, null, 0, 3L), (_memory.Status!.State, _memory.Status.Subprotocol, _memory.Status.Missed, _memory.Status.Incarnation));
    }

    [Fact]
    public void What_an_actor_said_before_it_died_is_over_until_it_speaks_again()
    {
        _memory.TrySay(null, Open());

        _role.IsDown = true;
        Assert.Equal(ConnectionState.BackingOff, _memory.Status!.State);
        _role.IsDown = false;
        Assert.Equal(ConnectionState.AwaitingPong, _memory.Status.State);
    }

    [Fact]
    public void An_old_connection_that_was_about_to_speak_when_another_took_over_is_not_heard()
    {
        Assert.True(_memory.TrySay(null, Open()));
        var before = _memory.LastSaid!;
        var heir = Heir();

        _memory.Inherit(heir); // between its look and its word

        Assert.False(_memory.TrySay(before, before with { State = ConnectionState.BackingOff }));
        Assert.Equal((heir, ConnectionState.AwaitingPong), (_memory.LastSaid!.Role, _memory.Status!.State));
        _role.Yield();
        Assert.False(_memory.TrySay(_memory.LastSaid, before));
        Assert.True(_memory.TrySay(_memory.LastSaid, Open() with { Role = heir, State = ConnectionState.Open }));
    }

    [Fact]
    public void A_connection_that_has_spoken_for_itself_inherits_nothing()
    {
        _memory.TrySay(null, Open());
        var heir = Heir();
        _role.Yield();
        Assert.True(_memory.TrySay(_memory.LastSaid, Open() with { Role = heir, State = ConnectionState.BackingOff }));
        var own = _memory.LastSaid;

        _memory.Inherit(heir);

        Assert.Same(own, _memory.LastSaid);
    }

    [Fact]
    public void Nobody_speaks_while_another_is_still_the_primary()
    {
        _memory.TrySay(null, Open());

        Assert.False(_memory.TrySay(_memory.LastSaid, Open() with { Role = Heir() }));
        Assert.Same(_role, _memory.LastSaid!.Role);
    }

    private static ConnectionRole Heir()
    {
        var heir = new ConnectionRole(isPrimary: false);
        heir.BecomeReady();
        Assert.True(heir.TryTakeOver());
        return heir;
    }

    private ConnectionStatus Open() =>
        new(ConnectionState.AwaitingPong, DateTimeOffset.UnixEpoch, 3, 1, "ws://a.test/", "v1", null, null, null, "a sign of life", 1) { Role = _role };
}
