using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>The reader of the service's output stands still or dies: the feeds, the commands and the shutdown go on.</summary>
public sealed class StuckLogTests
{
    /// <summary>More lines than the pipe takes: an attempt writes three of about a hundred bytes, and a pipe holds 64 KiB.</summary>
    private const int Attempts = 1000;

    private const int Flapping = 20;

    [Fact]
    public Task A_reader_that_stands_still_delays_no_feed_no_command_and_no_shutdown() => WithoutReader(service => service.StopReading());

    [Fact]
    public Task A_reader_that_has_died_delays_no_feed_no_command_and_no_shutdown() => WithoutReader(service => service.CloseOutput());

    private static async Task WithoutReader(Action<ServiceProcess> end)
    {
        await using var server = await FeedServer.StartAsync();
        using var file = new ReloadFile();
        var flapping = Enumerable
            .Range(0, Flapping)
            .Select(number => $"flap-{number}.url = \"{server.UrlOf(FeedPath.Flap, $"flap-{number}", "code=1012&after=0")}\"");
        file.Save(
            ReloadFile.Service(
                string.Join('\n', [$"steady.url = \"{server.UrlOf(FeedPath.Ticker, "steady", "rate=20")}\"", .. flapping]),
                defaults: "backoff { initial = 10ms, max = 10ms, jitter = none }"));
        await using var service = await ServiceProcess.StartAsync(file.FullName);
        await server.WaitUntilAsync(now => now.History("steady").Ticks > 0, ServiceProcess.Patience);

        end(service);
        var accepts = server.Histories.Sum(history => history.Accepts);
        await server.WaitUntilAsync(
            now => now.Histories.Sum(history => history.Accepts) > accepts + Attempts, ServiceProcess.Patience);
        var ticks = server.History("steady").Ticks;
        await server.WaitUntilAsync(now => now.History("steady").Ticks > ticks + 20, ServiceProcess.Patience);
        await service.PostAsync("/v1/endpoints/steady/refresh");
        await server.WaitUntilAsync(now => now.Client("steady") is { Connection: 2 }, ServiceProcess.Patience);
        await service.SignalAsync("TERM");

        Assert.Equal(0, await service.ExitCodeAsync());
        Assert.Equal(1001, server.History("steady").LastCloseCode);
    }
}
