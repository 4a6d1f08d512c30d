using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Service.Tests;

public sealed class CommandRoutesTests
{
    [Fact]
    public async Task Pause_closes_the_connection_and_resume_opens_another()
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("echo", "open");

        var paused = await service.Post("/v1/endpoints/echo/pause");
        await service.Feeds.WaitUntilAsync(feeds => feeds.History("echo").LastCloseCode == 1000, RunningService.Deadline);
        var resumed = await service.Post("/v1/endpoints/echo/resume");

        Assert.Equal((HttpStatusCode.Accepted, "paused"), (paused.Status, paused.Body.GetProperty("state").GetString()));
        Assert.Equal(HttpStatusCode.Accepted, resumed.Status);
        Assert.Equal(2, (await service.WaitFor("echo", "open")).GetProperty("incarnation").GetInt64());
        Assert.Equal(1, service.Feeds.PeakConnections("echo"));
    }

    [Fact]
    public async Task Refresh_replaces_the_connection()
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("echo", "open");

        var refreshed = await service.Post("/v1/endpoints/echo/refresh");

        Assert.Equal(HttpStatusCode.Accepted, refreshed.Status);
        await service.WaitFor("echo", endpoint =>
            endpoint.GetProperty("incarnation").GetInt64() == 2 && endpoint.GetProperty("state").GetString() == "open");
    }

    [Fact]
    public async Task Refresh_of_a_paused_endpoint_is_refused()
    {
        await using var service = await RunningService.Start();

        var (status, problem) = await service.Post("/v1/endpoints/off/refresh");

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("resume", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Close_sends_the_code_and_leaves_the_endpoint_paused()
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("echo", "open");

        var (status, endpoint) = await service.Post("/v1/endpoints/echo/close", """{"code": 4000, "reason": "maintenance"}""");
        await service.Feeds.WaitUntilAsync(feeds => feeds.History("echo").LastCloseCode == 4000, RunningService.Deadline);

        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal("paused", endpoint.GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("""{"text": "hello"}""", "text", "hello")]
    [InlineData("""{"base64": "AAEC"}""", "base64", "AAEC")]
    public async Task Send_carries_text_and_binary(string body, string member, string expected)
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("echo", "open");
        var events = service.ReadEvents("/v1/endpoints/echo/events", 2);
        await WaitForSubscriber(service);

        var (status, sent) = await service.Post("/v1/endpoints/echo/send", body);

        Assert.Equal((HttpStatusCode.OK, "sent"), (status, sent.GetProperty("status").GetString()));
        Assert.Equal(expected, (await events)[1].Data.GetProperty(member).GetString());
    }

    [Fact]
    public async Task Send_while_an_endpoint_is_down_is_queued_where_that_is_its_policy_and_goes_out_in_order_when_it_is_back()
    {
        await using var service = await RunningService.Start(feeds =>
        {
            feeds.Faults.Refuse(503);
            return $$"""echo { url = "{{feeds.UrlOf(FeedPath.Echo, "echo")}}", send { while-down = queue, time-to-live = 60s }, """
                + "limits.send-queue = 2, backoff { initial = 100ms, max = 100ms } }";
        });
        await service.WaitFor("echo", "backing-off");
        var events = service.ReadEvents("/v1/endpoints/echo/events?overflow=drop-newest", int.MaxValue);
        await WaitForSubscriber(service);

        var answers = new List<(HttpStatusCode, string?)>();
        foreach (var text in (string[])["one", "two", "three"])
        {
            var (status, body) = await service.Post("/v1/endpoints/echo/send", $$"""{"text": "{{text}}"}""");
            answers.Add((status, body.TryGetProperty("title", out var title) ? title.GetString() : body.GetProperty("status").GetString()));
        }
        service.Feeds.Faults.Heal();
        await service.WaitFor("echo", endpoint => endpoint.GetProperty("messages").GetProperty("in").GetInt64() == 2);
        await service.StopHost();

        Assert.Equal(
            [(HttpStatusCode.Accepted, "queued"), (HttpStatusCode.Accepted, "queued"), (HttpStatusCode.Conflict, "Refused in this state")],
            answers);
        Assert.Equal(
            ["one", "two"], (await events).Where(each => each.Type == "text").Select(each => each.Data.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Send_to_an_endpoint_that_is_not_open_is_refused()
    {
        await using var service = await RunningService.Start();

        var (status, problem) = await service.Post("/v1/endpoints/off/send", """{"text": "hello"}""");

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("paused", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("close", """{"code": 1006}""", "1006")]
    [InlineData("close", """{"code": "many"}""", "code")]
    [InlineData("close", """{"cod": 1000}""", "cod")]
    [InlineData("close", """{"code": 1000, "code": 1001}""", "code")]
    [InlineData("close", "null", "null")]
    [InlineData("close", "{", "expected")]
    [InlineData("send", """{"text": "a", "base64": "AAEC"}""", "either")]
    [InlineData("send", "{}", "either")]
    [InlineData("send", """{"base64": "?"}""", "either")]
    [InlineData("send", null, "either")]
    public async Task A_wrong_body_is_refused_with_its_reason_and_an_example(string verb, string? body, string reason)
    {
        await using var service = await RunningService.Start();

        var (status, problem) = await service.Post($"/v1/endpoints/off/{verb}", body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(reason, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(problem.GetProperty("remedy").GetString()));
    }

    [Fact]
    public async Task A_reason_that_does_not_fit_a_close_frame_is_refused()
    {
        await using var service = await RunningService.Start();

        var (status, problem) = await service.Post(
            "/v1/endpoints/off/close", JsonSerializer.Serialize(new { reason = new string('é', 62) }));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("124 bytes", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_not_json_or_too_large_is_refused()
    {
        await using var service = await RunningService.Start();

        using var form = await service.Client.PostAsync(
            "/v1/endpoints/echo/send", new StringContent("text=hello", Encoding.UTF8, "application/x-www-form-urlencoded"));
        using var large = new HttpRequestMessage(HttpMethod.Post, "/v1/endpoints/echo/send");
        large.Content = JsonContent.Create(new { text = new string('a', 2 * 1024 * 1024) });
        await large.Content.LoadIntoBufferAsync(); // to have a length
        large.Headers.ExpectContinue = true; // the refusal comes before the body is sent: the server closes without reading it
        using var tooLarge = await service.Client.SendAsync(large);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLarge.StatusCode);
    }

    private const int Most = 2 * 1024 * 1024;

    [Fact]
    public async Task A_body_may_be_as_large_as_the_message_that_the_endpoint_permits()
    {
        // A server that takes less would close while the message is still on its way.
        await using var server = await FeedServer.StartAsync(new FeedServerOptions { MaxMessage = Most });
        await using var service = await RunningService.Start(_ => string.Join(
            '\n',
            new[] { "plain", "spelled" }.Select(id => $"{id} {{ url = \"{server.UrlOf(FeedPath.Echo, id)}\", limits.message = 2MiB }}")));

        Assert.Equal(HttpStatusCode.OK, (await Send("plain", "a", Most)).Status);
        Assert.Equal(HttpStatusCode.OK, (await Send("spelled", "\\u0061", Most)).Status);
        var (status, problem) = await Send("plain", "a", Most + 1);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Equal($"the message has {Most + 1} bytes", problem.GetProperty("detail").GetString());

        async Task<(HttpStatusCode Status, JsonElement Answer)> Send(string id, string letter, int count)
        {
            await service.WaitFor(id, "open");
            return await service.Post(
                $"/v1/endpoints/{id}/send", $"{{\"text\":\"{string.Concat(Enumerable.Repeat(letter, count))}\"}}");
        }
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("close")]
    [InlineData("send")]
    public async Task A_command_to_an_unknown_endpoint_is_404(string verb)
    {
        await using var service = await RunningService.Start();

        Assert.Equal(HttpStatusCode.NotFound, (await service.Post($"/v1/endpoints/nobody/{verb}")).Status);
    }

    [Fact]
    public async Task A_get_changes_nothing()
    {
        await using var service = await RunningService.Start();

        using var answer = await service.Client.GetAsync("/v1/endpoints/echo/pause");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.NotEqual("paused", (await service.Get("/v1/endpoints/echo")).GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Host", "evil.example")]
    public async Task A_page_of_another_site_is_kept_out(string header, string value)
    {
        await using var service = await RunningService.Start();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/endpoints/echo/pause");
        request.Headers.TryAddWithoutValidation(header, value);

        using var answer = await service.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.NotEqual("paused", (await service.Get("/v1/endpoints/echo")).GetProperty("state").GetString());
    }

    private static async Task WaitForSubscriber(RunningService service)
    {
        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        while (service.Subscribers == 0)
            await Task.Delay(10, deadline.Token);
    }
}
