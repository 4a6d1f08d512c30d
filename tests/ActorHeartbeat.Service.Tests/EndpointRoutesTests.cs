using System.Net;
using System.Text.Json;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Service.Tests;

public sealed class EndpointRoutesTests
{
    [Fact]
    public async Task The_list_has_every_endpoint_in_the_order_of_ids()
    {
        await using var service = await RunningService.Start();

        var list = await service.Get("/v1/endpoints");

        Assert.Equal(
            ["echo", "off", "refused", "ticker"],
            list.GetProperty("endpoints").EnumerateArray().Select(endpoint => endpoint.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task An_open_endpoint_is_shown_with_every_field()
    {
        await using var service = await RunningService.Start();

        var ticker = await service.WaitFor("ticker", endpoint =>
            endpoint.GetProperty("state").GetString() == "open"
            && endpoint.GetProperty("heartbeat").GetProperty("status").GetString() == "answered");

        Assert.Equal(
            [
                "id",
                "state",
                "since",
                "downSince",
                "incarnation",
                "attempt",
                "url",
                "subprotocol",
                "address",
                "lastClose",
                "retryAt",
                "reason",
                "rttMs",
                "messages",
                "lastInboundAt",
                "heartbeat",
                "labels",
                "group",
                "subscriptions",
            ],
            ticker.EnumerateObject().Select(member => member.Name));
        Assert.Equal(1, ticker.GetProperty("incarnation").GetInt64());
        Assert.Equal(1, ticker.GetProperty("attempt").GetInt32());
        Assert.Equal($"ws://127.0.0.1:{service.Feeds.Port}", ticker.GetProperty("url").GetString());
        Assert.Equal(JsonValueKind.Null, ticker.GetProperty("lastClose").ValueKind);
        Assert.Equal(JsonValueKind.Null, ticker.GetProperty("reason").ValueKind);
        Assert.True(ticker.GetProperty("rttMs").GetProperty("last").GetDouble() >= 0);
        Assert.True(ticker.GetProperty("messages").GetProperty("in").GetInt64() > 0);
        Assert.True(ticker.GetProperty("messages").GetProperty("out").GetInt64() > 0);
        Assert.Equal("text", ticker.GetProperty("heartbeat").GetProperty("mode").GetString());
        Assert.Equal(0, ticker.GetProperty("heartbeat").GetProperty("missed").GetInt32());
        Assert.Equal(
            ["mode", "status", "missed", "beats", "lastBeatAt"],
            ticker.GetProperty("heartbeat").EnumerateObject().Select(member => member.Name));
        Assert.Equal("demo", ticker.GetProperty("labels").GetProperty("venue").GetString());
    }

    [Fact]
    public async Task The_keys_of_subscriptions_are_counted_listed_and_explained()
    {
        await using var service = await RunningService.Start(feeds => $$"""
            echo {
              url = "{{feeds.UrlOf(FeedPath.Echo, "echo")}}"
              subscriptions.trades {
                for-each = [BTC, ETH, bad]
                send { sub = "@{each}" }
                expect { "/sub" { regex = "^[A-Z]+$", equals = "@{each}" } }
                reject { "/sub" { equals = "@{each}" } }, reason = "no @{/sub}"
                then = stop
              }
            }
            """);

        var echo = await service.WaitFor("echo", endpoint =>
            endpoint.GetProperty("subscriptions")[0] is var trades
            && trades.GetProperty("accepted").GetInt32() == 2 && trades.GetProperty("refused").GetInt32() == 1);
        var refused = (await service.Get("/v1/endpoints/echo/subscriptions?state=refused")).GetProperty("keys");
        var explained = (await service.Get("/v1/endpoints/echo/explain")).GetProperty("explanation").GetString();
        using var wrong = await service.Client.GetAsync("/v1/endpoints/echo/subscriptions?state=good");

        Assert.Equal("trades", echo.GetProperty("subscriptions")[0].GetProperty("name").GetString());
        var since = refused[0].GetProperty("since").GetRawText();
        Assert.Equal(
            $$"""{"subscription":"trades","key":"bad","state":"refused","since":{{since}},"reason":"no bad","retryAt":null,"""
                + "\"origin\":\"configuration\"}",
            refused[0].GetRawText());
        Assert.NotEqual("null", since);
        Assert.Equal(1, refused.GetArrayLength());
        Assert.EndsWith("; of 3 keys of its subscriptions 2 are accepted, 1 refused.", explained, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [Fact]
    public async Task Keys_come_and_go_by_command_on_the_same_connection()
    {
        await using var service = await RunningService.Start(feeds => $$"""
            echo {
              url = "{{feeds.UrlOf(FeedPath.Echo, "echo")}}"
              subscriptions.trades { for-each = [BTC], send { sub = "@{each}" }, expect { "/sub" = "@{each}" } }
            }
            """);
        await service.WaitFor("echo", endpoint => Accepted(endpoint) == 1);

        var (added, _) = await service.Post("/v1/endpoints/echo/subscriptions/trades/ETH/USD");
        var two = await service.WaitFor("echo", endpoint => Accepted(endpoint) == 2);
        var keys = (await service.Get("/v1/endpoints/echo/subscriptions")).GetProperty("keys");
        var (unknown, problem) = await service.Post("/v1/endpoints/echo/subscriptions/books/ETH");
        using var configured = await service.Client.DeleteAsync("/v1/endpoints/echo/subscriptions/trades/BTC");
        using var removed = await service.Client.DeleteAsync("/v1/endpoints/echo/subscriptions/trades/ETH/USD");
        var one = await service.WaitFor("echo", endpoint => Accepted(endpoint) == 1);

        Assert.Equal(
            (HttpStatusCode.Accepted, HttpStatusCode.NotFound, HttpStatusCode.Conflict, HttpStatusCode.Accepted),
            (added, unknown, configured.StatusCode, removed.StatusCode));
        Assert.Equal(
            ["BTC configuration", "ETH/USD runtime"],
            keys.EnumerateArray().Select(key => $"{key.GetProperty("key").GetString()} {key.GetProperty("origin").GetString()}"));
        Assert.Equal("echo has no subscription books; it has trades", problem.GetProperty("detail").GetString());
        Assert.Equal((1, 1), (two.GetProperty("incarnation").GetInt64(), one.GetProperty("incarnation").GetInt64()));

        static int Accepted(JsonElement endpoint) => endpoint.GetProperty("subscriptions")[0].GetProperty("accepted").GetInt32();
    }

    [Fact]
    public async Task A_refused_endpoint_says_what_it_was_refused_with_and_when_it_tries_again()
    {
        await using var service = await RunningService.Start();

        var refused = await service.WaitFor("refused", endpoint => endpoint.GetProperty("attempt").GetInt32() == 2);

        Assert.Equal("backing-off", refused.GetProperty("state").GetString());
        Assert.Equal("dial-failed", refused.GetProperty("lastClose").GetProperty("cause").GetString());
        Assert.Equal(503, refused.GetProperty("lastClose").GetProperty("httpStatus").GetInt32());
        Assert.True(refused.GetProperty("retryAt").GetDateTimeOffset() > refused.GetProperty("since").GetDateTimeOffset());
        Assert.False(string.IsNullOrEmpty(refused.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task An_endpoint_that_is_switched_off_is_paused()
    {
        await using var service = await RunningService.Start();

        Assert.Equal("paused", (await service.Get("/v1/endpoints/off")).GetProperty("state").GetString());
        Assert.Contains(
            "resume", (await service.Get("/v1/endpoints/off/explain")).GetProperty("explanation").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_says_why_it_is_not_open_what_it_waits_for_and_until_when()
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("refused", endpoint => endpoint.GetProperty("attempt").GetInt32() == 2);

        var explanation = await service.Get("/v1/endpoints/refused/explain");

        Assert.Contains("attempt 2 begins in", explanation.GetProperty("explanation").GetString(), StringComparison.Ordinal);
        Assert.Equal("the delay before the next attempt", explanation.GetProperty("waitsFor").GetString());
        Assert.True(explanation.GetProperty("until").GetDateTimeOffset() > DateTimeOffset.UtcNow);
        var transitions = explanation
            .GetProperty("transitions")
            .EnumerateArray()
            .Select(change => change.GetProperty("to").GetString()!)
            .ToArray();
        Assert.Equal(["connecting", "backing-off"], transitions[^2..]);
        var last = explanation.GetProperty("transitions").EnumerateArray().Last().GetProperty("steps").EnumerateArray().ToArray();
        Assert.Equal(
            ["permit wait", "resolve", "dns", "tcp", "upgrade"],
            last.Select(step => step.GetProperty("name").GetString()).OfType<string>());
        Assert.True(last[^1].GetProperty("failed").GetBoolean());
        Assert.All(last[..^1], step => Assert.False(step.GetProperty("failed").GetBoolean()));
        Assert.InRange(last[3].GetProperty("ms").GetDouble(), 0.001, 30_000);
    }

    [Theory]
    [InlineData("/v1/endpoints/nobody")]
    [InlineData("/v1/endpoints/nobody/explain")]
    [InlineData("/v1/endpoints/nobody/events")]
    [InlineData("/v1/endpoints/%20not%20an%20id")]
    [InlineData("/v1/nothing")]
    public async Task An_unknown_path_or_endpoint_is_a_problem_with_a_remedy(string path)
    {
        await using var service = await RunningService.Start();

        using var answer = await service.Client.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(404, problem.GetProperty("status").GetInt32());
        Assert.False(string.IsNullOrEmpty(problem.GetProperty("remedy").GetString()));
    }

    [Fact]
    public async Task The_index_lists_what_there_is()
    {
        await using var service = await RunningService.Start();

        Assert.Contains("/v1/endpoints/{id}/explain", await service.Client.GetStringAsync("/"), StringComparison.Ordinal);
    }
}
