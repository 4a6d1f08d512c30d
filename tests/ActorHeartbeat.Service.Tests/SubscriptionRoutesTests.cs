using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ActorHeartbeat.Service.Tests.Operating;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Service.Tests;

/// <summary>The routes that change the keys of a subscription.</summary>
public sealed class SubscriptionRoutesTests
{
    private const string Trades = "/v1/endpoints/echo/subscriptions/trades/";

    /// <summary>A key is the rest of the path, decoded once: what a client escapes comes back as it was.</summary>
    [Fact]
    public async Task A_key_may_hold_any_character_and_is_decoded_once()
    {
        await using var service = await Start();
        string[] keys =
            ["BTC/USD", "/", "50%", "%2F", "%252F", "a b", "a+b", "a,b", "a;b", "é→😀", "line\nend", "?#&=", "\"quoted\"", "../x/."];

        foreach (var key in keys)
        {
            Assert.Equal(HttpStatusCode.Accepted, (await service.Post(Trades + Uri.EscapeDataString(key))).Status);
            Assert.Equal(["BTC", key], await Keys(service));
            using var removed = await service.Client.DeleteAsync(Trades + Uri.EscapeDataString(key));
            Assert.Equal(HttpStatusCode.Accepted, removed.StatusCode);
            Assert.Equal(["BTC"], await Keys(service));
        }
    }

    [Theory]
    [InlineData("ETH/USD", "ETH/USD")]
    [InlineData("ETH/USD%2FX", "ETH/USD/X")]
    [InlineData("/ETH", "/ETH")]
    [InlineData("ETH%25/USD?ignored=x", "ETH%/USD")]
    public async Task Slashes_need_no_escape(string path, string key)
    {
        await using var service = await Start();

        await service.Post(Trades + path);

        Assert.Equal(["BTC", key], await Keys(service));
    }

