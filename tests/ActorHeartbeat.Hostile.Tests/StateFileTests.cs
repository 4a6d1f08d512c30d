using ActorHeartbeat.Hostile.Tests.Scenes;
using ActorHeartbeat.Hostile.Tests.Tries;
using ActorHeartbeat.TestKit;
using Microsoft.Data.Sqlite;

namespace ActorHeartbeat.Hostile.Tests;

/// <summary>State from the disk that the governor cannot have saved.</summary>
public sealed class StateFileTests
{
    private static readonly (string What, Action<string> Write)[] Files =
    [
        ("a pause of 10,000,000 days, with others", path => File.WriteAllText(path, Document(
            """{"key":"global","for":"10000000.00:00:00","why":"x"},{"key":"host:127.0.0.1","for":"-1.00:00:00","why":"x"},"""
            + """{"key":"group:g","for":"9999999999","why":"x"},{"key":"host:127.0.0.1","for":null,"why":"\u001b[2J"},7,null,[],{}"""))),
        ("tokens beyond the burst, negative and not finite, saved in the year 1", path => File.WriteAllText(path, Document("", budgets:
            """{"key":"global","tokens":1e300},{"key":"group:g","tokens":-5},{"key":"host:127.0.0.1","tokens":1e999},"""
            + """{"key":"global","tokens":-1e300},{"key":"global","tokens":"NaN"},{"key":"","tokens":1}""",
            savedAt: "0001-01-01T00:00:00Z"))),
        ("a date in the year 9999", path => File.WriteAllText(path, Document("", savedAt: "9999-12-31T23:59:59Z"))),
        ("garbage", path => File.WriteAllBytes(path, [.. Enumerable.Range(0, 4096).Select(number => (byte)(number * 37))])),
        ("10 MB of entries", path => File.WriteAllText(path, Document(string.Join(
            ',', Enumerable.Repeat("""{"key":"host:127.0.0.1","for":"1.00:00:00","why":"x"}""", 200_000))))),
        ("50,000 pauses of a day for other hosts", path => File.WriteAllText(path, Document(string.Join(
            ',', Enumerable.Range(0, 50_000).Select(number => $$"""{"key":"host:h{{number}}","for":"1.00:00:00","why":"x"}"""))))),
        ("lists 100,000 deep", path => File.WriteAllText(path, new string('[', 100_000))),
        ("a directory", path => Directory.CreateDirectory(path)),
    ];

    private static readonly (string What, Action<string> Write, string Told)[] Databases =
    [
        ("a pause of ten million days, with others", path => Write(path, """
            INSERT INTO governor VALUES (1, '9999-12-31T23:59:59.0000000+00:00');
            INSERT INTO pauses VALUES ('global', 9223372036854775807, 'x'), ('host:127.0.0.1', -1, char(27) || '[2J'), ('group:g', 0, 'x');
            INSERT INTO budgets VALUES ('global', 9e999), ('group:g', -5), ('', 1), ('host:' || char(27) || '[2J', -1);
            """), "no pause lasts nothing or over 30 days"),
        ("200,000 rows that nothing has saved", path => Write(path, """
            INSERT INTO governor VALUES (1, '0001-01-01T00:00:00.0000000+00:00');
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) INSERT INTO budgets SELECT 'x' || i, -i FROM n;
            """), "199990 more entries of the governor's state are ignored"),
        ("a million sessions of endpoints that are none", path => Write(path, """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
              INSERT INTO sessions SELECT '../' || i, '{' FROM n;
            """), "999990 more rows are ignored"),
        ("a view of endless work in place of a table", path => Write(path, """
            DROP TABLE budgets;
            CREATE VIEW budgets AS
              WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'global' AS scope, i AS tokens FROM n;
            INSERT INTO governor VALUES (1, '2026-01-01T00:00:00.0000000+00:00');
            """), "its tables are not those of version 1"),
        ("a trigger that deletes what is written", path => Write(path, """
            CREATE TRIGGER t AFTER INSERT ON budgets BEGIN DELETE FROM budgets; END;
            """), "its tables are not those of version 1"),
        ("a version of the future", path => Write(path, "PRAGMA user_version = 7"), "it is of version 7, 1 is expected"),
        ("a truncated database", path =>
        {
            Write(path, "");
            using var file = File.OpenWrite(path);
            file.SetLength((file.Length / 2) + 100);
        }, "is set aside as "),
        ("garbage", path => File.WriteAllBytes(path, [.. Enumerable.Range(0, 40960).Select(number => (byte)(number * 37))]),
            "it is no SQLite database"),
        ("garbage in the log beside it, and an entry that is none", path =>
        {
            Write(path, "INSERT INTO governor VALUES (1, '2026-01-01T00:00:00.0000000+00:00'); INSERT INTO budgets VALUES ('', 1)");
            File.WriteAllBytes($"{path}-wal", [.. Enumerable.Range(0, 40960).Select(number => (byte)(number * 41))]);
        }, "no budget has such a key"),
        ("a named pipe", path => Fifo.Make(path), "it is a named pipe, not a regular file"),
        ("a link to nowhere", path => File.CreateSymbolicLink(path, $"{path}-nowhere"), "it is a symbolic link that leads to no file"),
        ("a directory", path => Directory.CreateDirectory(path), "it is a directory, not a regular file"),
        ("a directory in place of the log beside it", path =>
        {
            Write(path, "");
            Directory.CreateDirectory($"{path}-wal");
        }, "what is to survive a restart is not kept"),
        ("a directory in place of the lock", path => Directory.CreateDirectory($"{path}.lock"), "what is to survive a restart is not kept"),
    ];

