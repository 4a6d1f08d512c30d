using System.Text.Json;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Service.Tests;

/// <summary>What <c>GET /v1/governor</c> answers.</summary>
public sealed class GovernorRoutesTests
{
    [Fact]
    public async Task The_governor_shows_what_is_left_of_each_budget_and_who_waits_for_what()
    {
        await using var service = await RunningService.Start(
            feeds => $$"""
                first { url = "{{feeds.UrlOf(FeedPath.Echo, "first")}}", group = one }
                second { url = "{{feeds.UrlOf(FeedPath.Echo, "second")}}", group = one }
                """,
            "actor-heartbeat { groups.one { connect-rate = 1/h, max-connections = 5 }, supervisor.per-host.connect-rate = 30/m }");
        var governor = await WhenOneWaits(service);

        var budgets = governor.GetProperty("budgets").EnumerateArray().ToArray();
        Assert.Equal(
            ["global ", "group one", $"host {service.Feeds.Url.Authority}"],
            budgets.Select(budget => $"{budget.GetProperty("scope")} {budget.GetProperty("name")}"));
        Assert.Equal((0, 5), (Math.Floor(budgets[1].GetProperty("left").GetDouble()), budgets[1].GetProperty("maxConnections").GetInt32()));
        Assert.Equal(0.5, budgets[2].GetProperty("perSecond").GetDouble());
        Assert.Equal(JsonValueKind.Null, budgets[0].GetProperty("connections").ValueKind);
        var waiting = Assert.Single(governor.GetProperty("firstInLine").EnumerateArray());
        var held = await service.Get($"/v1/endpoints/{waiting.GetProperty("id").GetString()}");
        Assert.Equal("backing-off", held.GetProperty("state").GetString());
        Assert.Contains("group one connect-rate", waiting.GetProperty("why").GetString(), StringComparison.Ordinal);
        Assert.True(waiting.GetProperty("until").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddMinutes(30));
    }

    private static async Task<JsonElement> WhenOneWaits(RunningService service)
    {
        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        while (true)
        {
            var governor = await service.Get("/v1/governor");
            if (governor.GetProperty("waiting").GetInt32() == 1)
                return governor;
            await Task.Delay(20, deadline.Token);
        }
    }
}
