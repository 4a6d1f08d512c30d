using ActorHeartbeat.TestKit;
using Microsoft.Data.Sqlite;

namespace ActorHeartbeat.Hostile.Tests.Scenes;

/// <summary>A service that finds a state on its disk.</summary>
internal static class StateScene
{
    private const string Subscriptions =
        "CREATE TABLE subscriptions (endpoint TEXT NOT NULL, subscription TEXT NOT NULL, key TEXT NOT NULL, added_at TEXT NOT NULL, "
        + "PRIMARY KEY (endpoint, subscription, key)) STRICT, WITHOUT ROWID";

    /// <summary>Dials go on, explain answers, and what is wrong with the state is told.</summary>
    /// <param name="key">The setting that names the file.</param>
    /// <param name="name">The file.</param>
    /// <param name="write">Writes it.</param>
    /// <param name="told">What the log has of it; null for nothing.</param>
    public static async Task<string> GoesOnAsync(string key, string name, Action<string> write, string? told = null)
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

    /// <summary>A database as the service makes it, and then changed.</summary>
    public static void Write(string path, string sql)
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
}