    public static TheoryData<int> Parts => [0, 1];

    [Theory]
    [MemberData(nameof(Parts))]
    public Task State_that_cannot_have_been_saved_stops_no_dial(int part) => Try.AllAsync(
        Files.Where((_, number) => number % Parts.Count == part).Select(file => new Try(
            Kind.StateFromDisk, $"state-file: {file.What}", $"dials go on, explain answers; {Scene.Well}, SIGTERM in time", () =>
                GoesOnAsync("supervisor.state-file", "state.json", file.Write))));

    [Theory]
    [MemberData(nameof(Parts))]
    public Task A_database_that_is_none_or_has_what_nobody_saved_stops_no_dial(int part) => Try.AllAsync(
        Databases.Where((_, number) => number % Parts.Count == part).Select(file => new Try(
            Kind.StateFromDisk,
            $"state.path: {file.What}",
            $"it is told, dials go on, explain answers; {Scene.Well}, SIGTERM in time",
            () => GoesOnAsync("state.path", "state.db", file.Write, file.Told))));

    [Fact]
    public async Task A_disk_that_is_full_for_a_while_costs_no_command_and_no_dial()
    {
        await using var scene = await Scene.StartAsync(
            scene => $"other.url = \"{scene.Server.UrlOf(FeedPath.Quiet, "other")}\"",
            scene => $"actor-heartbeat.state.path = \"{scene.PathOf("state.db")}\"");

        await Try.AllAsync(
            new Try(Kind.Files, "no file may grow", "it is told once, commands are answered, dials go on", async () =>
            {
                await scene.Service.LimitFilesAsync(0);
                foreach (var command in new[] { "pause", "resume", "refresh" })
                    await scene.Service.PostAsync($"/v1/endpoints/other/{command}");
                await scene.WellAsync();
                await scene.Server.WaitUntilAsync(
                    server => server.History("other").Attempts.Count > 1, EndToEnd.Tests.ServiceProcess.Patience);
                return await scene.Service.LineAsync("what is to survive a restart is not kept");
            }),
            new Try(Kind.Files, "files may grow again", "it is told, and nothing is set aside", async () =>
            {
                await scene.Service.LimitFilesAsync(null);
                var told = await scene.Service.LineAsync("what is to survive a restart is kept again");
                Assert.Single(scene.Service.Lines, line => line.Contains("is not kept", StringComparison.Ordinal));
                Assert.DoesNotContain(Directory.GetFiles(scene.PathOf("")), name => name.Contains("broken", StringComparison.Ordinal));
                return told;
            }),
            scene.Stop(Kind.Files, "after a full disk"));
    }

    private static async Task<string> GoesOnAsync(string key, string name, Action<string> write, string? told = null)
    {
        await using var scene = await Scene.StartAsync(
            scene => $"refused {{ url = \"{scene.Server.UrlOf(FeedPath.Refuse, "refused", "status=500")}\" }}",
            scene =>
            {
                write(scene.PathOf(name));
                return $"actor-heartbeat.{key} = \"{scene.PathOf(name)}\"";
            });
        await scene.Server.WaitUntilAsync(server => server.History("refused").Refusals > 1, EndToEnd.Tests.ServiceProcess.Patience);
        if (told is not null)
            await scene.Service.LineAsync(told);
        foreach (var endpoint in new[] { "steady", "refused" })
        {
            var page = await scene.Service.GetAsync($"/v1/endpoints/{endpoint}/explain");
            Assert.NotEqual("", page.GetProperty("explanation").GetString());
        }
        Assert.All(scene.Service.Lines, line => Assert.DoesNotContain('\u001b', line));
        return $"{await scene.WellAsync()}, {await scene.StopAsync()}";
    }

    private const string Subscriptions =
        "CREATE TABLE subscriptions (endpoint TEXT NOT NULL, subscription TEXT NOT NULL, key TEXT NOT NULL, added_at TEXT NOT NULL, "
        + "PRIMARY KEY (endpoint, subscription, key)) STRICT, WITHOUT ROWID";

    /// <summary>A database as the service makes it, and then changed.</summary>
    private static void Write(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            PRAGMA application_id = 0x41484254;
            PRAGMA user_version = 1;
            CREATE TABLE budgets (scope TEXT PRIMARY KEY, tokens REAL NOT NULL) STRICT, WITHOUT ROWID;
            CREATE TABLE governor (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), saved_at TEXT NOT NULL) STRICT;
            CREATE TABLE paused_endpoints (endpoint TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
            CREATE TABLE pauses (scope TEXT PRIMARY KEY, ticks INTEGER NOT NULL, why TEXT NOT NULL) STRICT, WITHOUT ROWID;
            CREATE TABLE sessions (endpoint TEXT PRIMARY KEY, session TEXT NOT NULL) STRICT, WITHOUT ROWID;
            {Subscriptions};
            {sql}
            """;
        command.ExecuteNonQuery();
    }

    private static string Document(string pauses, string budgets = "", string? savedAt = null) =>
        $$"""{"version":1,"saved-at":"{{savedAt ?? $"{DateTimeOffset.UtcNow:O}"}}","budgets":[{{budgets}}],"pauses":[{{pauses}}]}""";
}
