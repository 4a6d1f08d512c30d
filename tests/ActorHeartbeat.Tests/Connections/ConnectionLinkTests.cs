using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Extensions;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>What the actor of a connection receives from its pump.</summary>
public sealed class ConnectionLinkTests() : Akka.TestKit.Xunit2.TestKit(VirtualTime.Configuration)
{
    private static readonly EndpointSettings Prices = new() { Id = new EndpointId("prices"), Url = new Uri("ws://in-memory") };

    private readonly ScriptedNetwork _network = new();

    private ScriptedConnection Socket => _network.Connection(Prices.Id);

    [Fact]
    public async Task The_pong_of_a_ping_reaches_the_actor_as_one_message()
    {
        var link = await OpenAsync(DialScript.Accept);

        link.Ping();
        Socket.DeliverText("data");
        Socket.Lose();

        Assert.IsType<HeartbeatAnswered>(ExpectMsg<ConnectionEvent>());
        Assert.IsType<ConnectionEnded>(ExpectMsg<ConnectionEvent>());
    }

    [Fact]
    public async Task Data_before_the_pong_is_a_sign_of_life_and_the_pong_still_an_answer()
    {
        var link = await OpenAsync(DialScript.AcceptWith(connection => connection.PongAfter = null));

        link.Ping();
        Socket.DeliverText("data");
        Socket.DeliverPong(id: 1);
        Socket.Lose();

        Assert.IsType<SignOfLife>(ExpectMsg<ConnectionEvent>());
        Assert.IsType<HeartbeatAnswered>(ExpectMsg<ConnectionEvent>());
        Assert.IsType<ConnectionEnded>(ExpectMsg<ConnectionEvent>());
    }

    private async Task<ConnectionLink> OpenAsync(DialScript script)
    {
        _network.Script(Prices.Id, script);
        var plane = new EndpointPlane(new FeedRegistry(TimeProvider.System).GetOrAdd(Prices.Id, Prices.Limits));
        var link = new ConnectionLink(
            new ConnectionId(1), plane, Prices, sendRate: null, new SchedulerClock(Sys.Scheduler), attempt: 1, seed: 0,
            Session.Empty, TestActor, ConversationExtensions.Default);
        link.Begin();
        link.Accept(await _network.DialAsync(new DialRequest(Prices, Prices.Url, []), link, CancellationToken.None));
        link.Start();
        return link;
    }
}
