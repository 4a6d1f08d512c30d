using System.Globalization;
using System.Text.Json;
using ActorHeartbeat.Service.Operating;
using ActorHeartbeat.Service.Tests.Access;
using ActorHeartbeat.Service.Verbs;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Service.Tests.Operating;

/// <summary>The verbs that look at a running service.</summary>
[Collection("key in the environment")]
public sealed class AskingTests
{
    [Fact]
    public async Task Status_shows_what_is_down_first_and_json_is_that_of_the_api()
    {
        await using var service = await RunningService.Start();
        await Refused(service);
        await service.WaitFor("ticker", "open");
        await service.WaitFor("echo", "open");

        var text = await Run(service, "status");
        var json = await Run(service, "status", "--format", "json");

        Assert.Equal((0, ""), (text.ExitCode, text.Error));
        var lines = text.Output.Split('\n');
        Assert.Equal("4 endpoints  1 backing-off  2 open  1 paused", lines[0]);
        Assert.StartsWith("refused   backing-off  ", lines[2], StringComparison.Ordinal);
        Assert.Contains("HTTP 503", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("off       paused ", lines[3], StringComparison.Ordinal);
        using var parsed = JsonDocument.Parse(json.Output);
        var endpoints = parsed.RootElement.GetProperty("endpoints").EnumerateArray().ToList();
        Assert.Equal(["refused", "off", "echo", "ticker"], endpoints.Select(each => each.GetProperty("id").GetString()));
        var shown = await service.Get("/v1/endpoints/off");
        Assert.Equal(shown.GetRawText(), endpoints[1].GetRawText());
    }

    [Theory]
    [InlineData(0, "", "status", "echo", "ticker")]
    [InlineData(0, "", "status", "-l", "venue=demo")]
    [InlineData(5, "echoo: there is no such endpoint; did you mean \"echo\"?\n", "status", "echo", "echoo")]
    [InlineData(6, "echoo: there is no such endpoint; did you mean \"echo\"?\n", "status", "echoo")]
    [InlineData(6, "no endpoint matches\n", "status", "-l", "venue=none")]
    [InlineData(6, "no endpoint matches\n", "status", "-l", "venue=none", "--format", "json")]
    public async Task Status_says_how_much_of_what_was_asked_for_there_is(int exitCode, string error, params string[] args)
    {
        await using var service = await RunningService.Start();

        var result = await Run(service, args);

        Assert.Equal((exitCode, error), (result.ExitCode, result.Error));
        Assert.DoesNotContain("refused", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_says_why_and_which_command_brings_it_back()
    {
        await using var service = await RunningService.Start();
        await Refused(service);

        var text = await Run(service, "explain", "refused");
        var json = await Run(service, "explain", "refused", "--format", "json");

        Assert.Equal(0, text.ExitCode);
        Assert.StartsWith("refused is backing-off (ws://127.0.0.1:", text.Output, StringComparison.Ordinal);
        Assert.Contains("\nwhy           ws://127.0.0.1:", text.Output, StringComparison.Ordinal);
        var where = service.Url.ToString().TrimEnd('/');
        Assert.Contains($"\ndial now      actorheartbeat refresh refused --url {where}\n", text.Output, StringComparison.Ordinal);
        using var parsed = JsonDocument.Parse(json.Output);
        Assert.Equal("refused", parsed.RootElement.GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("status")]
    [InlineData("explain", "echo")]
    [InlineData("pause", "echo")]
    [InlineData("subscriptions", "echo")]
    [InlineData("subscriptions", "add", "echo", "trades", "BTC")]
    [InlineData("events", "echo")]
    [InlineData("audit")]
    public async Task A_service_that_is_not_there_is_one_line(params string[] args)
    {
        var result = await Run(null, args);

        Assert.Equal((3, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("http://127.0.0.1:1/", Assert.Single(result.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("explain", "nobody")]
    [InlineData("subscriptions", "nobody")]
    [InlineData("events", "nobody")]
    public async Task An_unknown_endpoint_is_one_line(params string[] args)
    {
        await using var service = await RunningService.Start();

        var result = await Run(service, args);

        Assert.Equal((3, ""), (result.ExitCode, result.Output));
        Assert.Contains("404: there is no endpoint \"nobody\"", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status", "not an id")]
    [InlineData("status", "-l", "=x")]
    [InlineData("explain")]
    [InlineData("explain", "not an id")]
    [InlineData("pause")]
    [InlineData("send", "echo")]
    [InlineData("send", "echo", "--text", "a", "--base64", "YQ==")]
    [InlineData("subscriptions")]
    [InlineData("subscriptions", "echo", "--state", "lost")]
    [InlineData("subscriptions", "add", "echo", "trades")]
    [InlineData("audit", "--since", "yesterday")]
    [InlineData("completion", "fish")]
    [InlineData("top")]
    public async Task A_wrong_command_line_is_2(params string[] args)
    {
        var result = await Run(null, args);

        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.NotEmpty(result.Error);
    }

    [Fact]
    public async Task Events_leaves_the_messages_out()
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("ticker", endpoint => endpoint.GetProperty("messages").GetProperty("in").GetInt64() > 5);
        var events = Run(service, "events", "ticker", "--count", "2", "--format", "json");
        while (service.Subscribers == 0)
            await Task.Delay(20);
        await service.Post("/v1/endpoints/ticker/refresh");

        var result = await events;

        Assert.Equal(0, result.ExitCode);
        var types = result.Output.TrimEnd().Split('\n')
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("type").GetString());
        Assert.All(types, type => Assert.True(type is "state" or "gap", type));
    }

    [Fact]
    public async Task Subscriptions_are_listed_added_and_removed()
    {
        await using var service = await RunningService.Start(feeds => $$"""
            echo {
              url = "{{feeds.UrlOf(FeedPath.Echo, "echo")}}", enabled = off
              subscriptions.trades { for-each = [BTC], send { sub = "@{each}" }, expect { "/sub" = "@{each}" } }
            }
            """);

        Assert.Equal(0, (await Run(service, "subscriptions", "add", "echo", "trades", "A/B", "é d")).ExitCode);
        var mixed = await Run(service, "subscriptions", "remove", "echo", "trades", "é d", "BTC");
        var text = await Run(service, "subscriptions", "echo");
        var json = await Run(service, "subscriptions", "echo", "trades", "--format", "json");
        var other = await Run(service, "subscriptions", "echo", "books");

        Assert.Equal(5, mixed.ExitCode);
        Assert.StartsWith("BTC: 409: ", mixed.Error, StringComparison.Ordinal);
        Assert.StartsWith("2 keys  2 wanted\nSUBSCRIPTION  KEY  STATE   ", text.Output, StringComparison.Ordinal);
        using var parsed = JsonDocument.Parse(json.Output);
        var keys = parsed.RootElement.GetProperty("keys").EnumerateArray();
        Assert.Equal(["BTC", "A/B"], keys.Select(key => key.GetProperty("key").GetString()));
        Assert.Equal((1, ""), (Math.Sign(other.ExitCode), other.Output));
        Assert.Contains("echo has no subscription books", other.Error, StringComparison.Ordinal);
        var dots = await Run(service, "subscriptions", "add", "echo", "trades", "..");
        Assert.Contains("no path can name this key", dots.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_reads_a_file_and_the_file_of_the_running_service()
    {
        var folder = Directory.CreateTempSubdirectory("audit-verb-");
        var path = Path.Combine(folder.FullName, "audit.ndjson");
        await using (var service = await RunningService.Start(beside: $"actor-heartbeat.http.access.audit.path = \"{path}\"\n"))
        {
            await service.Post("/v1/endpoints/off/pause");
            while (!File.Exists(path) || (await File.ReadAllTextAsync(path)).Length == 0)
                await Task.Delay(20);
            var running = await Run(service, "audit");
            Assert.Contains("loopback", running.Output, StringComparison.Ordinal);
            Assert.Contains("POST /v1/endpoints/off/pause", running.Output, StringComparison.Ordinal);
        }
        await File.AppendAllTextAsync(path, "broken \u001b[2J\n");

        var text = await Run(null, "audit", path);
        var json = await Run(null, "audit", path, "--who", "loopback", "--since", "1h", "--format", "json");
        var nobody = await Run(null, "audit", path, "--who", "ops");
        var missing = await Run(null, "audit", path + ".gone");
        folder.Delete(recursive: true);

        Assert.Contains("""no line of an audit log: broken \x1b[2J""", text.Output, StringComparison.Ordinal);
        using var line = JsonDocument.Parse(Assert.Single(json.Output.TrimEnd().Split('\n')));
        Assert.Equal("loopback", line.RootElement.GetProperty("who").GetString());
        Assert.Equal((0, ""), (nobody.ExitCode, nobody.Output));
        Assert.Equal(3, missing.ExitCode);
    }

    [Fact]
    public async Task Top_draws_until_q_and_says_when_the_service_is_gone()
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("ticker", "open");
        await using var output = new DrawnText();
        char? key = null;
        var terminal = Fleet.Of(100, 30) with { Key = () => key };
        var top = CommandLine.Run(["top", "--url", service.Url.ToString()], output, TextWriter.Null, CancellationToken.None, terminal);

        await Until(() => output.ToString().Contains("ticker", StringComparison.Ordinal));
        await service.StopHost();
        await Until(() => output.ToString().Contains("DISCONNECTED  this is ", StringComparison.Ordinal));
        key = 'q';

        Assert.Equal(0, await top.WaitAsync(RunningService.Deadline));
    }

    [Fact]
    public async Task A_read_key_looks_and_commands_nothing()
    {
        await using var service = await RunningService.Start(beside: $"{GuardedService.Keys}{GuardedService.NoLimits}");
        Environment.SetEnvironmentVariable(ServiceClient.KeyVariable, GuardedService.Reader);
        try
        {
            Assert.Equal(0, (await Run(service, "status")).ExitCode);
            var refused = await Run(service, "pause", "echo", "ticker", "--yes");

            Assert.Equal(3, refused.ExitCode);
            Assert.Contains("echo: ", refused.Error, StringComparison.Ordinal);
            Assert.Contains("403: ", refused.Error, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable(ServiceClient.KeyVariable, null);
        }
        var wrong = await Run(service, "status");
        Assert.Equal(3, wrong.ExitCode);
        Assert.Contains("401: ", wrong.Error, StringComparison.Ordinal);
    }

    internal static async Task<(int ExitCode, string Output, string Error)> Run(RunningService? service, params string[] args) =>
        await Run(Terminal.Pipe, service, args);

    internal static async Task<(int ExitCode, string Output, string Error)> Run(Terminal terminal, RunningService? service, string[] args)
    {
        await using var output = new StringWriter(CultureInfo.InvariantCulture);
        await using var error = new StringWriter(CultureInfo.InvariantCulture);
        string[] where = args[0] == "completion" ? [] : ["--url", service?.Url.ToString() ?? "http://127.0.0.1:1"];
        var exitCode = await CommandLine.Run([.. args, .. where], output, error, CancellationToken.None, terminal)
            .WaitAsync(RunningService.Deadline);
        return (exitCode, output.ToString(), error.ToString());
    }

    /// <summary>An endpoint that has just been added is in the same state, before its first dial.</summary>
    private static Task Refused(RunningService service) => service.WaitFor("refused", endpoint =>
        endpoint.GetProperty("state").GetString() == "backing-off" && endpoint.GetProperty("lastClose").ValueKind == JsonValueKind.Object);

    private static async Task Until(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        while (!condition())
            await Task.Delay(20, deadline.Token);
    }

    /// <summary>What one task writes and another reads.</summary>
    private sealed class DrawnText : StringWriter
    {
        private readonly Lock _lock = new();

        public DrawnText()
            : base(CultureInfo.InvariantCulture)
        {
        }

        public override void Write(char value)
        {
            lock (_lock)
                base.Write(value);
        }

        public override void Write(string? value)
        {
            lock (_lock)
                base.Write(value);
        }

        public override void Write(char[] buffer, int index, int count)
        {
            lock (_lock)
                base.Write(buffer, index, count);
        }

        public override string ToString()
        {
            lock (_lock)
                return base.ToString();
        }
    }
}
