using System.Collections.Concurrent;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Service.State;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace ActorHeartbeat.Service.Tests;

/// <summary>A folder with a database of the service's state, a clock that the test sets, and what was logged.</summary>
internal sealed class StateFolder : IDisposable
{
    public static readonly GovernorState State = new(
        [new SavedBudget("global", 1.5), new SavedBudget("group:binance", 0)],
        [new SavedPause("host:h:1", TimeSpan.FromSeconds(30), "429 \"slow down\"")]);

    public static readonly EndpointSession Session = new(
        new EndpointId("a"),
        new(
        [
            new("session.id", new SessionValue(SessionValueKind.Text, "\"abc\"")),
            new("session.at", new SessionValue(SessionValueKind.Json, "{\"n\":1.50}")),
            new("session.key", new SessionValue(SessionValueKind.Bytes, "AP8=")),
        ]),
        long.MaxValue,
        new([new("", 3), new("ids", 0)]))
    {
        Keys = new(
        [
            new("trades/BTC", new KeySession(new([new("session.at", new SessionValue(SessionValueKind.Text, "c1"))]), 42)),
            new("trades/ETH", new KeySession(ValueMap<SessionValue>.Empty, 7)),
        ]),
    };

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("state");
    private readonly List<StateDatabase> _opened = [];

    public string Path => PathOf("state.db");

    public SetTime Time { get; } = new();

    public Lines Log { get; } = new();

    /// <summary>The names in the folder, in order.</summary>
    public string[] Names =>
    [
        .. Directory.GetFileSystemEntries(_directory.FullName).Select(System.IO.Path.GetFileName).OfType<string>()
            .Order(StringComparer.Ordinal),
    ];

    public string PathOf(string name) => System.IO.Path.Combine(_directory.FullName, name);

    public StateDatabase Open(string? former = null, long mostBytes = DatabaseOpening.Largest)
    {
        var database = new StateDatabase(Path, Time, Log, new DatabaseOpening(Path, former, Time, Log, mostBytes).Open);
        _opened.Add(database);
        return database;
    }

    /// <summary>Changes a closed database as nobody should.</summary>
    public void Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var database in _opened)
            database.Dispose();
        _directory.Delete(recursive: true);
    }

    public sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    public sealed class Lines : ConcurrentQueue<string>, ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Enqueue(formatter(state, exception));
    }
}
