using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>Kills a process in a loop and counts its dials against their budget.</summary>
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