    [Fact]
    public async Task A_path_with_dots_in_front_of_the_key_is_refused_and_the_absolute_form_is_taken()
    {
        await using var service = await Start();

        var (dots, problem) = await Send(service, "POST", "/v1/./endpoints/echo/subscriptions/trades/ETH");
        Assert.Equal(HttpStatusCode.BadRequest, dots);
        Assert.Contains(". or ..", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var answer = await SendRaw(service, $"POST {service.Url.GetLeftPart(UriPartial.Authority)}{Trades}a%2Fb HTTP/1.1");

        Assert.StartsWith("HTTP/1.1 202 ", answer, StringComparison.Ordinal);
        Assert.Equal(["BTC", "a/b"], await Keys(service));
    }

    [Theory]
    [InlineData("%")]
    [InlineData("a%2")]
    [InlineData("a%zz")]
    [InlineData("a%FF")]
    [InlineData("a%C3")]
    [InlineData("a%ED%A0%80")]
    public async Task A_key_that_is_escaped_wrongly_is_refused(string key)
    {
        await using var service = await Start();

        var (status, problem) = await Send(service, "POST", Trades + key);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("percent", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(["BTC"], await Keys(service));
    }

    [Theory]
    [InlineData("POST", "/v1/endpoints/echo/subscriptions/trades/ETH", 202)]
    [InlineData("POST", "/v1/endpoints/echo/subscriptions/trades/BTC", 200)]
    [InlineData("POST", "/v1/endpoints/echo/subscriptions/trades/ADDED", 200)]
    [InlineData("POST", "/v1/endpoints/nobody/subscriptions/trades/ETH", 404)]
    [InlineData("POST", "/v1/endpoints/echo/subscriptions/books/ETH", 404)]
    [InlineData("POST", "/v1/endpoints/echo/subscriptions/trades%2Fx/ETH", 404)]
    [InlineData("POST", "/v1/endpoints/echo/subscriptions/books", 404)]
    [InlineData("POST", "/v1/endpoints/echo/subscriptions/trades", 400)]
    [InlineData("POST", "/v1/endpoints/echo/subscriptions/trades/", 400)]
    [InlineData("POST", "/v1/endpoints/echo/subscriptions/trades/@%7Beach%7D", 400)]
    [InlineData("POST", "/v1/endpoints/echo/subscriptions", 405)]
    [InlineData("PUT", "/v1/endpoints/echo/subscriptions/trades/ETH", 405)]
    [InlineData("GET", "/v1/endpoints/echo/subscriptions/trades/ETH", 405)]
    [InlineData("DELETE", "/v1/endpoints/echo/subscriptions/trades/ADDED", 202)]
    [InlineData("DELETE", "/v1/endpoints/echo/subscriptions/trades/BTC", 409)]
    [InlineData("DELETE", "/v1/endpoints/echo/subscriptions/trades/ETH", 404)]
    [InlineData("DELETE", "/v1/endpoints/echo/subscriptions/trades/", 400)]
    [InlineData("DELETE", "/v1/endpoints/echo/subscriptions/books/ETH", 404)]
    [InlineData("DELETE", "/v1/endpoints/nobody/subscriptions/trades/ETH", 404)]
    [InlineData("GET", "/v1/endpoints/echo/subscriptions", 200)]
    [InlineData("GET", "/v1/endpoints/echo/subscriptions?state=refused", 200)]
    [InlineData("GET", "/v1/endpoints/echo/subscriptions?state=lost", 400)]
    [InlineData("GET", "/v1/endpoints/nobody/subscriptions", 404)]
    public async Task Each_request_has_the_status_of_its_kind(string method, string path, int status)
    {
        await using var service = await Start();
        await service.Post(Trades + "ADDED");

        Assert.Equal(status, (int)(await Send(service, method, path)).Status);
    }

    [Fact]
    public async Task The_longest_key_has_room_in_a_path()
    {
        await using var service = await Start();
        var key = new string('\u4E2D', 1024); // the most letters, of three bytes each: 9 KiB in the path

        var (status, answer) = await Send(service, "POST", Trades + Uri.EscapeDataString(key));

        Assert.Equal((HttpStatusCode.Accepted, key), (status, answer.GetProperty("key").GetString()));
    }

    [Theory]
    [InlineData("/v1/endpoints/echo/subscriptions/trades/../../resume")]
    [InlineData("/v1/endpoints/echo/subscriptions/trades/%2E%2e/%2E./resume")]
    [InlineData("/v1/endpoints/echo/subscriptions/trades/.")]
    [InlineData("/v1/endpoints/echo/./resume")]
    public async Task No_path_with_dots_between_its_slashes_is_that_of_another_route(string path)
    {
        await using var service = await Start();

        var (status, problem) = await Send(service, "POST", path);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(". or .. between its slashes", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("paused", (await service.Get("/v1/endpoints/echo")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_list_of_one_subscription_is_refused_for_a_name_that_is_not_there()
    {
        await using var service = await Start();

        var keys = (await service.Get("/v1/endpoints/echo/subscriptions?name=trades")).GetProperty("keys").EnumerateArray().ToArray();
        using var refused = await service.Client.GetAsync("/v1/endpoints/echo/subscriptions?name=nope");

        Assert.NotEmpty(keys);
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        Assert.Contains("take one of ", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_said_of_a_removed_key_is_not_what_is_said_of_an_added_one()
    {
        await using var service = await Start();

        var (_, added) = await Send(service, "POST", Trades + "ADDED");
        var (_, removed) = await Send(service, "DELETE", Trades + "ADDED");

        Assert.EndsWith("no state is kept", added.GetProperty("outcome").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("no state is kept", removed.GetProperty("outcome").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", 16 * 1024)]
    [InlineData("DELETE", 60 * 1024)]
    [InlineData("GET", 20 * 1024)]
    public async Task A_key_that_is_too_long_is_refused_with_a_remedy(string method, int length)
    {
        await using var service = await Start();

        var (status, problem) = await Send(service, method, Trades + new string('x', length));

        Assert.Equal(HttpStatusCode.RequestUriTooLong, status);
        Assert.Contains("16 KiB", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/endpoints/%zz", 404)]
    [InlineData("/v1/endpoints/%FF/subscriptions", 404)]
    [InlineData("/v1/endpoints/echo/subscriptions?state=%zz", 400)]
    [InlineData("/v1/endpoints/echo/events?subscription=%zz", 400)]
    [InlineData("/v1/%E0%A4", 404)]
    public async Task A_path_that_is_escaped_wrongly_is_a_problem(string path, int status)
    {
        await using var service = await Start();

        Assert.Equal(status, (int)(await Send(service, "GET", path)).Status);
    }

    [Fact]
    public async Task A_body_beside_the_key_is_refused()
    {
        await using var service = await Start();

        Assert.Equal(HttpStatusCode.BadRequest, (await service.Post(Trades + "ETH", """{"key":"SOL"}""")).Status);
        Assert.Equal(["BTC"], await Keys(service));
    }

    [Fact]
    public async Task A_key_that_the_configuration_declares_is_said_to_be_and_may_be_added_beside()
    {
        await using var service = await Start();
        Assert.Equal("configuration", await Origin());

        var (status, added) = await service.Post(Trades + "BTC");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith(
            "the configuration declares trades/BTC already", added.GetProperty("outcome").GetString(), StringComparison.Ordinal);
        Assert.Equal("both", await Origin());
        var (refused, problem) = await Send(service, "DELETE", Trades + "BTC");
        Assert.Equal(HttpStatusCode.Conflict, refused);
        Assert.Contains("added at runtime, too", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            service.File, (await File.ReadAllTextAsync(service.File)).Replace("[BTC]", "[ETH]", StringComparison.Ordinal));
        await service.Post("/v1/config/reload");

        Assert.Equal(["ETH", "BTC"], await Keys(service));
        Assert.Equal(HttpStatusCode.Accepted, (await Send(service, "DELETE", Trades + "BTC")).Status);
        Assert.Equal(["ETH"], await Keys(service));

        async Task<string?> Origin() =>
            (await service.Get("/v1/endpoints/echo/subscriptions")).GetProperty("keys")[0].GetProperty("origin").GetString();
    }

    /// <summary>Each parameter is one name: a comma in it is one of the key.</summary>
    [Theory]
    [InlineData("subscription=trades/a,b&subscription=trades/100%25/%C3%A9", "trades/a,b", "trades/100%/é")]
    [InlineData("subscription=book", "book/a", "book/b")]
    [InlineData("subscription=book/b&subscription=trades/a", "book/b", "trades/a")]
    public async Task Events_of_some_keys_are_asked_for_by_their_exact_names(string query, params string[] expected)
    {
        await using var service = await RunningService.Start(feeds => $$"""
            echo {
              url = "{{feeds.UrlOf(FeedPath.Echo, "echo")}}"
              subscriptions {
                trades { for-each = [a, b, "a,b", "100%/é"], send { trades = "@{each}" }, data { "/trades" = "@{each}" } }
                book { for-each = [a, b], send { book = "@{each}" }, data { "/book" = "@{each}" } }
              }
              limits.replay = 100
            }
            """);
        await service.WaitFor("echo", endpoint => endpoint.GetProperty("messages").GetProperty("in").GetInt64() == 6);
        const int Before = 3; // connecting, open, and the gap of what came while nothing was kept
        await service.ReadEvents("/v1/endpoints/echo/events", 1); // from here on messages are kept
        foreach (var (name, key) in (IEnumerable<(string, string)>)
            [("trades", "a"), ("trades", "b"), ("trades", "a,b"), ("trades", "100%/é"), ("book", "a"), ("book", "b")])
            await service.Post("/v1/endpoints/echo/send", $$"""{ "text": "{\"{{name}}\":\"{{key}}\"}" }""");
        await service.WaitFor("echo", endpoint => endpoint.GetProperty("messages").GetProperty("in").GetInt64() == 12);

        var events = await service.ReadEvents($"/v1/endpoints/echo/events?after=oldest&{query}", expected.Length + Before);
        var ofAll = await service.ReadEvents($"/v1/events?after=oldest&{query}", expected.Length + Before);

        var names = query.Split('&')
            .SelectMany(each => (string[])["--subscription", Uri.UnescapeDataString(each["subscription=".Length..])]);
        var count = (expected.Length + Before).ToString(CultureInfo.InvariantCulture);
        var tail = await AskingTests.Run(
            service, ["tail", "echo", "--after", "oldest", "--count", count, "--format", "json", .. names]);

        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            tail.Output.Split('\n').Where(line => line.Contains("\"type\":\"text\"", StringComparison.Ordinal))
                .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("subscription").GetString()!)
                .Order(StringComparer.Ordinal));
        foreach (var some in (IEnumerable<(string, string Type, JsonElement Data)>[])[events, ofAll])
            Assert.Equal(
                expected.Order(StringComparer.Ordinal),
                some.Where(each => each.Type == "text").Select(each => each.Data.GetProperty("subscription").GetString()!)
                    .Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("/v1/endpoints/one/events?subscription=boook", "boook", "book, trades")]
    [InlineData("/v1/endpoints/one/events?subscription=trades&subscription=news/x", "news/x", "book, trades")]
    [InlineData("/v1/endpoints/one/events?subscription=trades,book", "trades,book", "book, trades")]
    [InlineData("/v1/endpoints/bare/events?subscription=trades", "trades", "none")]
    [InlineData("/v1/events?subscription=boook", "boook", "book, news, trades")]
    [InlineData("/v1/events?select=venue=a&subscription=news", "news", "book, trades")]
    public async Task Events_of_a_subscription_that_no_endpoint_of_the_stream_has_are_refused(string path, string wrong, string there)
    {
        await using var service = await StartOneOtherAndBare();

        var (status, problem) = await Send(service, "GET", path);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains($"\"{wrong}\"", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains(there, problem.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/endpoints/one/events?subscription=trades/later")]
    [InlineData("/v1/events?subscription=news&subscription=book/x")]
    [InlineData("/v1/endpoints/bare/events?subscription=")]
    [InlineData("/v1/events?select=venue=nowhere&subscription=news")]
    public async Task Events_of_a_key_that_may_come_are_awaited(string path)
    {
        await using var service = await StartOneOtherAndBare();

        using var answer = await service.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<RunningService> StartOneOtherAndBare()
    {
        var service = await RunningService.Start(_ => """
            one {
              url = "ws://localhost/", enabled = off, labels.venue = a
              subscriptions { trades.send { trades = "@{each}" }, book.send { book = "@{each}" } }
            }
            other { url = "ws://localhost/", enabled = off, labels.venue = b, subscriptions.news.send { news = "@{each}" } }
            bare { url = "ws://localhost/", enabled = off }
            """);
        await service.WaitFor("bare", "paused"); // a stream of endpoints that are not there yet waits for them
        return service;
    }

    private static async Task<string[]> Keys(RunningService service) =>
        [
            .. (await service.Get("/v1/endpoints/echo/subscriptions")).GetProperty("keys").EnumerateArray()
                .Select(key => key.GetProperty("key").GetString()!),
        ];

    /// <summary>Sends a path as it is written.</summary>
    private static async Task<(HttpStatusCode Status, JsonElement Body)> Send(RunningService service, string method, string path)
    {
        using var request = new HttpRequestMessage(
            new HttpMethod(method),
            new Uri(
                service.Url.GetLeftPart(UriPartial.Authority) + path,
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        using var response = await service.Client.SendAsync(request);
        Assert.Equal(
            response.IsSuccessStatusCode ? "application/json" : "application/problem+json",
            response.Content.Headers.ContentType?.MediaType);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    /// <summary>Sends a request line and what HTTP needs beside it, and returns all of the answer.</summary>
    private static async Task<string> SendRaw(RunningService service, string line)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(service.Url.Host, service.Url.Port);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(
            $"{line}\r\nHost: {service.Url.Authority}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        return await new StreamReader(stream).ReadToEndAsync(deadline.Token);
    }

    /// <summary>The endpoint is off: its keys are those that it would ask for, and no connection takes its time to follow them.</summary>
    private static Task<RunningService> Start() => RunningService.Start(
        feeds => $$"""
            echo {
              url = "{{feeds.UrlOf(FeedPath.Echo, "echo")}}", enabled = off
              subscriptions.trades { for-each = [BTC], send { sub = "@{each}" }, expect { "/sub" = "@{each}" } }
            }
            """);
}
