using ActorHeartbeat.Hostile.Tests.Scenes;
using ActorHeartbeat.Hostile.Tests.Tries;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Hostile.Tests;

/// <summary>State databases that are none, or that cannot be read or written.</summary>
public sealed class StateDatabaseTests
{
    private static readonly (string What, Action<string> Write, string Told)[] Databases =
    [
        ("a truncated database", path =>
        {
            StateScene.Write(path, "");
            using var file = File.OpenWrite(path);
            file.SetLength((file.Length / 2) + 100);
        }, "is set aside as "),
        ("garbage", path => File.WriteAllBytes(path, [.. Enumerable.Range(0, 40960).Select(number => (byte)(number * 37))]),
            "it is no SQLite database"),
        ("garbage in the log beside it, and an entry that is none", path =>
        {
            StateScene.Write(path, """
                INSERT INTO governor VALUES (1, '2026-01-01T00:00:00.0000000+00:00');
                INSERT INTO budgets VALUES ('', 1);
                """);
            File.WriteAllBytes($"{path}-wal", [.. Enumerable.Range(0, 40960).Select(number => (byte)(number * 41))]);
        }, "no budget has such a key"),
        ("a named pipe", path => Fifo.Make(path), "it is a named pipe, not a regular file"),
        ("a link to nowhere", path => File.CreateSymbolicLink(path, $"{path}-nowhere"), "it is a symbolic link that leads to no file"),
        ("a directory", path => Directory.CreateDirectory(path), "it is a directory, not a regular file"),
        ("a directory in place of the log beside it", path =>
        {
            StateScene.Write(path, "");
            Directory.CreateDirectory($"{path}-wal");
        }, "what is to survive a restart is not kept"),
        ("a directory in place of the lock", path => Directory.CreateDirectory($"{path}.lock"), "what is to survive a restart is not kept"),
    ];

    [Fact]
    public Task A_database_that_is_none_stops_no_dial() => Try.AllAsync(
        Databases.Select(file => new Try(
            Kind.StateFromDisk,
            $"state.path: {file.What}",
            $"it is told, dials go on, explain answers; {Scene.Well}, SIGTERM in time",
            () => StateScene.GoesOnAsync("state.path", "state.db", file.Write, file.Told))));

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
}
