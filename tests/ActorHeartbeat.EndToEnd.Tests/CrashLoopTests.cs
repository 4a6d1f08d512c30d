using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>Kills a process, and looks what the next one still knows: dials that are spent, endpoints that are paused.</summary>
public sealed class CrashLoopTests
{
    private const int Endpoints = 8, Burst = 3, Kills = 4;

    [Theory]
    [InlineData(true, Burst)]
    [InlineData(false, Burst * Kills)]
    public async Task A_process_killed_in_a_loop_cannot_spend_the_budget_again_when_it_keeps_its_state(bool keepsState, int dials)
    {
        await using var server = await FeedServer.StartAsync();
        using var file = new ReloadFile();
        file.Save(
            ReloadFile.Service(
                string.Join(
                    '\n',
                    Enumerable
                        .Range(0, Endpoints)
                        .Select(number => $"feed-{number}.url = \"{server.UrlOf(FeedPath.Ping, $"feed-{number}")}\"")))
                + $$"""

            actor-heartbeat.supervisor {
              connect-rate = 1 per 1h, connect-burst = {{Burst}}
            }
            actor-heartbeat.state.path = {{(keepsState ? $"\"{Path.Combine(file.Folder, "state.db")}\"" : "off")}}
            """);

        for (var kill = 1; kill <= Kills; kill++)
        {
            await using var service = await ServiceProcess.StartAsync(file.FullName);
            await Eventually.TrueAsync(
                async () => await SpentAsync(service), ServiceProcess.Patience, $"the budget of run {kill} is spent");
            await service.SignalAsync("KILL");
            await service.ExitCodeAsync();
        }

        Assert.Equal(dials, server.Histories.Sum(history => history.Attempts.Count));
    }

    [Fact]
    public async Task An_endpoint_whose_pause_was_answered_stays_paused_when_the_process_is_killed_at_once()
    {
        await using var server = await FeedServer.StartAsync();
        using var file = new ReloadFile();
        file.Save(
            ReloadFile.Service($"one.url = \"{server.UrlOf(FeedPath.Ping, "one")}\", two.url = \"{server.UrlOf(FeedPath.Ping, "two")}\"")
                + $"\nactor-heartbeat.state.path = \"{Path.Combine(file.Folder, "state.db")}\"");

        await using (var service = await ServiceProcess.StartAsync(file.FullName))
        {
            await server.WaitUntilAsync(feeds => Attempts(feeds) == (1, 1), ServiceProcess.Patience);
            await service.PostAsync("/v1/endpoints/one/pause");
            await service.SignalAsync("KILL");
            await service.ExitCodeAsync();
        }
        await using var next = await ServiceProcess.StartAsync(file.FullName);
        await server.WaitUntilAsync(feeds => feeds.History("two").Attempts.Count == 2, ServiceProcess.Patience);

        Assert.Equal("paused", (await next.GetAsync("/v1/endpoints/one")).GetProperty("state").GetString());
        Assert.Equal((1, 2), Attempts(server));

        static (int One, int Two) Attempts(FeedServer feeds) =>
            (feeds.History("one").Attempts.Count, feeds.History("two").Attempts.Count);
    }

    /// <summary>Whether this run has spent its budget: every endpoint is open or waits for the connect rate.</summary>
    private static async Task<bool> SpentAsync(ServiceProcess service)
    {
        for (var number = 0; number < Endpoints; number++)
        {
            var page = await service.GetAsync($"/v1/endpoints/feed-{number}/explain");
            var sentence = page.GetProperty("explanation").GetString()!;
            if (!sentence.Contains("It is open", StringComparison.Ordinal)
                && !sentence.Contains("supervisor.connect-rate", StringComparison.Ordinal))
                return false;
        }
        return true;
    }
}
