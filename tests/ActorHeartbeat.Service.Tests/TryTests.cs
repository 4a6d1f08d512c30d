using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ActorHeartbeat.Service.Verbs;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Service.Tests;

/// <summary>The verb try and the stream behind its --url, against a feed server that repeats what it hears.</summary>
public sealed partial class TryTests : IAsyncLifetime, IDisposable
{
    private const string Canary = "Kanarienvogel", Variable = "ACTORHEARTBEAT_TEST_TRY";

    private readonly string _folder = Directory.CreateTempSubdirectory("try-").FullName;
    private FeedServer _feeds = null!; // set before the first test

    public async Task InitializeAsync()
    {
        Environment.SetEnvironmentVariable(Variable, Canary);
        _feeds = await FeedServer.StartAsync();
    }

    public async Task DisposeAsync() => await _feeds.DisposeAsync();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_conversation_is_printed_line_by_line_with_the_rule_that_took_each_message()
    {
        var result = await RunUntil(["rule 1: control", "* open"], "try", Write(Echo()), "echo");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(
            [
                $"* connection 1: dialing ws://127.0.0.1:{_feeds.Url.Port}",
                $"* connected to 127.0.0.1:{_feeds.Url.Port}",
                $$$"""> {"op":"login","user":"me","key":"@{env.{{{Variable}}}}"}    [on-open, step 1]""",
                """< {"op":"login","user":"me","key":"***"}    [on-open, step 1: expected; /op = "login"]""",
                "* captured session.id",
                "* on-open, step 1: done",
                """> {"op":"me"}    [on-open, step 2]""",
                """< {"op":"me"}    [on-message, rule 1: control; /op = "me"]""",
                "* closed by us: 1001 Going Away",
            ],
            Untimed(result.Output).Where(line => line != "* open").Take(9)); // the pump may be faster than the actor
        Assert.Contains("* open", Untimed(result.Output));
        Assert.Equal(
            "2 messages out, 2 in; on-open, step 1 1x; on-message, rule 1 1x; 0 that no rule knew", Lines(result.Output)[^1]);
        Assert.DoesNotContain(Canary, result.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_connection_that_never_opens_is_exit_code_3()
    {
        var url = _feeds.UrlOf(FeedPath.Refuse, "refused");
        var file = Write($$"""refused { url = "{{url}}", outcomes { rules = [], otherwise = stop } }""");

        var result = await Run("try", file, "refused", "--for", "10m"); // it does not wait that long

        Assert.Equal((3, ""), (result.ExitCode, result.Error));
        Assert.Contains("; for good", Untimed(result.Output)[^2], StringComparison.Ordinal);
        Assert.Equal("0 messages out, 0 in; no rule matched; 0 that no rule knew", Lines(result.Output)[^1]);
    }

    [Fact]
    public async Task An_endpoint_that_is_not_enabled_is_tried_all_the_same()
    {
        var file = Write($$"""off { url = "{{_feeds.UrlOf(FeedPath.Quiet, "off")}}", enabled = off }""");

        var result = await RunUntil(["* open"], "try", file, "off");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal($"off is not enabled in {file}; it is tried all the same", Lines(result.Output)[0]);
        Assert.Contains("* open", Untimed(result.Output));
    }

    [Fact]
    public async Task Nothing_else_of_the_file_is_started()
    {
        var file = Write(
            $$"""
            quiet { url = "{{_feeds.UrlOf(FeedPath.Quiet, "quiet")}}" }
            other { url = "{{_feeds.UrlOf(FeedPath.Quiet, "other")}}" }
            """,
            $$"""
            actor-heartbeat.state.path = "{{_folder}}/state"
            actor-heartbeat.sinks.all { type = file, path = "{{_folder}}/sink" }
            akka.extensions = ["No.Such, Type"]
            """);

        var result = await RunUntil(["* open"], "try", file, "quiet");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(["try.conf"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName));
        Assert.DoesNotContain("other", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""echo { url = "http://localhost" }""", "echo", "endpoints.echo.url")]
    [InlineData("""echo { url = "ws://localhost" }""", "ecko", "endpoints.ecko: no such endpoint; did you mean \"echo\"?")]
    public async Task A_wrong_file_and_an_unknown_endpoint_are_exit_code_1(string endpoint, string name, string why)
    {
        var result = await Run("try", Write(endpoint), name);

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains(why, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_ends_it_in_good_order()
    {
        using var stop = new CancellationTokenSource();
        await using var output = new StringWriter(CultureInfo.InvariantCulture);
        var running = CommandLine.Run(["try", Write(Echo()), "echo", "--for", "10m"], output, TextWriter.Null, stop.Token);
        await _feeds.WaitUntilAsync(feeds => feeds.History("echo").Messages >= 2, RunningService.Deadline);

        await stop.CancelAsync();

        Assert.Equal(0, await running.WaitAsync(RunningService.Deadline));
        Assert.Contains("* closed by us: 1001 Going Away", Untimed(output.ToString()));
        Assert.Contains("messages out", Lines(output.ToString())[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_service_is_listened_to_and_shows_no_secret()
    {
        await using var service = await RunningService.Start(_ => Echo());
        await service.WaitFor("echo", "open");
        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        using var stream = await service.Client.GetAsync(
            "/v1/endpoints/echo/conversation", HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        await using var output = new WatchedOutput();
        var listening = RunUntil(["< say ***", "* open"], output, "try", "echo", "--url", service.Url.ToString());
        while (!output.Has("< say ***") && !listening.IsCompleted) // from some time on the verb listens
            await service.Post("/v1/endpoints/echo/send", $$"""{"text":"say {{Canary}}"}""");
        await service.Post("/v1/endpoints/echo/refresh");
        var result = await listening;
        await service.Post("/v1/endpoints/echo/send", """{"text":"over"}""");

        using var lines = new StreamReader(await stream.Content.ReadAsStreamAsync(deadline.Token));
        var raw = new List<string>();
        while (await lines.ReadLineAsync(deadline.Token) is { } line && !line.Contains("\"over\"", StringComparison.Ordinal))
            raw.Add(line);
        Assert.Equal("application/x-ndjson", stream.Content.Headers.ContentType?.MediaType);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var printed = Untimed(result.Output);
        Assert.Contains("> say ***    [consumer]", printed);
        Assert.Contains("< say ***    [data]", printed);
        Assert.Contains(printed, line => line.EndsWith("* open", StringComparison.Ordinal));
        Assert.Contains(raw, line => JsonDocument.Parse(line).RootElement is var json
            && json.GetProperty("direction").GetString() == "<"
            && json.GetProperty("notes")[0].GetProperty("by").GetString() == "on-open, step 1"
            && json.GetProperty("notes")[0].GetProperty("looked").GetString() == "/op = \"login\"");
        Assert.All([.. raw, result.Output], text => Assert.DoesNotContain(Canary, text, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("down", "backing-off", "* It is not open because of this: ", "; attempt 2 begins in ")]
    [InlineData("quiet", "open", "* It is open since ", " (incarnation 1, 127.0.0.1:")]
    [InlineData("quiet", "paused", "* It is not open because it was paused or closed at ", "somebody to resume it.")]
    public async Task A_tap_begins_with_the_present_state(string endpoint, string state, string begins, string contains)
    {
        await using var service = await RunningService.Start(_ => $$"""
            down { url = "{{_feeds.UrlOf(FeedPath.Refuse, "down")}}", backoff { initial = 60s, max = 60s }, outcomes.rules = [] }
            quiet { url = "{{_feeds.UrlOf(FeedPath.Quiet, "quiet")}}" }
            """);
        if (state == "paused")
            await service.Post($"/v1/endpoints/{endpoint}/pause");
        await service.WaitFor(endpoint, shown => shown.GetProperty("state").GetString() == state
            && (state != "backing-off" || shown.GetProperty("attempt").GetInt32() == 2)); // it backs off before its first dial too

        var result = await RunUntil([begins], "try", endpoint, "--url", service.Url.ToString());

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var first = Untimed(result.Output)[0];
        Assert.StartsWith(begins, first, StringComparison.Ordinal);
        Assert.Contains(contains, first, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_few_taps_at_most_listen_at_once_and_end_with_the_service()
    {
        await using var service = await RunningService.Start();
        var taps = new List<HttpResponseMessage>();
        for (var tap = 0; tap < 5; tap++)
            taps.Add(await service.Client.GetAsync("/v1/endpoints/echo/conversation", HttpCompletionOption.ResponseHeadersRead));

        Assert.Equal(
            [.. Enumerable.Repeat(HttpStatusCode.OK, 4), HttpStatusCode.ServiceUnavailable], taps.Select(tap => tap.StatusCode));
        taps[0].Dispose();
        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        var again = taps[4];
        while (!again.IsSuccessStatusCode)
            again = await service.Client.GetAsync(
                "/v1/endpoints/echo/conversation", HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        await service.StopHost().WaitAsync(deadline.Token);

        Assert.Contains("closed by us", await again.Content.ReadAsStringAsync(deadline.Token), StringComparison.Ordinal);
        taps.ForEach(tap => tap.Dispose());
    }

    [Fact]
    public async Task Listening_to_an_unknown_endpoint_says_so()
    {
        await using var service = await RunningService.Start();

        var result = await Run("try", "nobody", "--url", service.Url.ToString());

        Assert.Equal((3, ""), (result.ExitCode, result.Output));
        Assert.Contains("there is no endpoint \"nobody\"", result.Error, StringComparison.Ordinal);
    }

    private string Echo(string more = "") => $$"""
        echo {
          url = "{{_feeds.UrlOf(FeedPath.Echo, "echo")}}"
          secrets = [session.id]
          on-open = [
            { send { op = login, user = me, key = "@{env.{{Variable}}}" }, expect { "/op" = login }, capture { session.id = "/key" } }
            { send { op = "@{me}" }, let { me = me } }
          ]
          on-message = [ { match { "/op" = me } } ]
          {{more}}
        }
        """;

    private string Write(string endpoints, string beside = "")
    {
        var path = Path.Combine(_folder, "try.conf");
        File.WriteAllText(path, $"{RunningService.Configure(endpoints)}\n{beside}");
        return path;
    }

    private static async Task<(int ExitCode, string Output, string Error)> Run(params string[] args)
    {
        await using var output = new StringWriter(CultureInfo.InvariantCulture);
        await using var error = new StringWriter(CultureInfo.InvariantCulture);
        var exitCode = await CommandLine.Run(args, output, error, CancellationToken.None).WaitAsync(RunningService.Deadline);
        return (exitCode, output.ToString(), error.ToString());
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunUntil(string[] enough, params string[] args)
    {
        await using var output = new WatchedOutput();
        return await RunUntil(enough, output, args);
    }

    /// <summary>Runs the verb until it has printed texts, and then ends it as Ctrl-C does.</summary>
    private static async Task<(int ExitCode, string Output, string Error)> RunUntil(
        string[] enough, WatchedOutput output, params string[] args)
    {
        using var stop = new CancellationTokenSource();
        await using var error = new StringWriter(CultureInfo.InvariantCulture);
        var running = CommandLine.Run([.. args, "--for", "10m"], output, error, stop.Token);
        await Task.WhenAny(running, output.WaitFor(enough)).WaitAsync(RunningService.Deadline);
        await stop.CancelAsync();
        var exitCode = await running.WaitAsync(RunningService.Deadline);
        return (exitCode, output.ToString(), error.ToString());
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string[] Untimed(string text) => Array.ConvertAll(Lines(text), line => Time().Replace(line, ""));

    /// <summary>Keeps what is printed, and tells when it has texts. Thread-safe.</summary>
    private sealed class WatchedOutput : TextWriter
    {
        private readonly StringBuilder _printed = new();
        private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private string[]? _awaited;

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (_printed)
            {
                _printed.Append(value);
                if (value == '\n')
                    Look();
            }
        }

        public bool Has(string text) => ToString().Contains(text, StringComparison.Ordinal);

        public Task WaitFor(string[] texts)
        {
            lock (_printed)
            {
                _awaited = texts;
                Look();
            }
            return _enough.Task;
        }

        public override string ToString()
        {
            lock (_printed)
                return _printed.ToString();
        }

        private void Look()
        {
            if (_awaited?.All(Has) == true)
                _enough.TrySetResult();
        }
    }

    [GeneratedRegex(@"^\d\d:\d\d:\d\d\.\d{3} ")]
    private static partial Regex Time();
}
