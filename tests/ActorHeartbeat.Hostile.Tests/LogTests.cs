using ActorHeartbeat.EndToEnd.Tests;
using ActorHeartbeat.Hostile.Tests.Scenes;
using ActorHeartbeat.Hostile.Tests.Tries;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Hostile.Tests;

/// <summary>The reader of the log stands still, is gone or was never there, while endpoints flap.</summary>
public sealed class LogTests
{
    private const int Flapping = 10;

    /// <summary>Three lines each: enough to see that endpoints go on flapping.</summary>
    private const int Attempts = 200;

    [Theory]
    [InlineData("stdout is closed at the start", "exec \"$@\" >&-")]
    [InlineData("stdin, stdout and stderr are closed at the start", "exec \"$@\" <&- >&- 2>&-")]
    public Task A_closed_stdout_changes_nothing(string what, string line) => Try.AllAsync(
        new Try(Kind.Logging, what, $"{Scene.Well}, SIGTERM in time", async () =>
        {
            await using var scene = await StartAsync(line);
            return await GoesOnAsync(scene);
        }));

    [Fact]
    public Task A_full_disk_under_stdout_changes_nothing_and_is_counted() => Try.AllAsync(
        new Try(Kind.Logging, "stdout is /dev/full", $"{Scene.Well}, lost lines counted, SIGTERM in time", async () =>
        {
            await using var scene = await StartAsync("exec \"$@\" >/dev/full");
            var dropped = await DroppedAsync(scene);
            return $"{dropped} lines lost; {await GoesOnAsync(scene)}";
        }));

    [Fact]
    public Task A_reader_that_stands_still_changes_nothing_and_is_counted() => Try.AllAsync(
        new Try(Kind.Logging, "nobody reads stdout, at level trace", $"{Scene.Well}, lost lines counted, SIGTERM in time", async () =>
        {
            await using var scene = await StartAsync(line: null, "actor-heartbeat.log.level = trace");
            scene.Service.StopReading();
            var dropped = await DroppedAsync(scene);
            return $"{dropped} lines lost; {await GoesOnAsync(scene)}";
        }));

    [Fact]
    public Task A_reader_that_has_died_changes_nothing_and_is_counted() => Try.AllAsync(
        new Try(Kind.Logging, "the reader of stdout has died", $"{Scene.Well}, lost lines counted, SIGTERM in time", async () =>
        {
            await using var scene = await StartAsync(line: null);
            scene.Service.CloseOutput();
            var dropped = await DroppedAsync(scene);
            return $"{dropped} lines lost; {await GoesOnAsync(scene)}";
        }));

    private static async Task<string> GoesOnAsync(Scene scene)
    {
        var accepts = Accepts(scene);
        await scene.Server.WaitUntilAsync(_ => Accepts(scene) > accepts + Attempts, ServiceProcess.Patience);
        await scene.Service.PostAsync("/v1/endpoints/flap-1/refresh");
        var well = await scene.WellAsync();
        var end = await scene.StopAsync();
        Assert.Equal(1001, scene.Server.History("steady").LastCloseCode);
        return $"{well}, {end}";
    }

    private static async Task<long> DroppedAsync(Scene scene)
    {
        var dropped = 0L;
        await Eventually.TrueAsync(
            async () => (dropped = (await scene.Service.GetAsync("/v1/process")).GetProperty("logLinesDropped").GetInt64()) > 0,
            ServiceProcess.Patience,
            "lost lines are counted");
        return dropped;
    }

    private static long Accepts(Scene scene) => scene.Server.Histories.Sum(history => history.Accepts);

    private static Task<Scene> StartAsync(string? line, string rest = "")
    {
        var port = FreePort.Take();
        return Scene.StartAsync(
            scene => string.Join('\n', Enumerable.Range(0, Flapping).Select(number =>
                $"flap-{number} {{ url = \"{scene.Server.UrlOf(FeedPath.Flap, $"flap-{number}", "code=1012&after=0")}\", "
                    + "backoff { initial = 10ms, max = 10ms, jitter = none } }")),
            _ => line is null ? rest : $"actor-heartbeat.http.listen = \"127.0.0.1:{port}\"\n{rest}",
            start: line is null ? null : file => ServiceProcess.StartByShellAsync(file, line, new Uri($"http://127.0.0.1:{port}")));
    }
}
