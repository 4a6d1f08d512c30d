using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Service.Running;
using ActorHeartbeat.Service.State;
using ActorHeartbeat.Supervision;
using Akka.Actor;
using Akka.TestKit;

namespace ActorHeartbeat.Service.Tests;

/// <summary>When sessions are asked for and saved, on virtual time; the test is the supervisor.</summary>
public sealed class SessionKeeperTests : Akka.TestKit.Xunit2.TestKit
{
    private readonly StateFolder _folder = new();
    private readonly StateDatabase _database;
    private readonly IActorRef _keeper;

    public SessionKeeperTests()
        : base("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
    {
        _database = _folder.Open();
        _keeper = ActorOfAsTestActorRef<SessionKeeper>(SessionKeeper.Props(TestActor, _database));
    }

    [Fact]
    public void It_asks_every_ten_seconds()
    {
        Advance(9.9);
        Assert.False(HasMessages);

        Advance(0.1);
        ExpectMsg<GetSessions>();
        Advance(10);
        ExpectMsg<GetSessions>();
    }

    [Fact]
    public async Task It_saves_what_has_changed_alone()
    {
        var none = _database.Sessions;
        Answer([]);
        Assert.Same(none, _database.Sessions);

        var first = Answer([Numbered(1)]);
        Assert.Same(first, _database.Sessions);
        Answer([Numbered(1)]);
        Assert.Same(first, _database.Sessions);
        var second = Answer([Numbered(2)]);
        Assert.Same(second, _database.Sessions);

        await _database.WrittenAsync(TimeSpan.FromSeconds(10));
        _database.Dispose();
        Assert.Equal([Numbered(2)], _folder.Open().Sessions);
        Assert.Empty(_folder.Log);
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _folder.Dispose();
    }

    private static EndpointSession Numbered(long sequence) =>
        new(new EndpointId("a"), ValueMap<SessionValue>.Empty, sequence, ValueMap<long>.Empty);

    private void Advance(double seconds) => ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(seconds));

    private ValueList<EndpointSession> Answer(ValueList<EndpointSession> sessions)
    {
        _keeper.Tell(new SessionList(sessions), TestActor);
        return sessions;
    }
}
