using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>The process is stopped for longer than every deadline of its feeds, as on a suspended machine.</summary>
public sealed class StandstillTests
{
    private const int Feeds = 300;

    private static readonly TimeSpan Stop = TimeSpan.FromSeconds(6);

    [Theory]
    [InlineData("timeouts.data-idle = 2s, heartbeat { interval = 60s }")]
    [InlineData("heartbeat { interval = 1s, timeout = 1s, max-missed = 1, when = always }")]
    public async Task Silence_while_the_process_stood_still_cuts_no_feed(string clocks)
    {
        await using var server = await FeedServer.StartAsync();
        using var file = new ReloadFile();
        string[] names = [.. Enumerable.Range(0, Feeds).Select(number => $"feed-{number}")];
        file.Save(
            ReloadFile.Service(
                string.Join('\n', names.Select(name => $"{name}.url = \"{server.UrlOf(FeedPath.Ticker, name, "rate=2")}\"")),
                defaults: clocks));
        await using var service = await ServiceProcess.StartAsync(file.FullName);
        await server.WaitUntilAsync(now => names.All(name => now.History(name).Ticks > 2), ServiceProcess.Patience);

        await service.SignalAsync("STOP");
        await Task.Delay(Stop);
        await service.SignalAsync("CONT");

        await service.LineAsync("The process stood still for ");
        var ticks = names.ToDictionary(name => name, name => server.History(name).Ticks);
        await server.WaitUntilAsync(now => names.All(name => now.History(name).Ticks > ticks[name] + 6), ServiceProcess.Patience);
        Assert.All(names, name => Assert.Equal(1, server.History(name).Accepts));
    }
}
