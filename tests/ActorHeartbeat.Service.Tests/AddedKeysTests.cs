using System.Globalization;
using System.Net;
using System.Text.Json;
using ActorHeartbeat.Service.Verbs;
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

    [Fact]
    public async Task Who_adds_a_key_is_told_when_it_cannot_be_kept()
    {
        await using var owner = await Start();
        await owner.Post("/v1/endpoints/echo/subscriptions/trades/ETH");
        await using var other = await Start();

        var (_, added) = await other.Post("/v1/endpoints/echo/subscriptions/trades/SOL");
        using var removed = await other.Client.DeleteAsync("/v1/endpoints/echo/subscriptions/trades/SOL");

        Assert.EndsWith("before the state can be written: the log says why it cannot", Outcome(added), StringComparison.Ordinal);
        Assert.Contains("it comes back if the process ends before", Outcome(await Json(removed)), StringComparison.Ordinal);
        Assert.EndsWith(
            "it stays until it is removed here",
            Outcome((await owner.Post("/v1/endpoints/echo/subscriptions/trades/SOL")).Body),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_and_diff_tell_which_keys_were_added_at_runtime_and_what_becomes_of_them()
    {
        var file = _folder.PathOf("next.conf");
        await File.WriteAllTextAsync(
            file,
            $$"""
            actor-heartbeat {
              state.path = "{{_folder.Path}}"
              endpoints.echo { url = "ws://localhost/", subscriptions.trades { for-each = [BTC, ETH], send { sub = "@{each}" } } }
            }
            """);
        await using (var service = await Start())
        {
            foreach (var key in (string[])["ETH", "SOL", "%0A= forged%1B[2J"])
                await service.Post($"/v1/endpoints/echo/subscriptions/trades/{key}");

            var (exitCode, output, _) = await Run("diff", file, "--url", service.Client.BaseAddress!.ToString());
            Assert.Equal(4, exitCode);
            Assert.StartsWith(Fates, output, StringComparison.Ordinal);
            var (good, _, error) = await Run("check", file);
            Assert.Equal(0, good);
            Assert.Contains("a running service has them; it tells them by diff FILE --url URL", error, StringComparison.Ordinal);
            await service.StopHost();
        }

        var check = await Run("check", file);

        Assert.Equal((0, ""), (check.ExitCode, check.Error));
        Assert.EndsWith(Fates, check.Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await Run("check", file, "--format", "json")).Output);
        Assert.Equal(2, json.RootElement.GetProperty("addedKeys").GetArrayLength());
    }

    private const string Fates = """
        = echo: trades: ETH: added at runtime, declared by the configuration too
        = echo: trades: SOL, \n= forged\x1b[2J: added at runtime, not in the configuration; stays until it is removed at runtime

        """;

    private static async Task<(int ExitCode, string Output, string Error)> Run(params string[] args)
    {
        await using var output = new StringWriter(CultureInfo.InvariantCulture);
        await using var error = new StringWriter(CultureInfo.InvariantCulture);
        var exitCode = await CommandLine.Run(args, output, error, CancellationToken.None).WaitAsync(RunningService.Deadline);
        return (exitCode, output.ToString(), error.ToString());
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

    private static string Outcome(JsonElement answer) => answer.GetProperty("outcome").GetString()!; // the contract has it

    private static async Task<JsonElement> Json(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
}
