using System.Collections.Concurrent;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Service.Running;
using ActorHeartbeat.Supervision;
using Akka.Actor;
using Akka.TestKit;
using Microsoft.Extensions.Logging;

namespace ActorHeartbeat.Service.Tests;

/// <summary>When sessions are asked for and saved, on virtual time; the test is the supervisor.</summary>
public sealed class SessionKeeperTests : Akka.TestKit.Xunit2.TestKit
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("keeper");
    private readonly Complaints _log = new();
    private readonly GovernorFile _file;
    private readonly IActorRef _keeper;

    public SessionKeeperTests()
        : base("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
    {
        _file = new GovernorFile(FilePath, TimeProvider.System, _log);
        _keeper = ActorOfAsTestActorRef<SessionKeeper>(SessionKeeper.Props(TestActor, _file, _log));
    }

    private string Folder => Path.Combine(_directory.FullName, "state");

    private string FilePath => Path.Combine(Folder, "state.json");

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
        Directory.CreateDirectory(Folder);
        var none = _file.Sessions;
        Answer([]);
        Assert.Same(none, _file.Sessions);

        var first = Answer([Numbered(1)]);
        Assert.Same(first, _file.Sessions);
        await _file.SaveAsync(first); // behind the keeper's own
        Answer([Numbered(1)]);
        Assert.Same(first, _file.Sessions);

        AwaitAssert(() => Assert.Same(Answer([Numbered(2)]), _file.Sessions));
        AwaitAssert(() => Assert.Contains("\"sequence\":2,", File.ReadAllText(FilePath), StringComparison.Ordinal));
        Assert.Empty(_log);
    }

    [Fact]
    public void What_cannot_be_saved_is_told_once_and_saved_as_soon_as_it_can_although_nothing_has_changed()
    {
        Answer([Numbered(1)]);
        AwaitAssert(() => Assert.Single(_log));
        for (var again = 0; again < 3; again++)
            AwaitAssert(() => Assert.Same(Answer([Numbered(1)]), _file.Sessions));
        Assert.StartsWith("the sessions of endpoints are not saved: ", Assert.Single(_log), StringComparison.Ordinal);

        Directory.CreateDirectory(Folder);
        AwaitAssert(() =>
        {
            Answer([Numbered(1)]);
            Assert.Contains("\"sequence\":1,", File.ReadAllText(FilePath), StringComparison.Ordinal);
        });
        Directory.Delete(Folder, recursive: true);
        var number = 2;
        AwaitAssert(() =>
        {
            Answer([Numbered(number++)]);
            Assert.Equal(2, _log.Count); // it is told again: in between it went well
        });
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _file.Dispose();
        _directory.Delete(recursive: true);
    }

    private static EndpointSession Numbered(long sequence) =>
        new(new EndpointId("a"), ValueMap<SessionValue>.Empty, sequence, ValueMap<long>.Empty);

    private void Advance(double seconds) => ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(seconds));

    private ValueList<EndpointSession> Answer(ValueList<EndpointSession> sessions)
    {
        _keeper.Tell(new SessionList(sessions), TestActor);
        return sessions;
    }

    private sealed class Complaints : ConcurrentQueue<string>, ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Enqueue(formatter(state, exception));
    }
}
