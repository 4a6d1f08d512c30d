using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace ActorHeartbeat.Service.Tests.Access;

/// <summary>Requests of foreign pages, wrong methods and wrong bodies, each with a key that may do everything.</summary>
public sealed class ForeignRequestTests(GuardedService guarded) : IClassFixture<GuardedService>
{
    public static TheoryData<string, string> Commands
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var command in (string[])["pause", "resume", "refresh", "rotate", "close", "send", "subscriptions/trades/BTC"])
                data.Add($"/v1/endpoints/echo/{command}", "GET");
            data.Add("/v1/config/reload", "GET");
            data.Add("/sign-out", "GET");
            data.Add("/v1/endpoints/echo/pause", "PUT");
            data.Add("/v1/endpoints/echo/pause", "PATCH");
            data.Add("/v1/endpoints/echo/pause", "DELETE");
            data.Add("/v1/endpoints/echo/pause", "OPTIONS");
            data.Add("/v1/endpoints/echo/pause", "TRACE");
            data.Add("/v1/endpoints", "POST");
            data.Add("/v1/config", "DELETE");
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Another_method_changes_nothing(string path, string method)
    {
        await guarded.Service.Client.SendAsync(GuardedService.Request("POST", "/v1/endpoints/off/pause", GuardedService.Admin));

        Assert.Equal(405, await Status(method, path));

        Assert.Equal("open", await StateOf("echo"));
    }

    /// <summary>Routing takes a method in other letters for the same, so the guard does.</summary>
    [Theory]
    [InlineData("post", "/v1/endpoints/off/pause", 403)]
    [InlineData("Delete", "/v1/endpoints/off/subscriptions/trades/BTC", 403)]
    [InlineData("pOST", "/v1/config/reload", 403)]
    [InlineData("get", "/v1/endpoints", 200)]
    [InlineData("get", "/healthz/live", 200)]
    public async Task A_method_in_other_letters_needs_the_same_role(string method, string path, int expected)
    {
        Assert.Equal(expected, await RawStatus($"Authorization: Bearer {GuardedService.Reader}\r\n"));
        Assert.Equal(path == "/healthz/live" ? 200 : 401, await RawStatus(""));

        // The client of the framework writes the methods that it knows in their own letters.
        async Task<int> RawStatus(string header)
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(guarded.Service.Client.BaseAddress!.Host, guarded.Service.Client.BaseAddress.Port);
            var request = $"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{header}Content-Length: 0\r\nConnection: close\r\n\r\n";
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
            using var answer = new StreamReader(socket.GetStream());
            var status = await answer.ReadLineAsync().WaitAsync(RunningService.Deadline);
            return int.Parse(status!.Split(' ')[1], CultureInfo.InvariantCulture);
        }
    }

    [Theory]
    [InlineData("/v1/endpoints/echo/pause?_method=POST", "X-HTTP-Method-Override", "POST")]
    [InlineData("/v1/endpoints/echo?method=delete", "X-HTTP-Method", "DELETE")]
    [InlineData("/v1/endpoints/echo/pause", "X-Method-Override", "POST")]
    public async Task A_get_is_a_get_whatever_its_headers_say(string path, string header, string value)
    {
        Assert.Contains(await Status("GET", path, (header, value)), (int[])[200, 405]);
        Assert.Equal("open", await StateOf("echo"));
    }

    [Theory]
    [InlineData("Host", "evil.example")]
    [InlineData("Host", "127.0.0.1.evil.example")]
    [InlineData("Host", "localhost.evil.example:8080")]
    [InlineData("Host", "evil.example:8080")]
    public async Task Another_host_is_refused_for_every_method(string name, string value)
    {
        Assert.Equal(403, await Status("GET", "/v1/endpoints", (name, value)));
        Assert.Equal(403, await Status("POST", "/v1/endpoints/off/pause", (name, value)));
        Assert.Equal(403, await Status("GET", "/sign-in", (name, value)));
        Assert.Equal(403, await Status("GET", "/healthz/live", (name, value)));
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "file://")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Sec-Fetch-Site", "something-new")]
    public async Task A_command_of_another_page_is_refused(string name, string value)
    {
        Assert.Equal(403, await Status("POST", "/v1/endpoints/off/pause", (name, value)));
        Assert.Equal(403, await Status("DELETE", "/v1/endpoints/off/subscriptions/trades/BTC", (name, value)));
        Assert.Equal(403, await Status("POST", "/v1/config/reload", (name, value)));
        Assert.Equal(403, await Status("POST", "/sign-in", (name, value)));
    }

    [Theory]
    [InlineData("/v1/endpoints/off/pause", "application/x-www-form-urlencoded", "a=b")]
    [InlineData("/v1/endpoints/off/pause", "text/plain", "{}")]
    [InlineData("/v1/endpoints/off/close", "multipart/form-data; boundary=x", "--x--")]
    [InlineData("/v1/endpoints/off/send", "text/plain", """{"text":"hello"}""")]
    [InlineData("/v1/config/reload", "application/x-www-form-urlencoded", "force=1")]
    [InlineData("/sign-in", "application/json", """{"key":"x"}""")]
    [InlineData("/sign-out", "text/plain", "x")]
    public async Task A_body_that_a_form_can_send_is_no_command(string path, string type, string body)
    {
        using var request = GuardedService.Request("POST", path, GuardedService.Admin);
        request.Content = new StringContent(body, Encoding.UTF8);
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        Assert.Equal(415, await GuardedService.StatusOf(guarded.Service, request));
    }

    [Theory]
    [InlineData("/v1/endpoints/off/close", "application/json", """{"code":1000,"reason":"{0}"}""")]
    [InlineData("/sign-in", "application/x-www-form-urlencoded", "key={0}")]
    public async Task A_large_body_is_refused(string path, string type, string body)
    {
        using var request = GuardedService.Request("POST", path, GuardedService.Admin);
        request.Content = new StringContent(body.Replace("{0}", new string('x', 65 * 1024), StringComparison.Ordinal), Encoding.UTF8, type);

        Assert.Equal(413, await GuardedService.StatusOf(guarded.Service, request));
    }

    [Fact]
    public async Task An_answer_allows_no_other_origin()
    {
        using var request = GuardedService.Request("GET", "/v1/endpoints", GuardedService.Reader);
        request.Headers.Add("Origin", "http://evil.example");

        using var answer = await guarded.Service.Client.SendAsync(request);

        Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    private Task<int> Status(string method, string path, params (string Name, string Value)[] headers)
    {
        var request = GuardedService.Request(method, path, GuardedService.Admin);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return GuardedService.StatusOf(guarded.Service, request);
    }

    private async Task<string?> StateOf(string endpoint)
    {
        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        while (true)
        {
            using var answer = await guarded.Service.Client.SendAsync(
                GuardedService.Request("GET", $"/v1/endpoints/{endpoint}", GuardedService.Reader), deadline.Token);
            using var view = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(deadline.Token));
            if (view.RootElement.GetProperty("state").GetString() is var state and not "connecting")
                return state;
            await Task.Delay(20, deadline.Token);
        }
    }
}
