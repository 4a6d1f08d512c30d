using System.Net;
using System.Text.Json;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Service.Tests;

/// <summary>Keys that were added to a subscription by command outlive the process where a state is kept.</summary>
public sealed class AddedKeysTests : IDisposable
{
    private readonly StateFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_added_key_is_asked_for_again_after_a_restart_until_it_is_taken_away()
    {
        await using (var first = await Start())
        {
            await first.WaitFor("echo", endpoint => Accepted(endpoint) == 1);
            Assert.Equal(HttpStatusCode.Accepted, (await first.Post("/v1/endpoints/echo/subscriptions/trades/ETH/USD")).Status);
            await first.WaitFor("echo", endpoint => Accepted(endpoint) == 2);
            await first.StopHost();
        }

        await using (var second = await Start())
        {
            await second.WaitFor("echo", endpoint => Accepted(endpoint) == 2);
            using var removed = await second.Client.DeleteAsync("/v1/endpoints/echo/subscriptions/trades/ETH/USD");
            Assert.Equal(HttpStatusCode.Accepted, removed.StatusCode);
            await second.StopHost();
        }

        await using (var third = await Start())
        {
            var echo = await third.WaitFor("echo", endpoint => Accepted(endpoint) == 1);
            Assert.Equal(0, echo.GetProperty("subscriptions")[0].GetProperty("wanted").GetInt32());
            await third.StopHost();
        }
    }

    private static int Accepted(JsonElement endpoint) => endpoint.GetProperty("subscriptions")[0].GetProperty("accepted").GetInt32();

    private Task<RunningService> Start() => RunningService.Start(
        feeds => $$"""
            echo {
              url = "{{feeds.UrlOf(FeedPath.Echo, "echo")}}"
              subscriptions.trades { for-each = [BTC], send { sub = "@{each}" }, expect { "/sub" = "@{each}" } }
            }
            """,
        $"actor-heartbeat.state.path = \"{_folder.Path}\"");
}
