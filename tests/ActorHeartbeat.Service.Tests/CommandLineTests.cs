using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ActorHeartbeat.Service.Running;
using ActorHeartbeat.Service.Verbs;

namespace ActorHeartbeat.Service.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("verbs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Help_names_the_program_and_every_verb()
    {
        var help = await Run("--help");

        Assert.Equal(0, help.ExitCode);
        Assert.Contains("actorheartbeat [command]", help.Output, StringComparison.Ordinal);
        Assert.All(
            ["run", "check", "show", "diff", "render", "try", "tail", "health", "key", "feed-server", "Exit codes"],
            word => Assert.Contains(word, help.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Version_is_the_version_of_this_program()
    {
        var version = await Run("--version");

        Assert.Equal((0, ServiceVersion.Text), (version.ExitCode, version.Output.Trim()));
        Assert.StartsWith("0.", version.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("fly")]
    [InlineData("check")]
    [InlineData("render")]
    [InlineData("try", "a.conf")]
    [InlineData("try", "a.conf", "a", "--url", "http://localhost")]
    [InlineData("try", "a.conf", "a", "--for", "0s")]
    [InlineData("try", "a.conf", "a", "--for", "5")]
    [InlineData("try", "not an id", "--url", "http://localhost")]
    [InlineData("tail")]
    [InlineData("tail", "a", "--select", "x=y")]
    [InlineData("tail", "not an id")]
    [InlineData("diff", "a.conf")]
    [InlineData("diff", "a.conf", "b.conf", "--url", "http://localhost")]
    [InlineData("diff", "a.conf", "--url", "ftp://localhost")]
    [InlineData("show", "a.conf", "--format", "xml")]
    [InlineData("feed-server", "--listen", "here")]
    [InlineData("health", "--probe", "pulse")]
    public async Task A_wrong_command_line_is_exit_code_2_and_points_to_the_help(params string[] args)
    {
        var wrong = await Run(args);

        Assert.Equal((2, ""), (wrong.ExitCode, wrong.Output));
        Assert.EndsWith($"see actorheartbeat --help{Environment.NewLine}", wrong.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("as a whole number", "close", "a", "--code", "abc")]
    [InlineData("as one of text, json", "show", "a.conf", "--format", "xml")]
    [InlineData("there is no option --bogus of status", "status", "--bogus")]
    [InlineData("--count: found 0; expected a number of at least 1", "events", "--count", "0")]
    [InlineData("--count: found -1;", "tail", "a", "--count", "-1")]
    [InlineData("--base64: \"!!\" is no Base64", "send", "a", "--base64", "!!")]
    [InlineData("--code: found 99; expected a close code that may be sent", "close", "a", "--code", "99", "--dry-run")]
    [InlineData("must begin with an ASCII letter or digit", "explain", "\u00fcn")]
    public async Task A_value_that_does_not_fit_is_told_in_words_and_not_by_a_type_of_the_program(string words, params string[] args)
    {
        var error = new StringWriter();

        Assert.Equal(2, await CommandLine.Run(args, TextWriter.Null, error, default));
        Assert.Contains(words, $"{error}", StringComparison.Ordinal);
        Assert.DoesNotContain("System.", $"{error}", StringComparison.Ordinal);
        Assert.DoesNotContain("ActorHeartbeat.", $"{error}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("check")]
    [InlineData("show")]
    public async Task A_missing_file_is_one_clear_error(string verb)
    {
        var missing = Path.Combine(_folder, "missing.conf");

        var result = await Run(verb, missing);

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains(missing, Assert.Single(Lines(result.Error)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""a { url = "http://localhost/" }""", "endpoints.a.url")]
    [InlineData("""a { url = "ws://exa mple" }""", "endpoints.a.url")]
    [InlineData("""a { url = "ws://localhost", intervall = 1s }""", "intervall")]
    public async Task Run_refuses_a_wrong_configuration_with_its_place(string endpoint, string place)
    {
        var file = Write("wrong.conf", RunningService.Configure(endpoint));

        var result = await Run("run", file);

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.StartsWith($"{file}:7:", result.Error, StringComparison.Ordinal);
        Assert.Contains(place, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_refuses_an_api_address_that_is_not_loopback()
    {
        var file = Write("open.conf", RunningService.Configure("").Replace("127.0.0.1:0", "0.0.0.0:8080", StringComparison.Ordinal));

        var result = await Run("run", file);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"{file}:4:", result.Error, StringComparison.Ordinal);
        Assert.Contains("http.listen: 0.0.0.0:8080 is not a loopback address", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_and_feed_server_say_that_a_port_is_in_use()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = taken.LocalEndpoint.ToString()!;
        var file = Write("taken.conf", RunningService.Configure("").Replace("127.0.0.1:0", address, StringComparison.Ordinal));

        var run = await Run("run", file);
        var feedServer = await Run("feed-server", "--listen", address);

        Assert.Equal((3, 3), (run.ExitCode, feedServer.ExitCode));
        Assert.Contains(address, run.Error, StringComparison.Ordinal);
        Assert.Contains("in use", run.Error, StringComparison.Ordinal);
        Assert.Contains(address, feedServer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_says_good()
    {
        var result = await Run("check", Write("good.conf", RunningService.Configure("""a { url = "ws://localhost/" }""")));

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("1 endpoints", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_warns_on_standard_output_and_exits_with_0()
    {
        var file = Write("idle.conf", RunningService.Configure("""a { url = "ws://localhost/", tls.verify = off }"""));

        var text = await Run("check", file);
        var json = await Run("check", file, "--format", "json");

        Assert.Equal((0, ""), (text.ExitCode, text.Error));
        Assert.StartsWith($"warning: {file}:7:34: endpoints.a.tls.verify: has no effect", Lines(text.Output)[1], StringComparison.Ordinal);
        Assert.Equal((0, 1), (json.ExitCode, JsonDocument.Parse(json.Output).RootElement.GetProperty("warnings").GetArrayLength()));
    }

    [Fact]
    public async Task Show_prints_the_effective_settings_in_both_formats()
    {
        var file = Write("good.conf", RunningService.Configure("""a { url = "ws://localhost/", heartbeat.interval = 33s }"""));

        var text = await Run("show", file, "a");
        var json = await Run("show", file, "a", "--format", "json");
        var unknown = await Run("show", file, "b");

        Assert.Contains(
            "good.conf:7",
            Lines(text.Output).Single(line => line.StartsWith("heartbeat.interval ", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.Equal("a", JsonDocument.Parse(json.Output).RootElement[0].GetProperty("id").GetString());
        Assert.Equal(1, unknown.ExitCode);
    }

    [Fact]
    public async Task Diff_of_two_files_tells_what_a_reload_would_do()
    {
        var old = Write("old.conf", RunningService.Configure("""a { url = "ws://localhost/" }"""));
        var @new = Write("new.conf", RunningService.Configure("""b { url = "ws://localhost/" }"""));

        var different = await Run("diff", old, @new);
        var same = await Run("diff", old, old, "--format", "json");

        Assert.Equal((4, 0), (different.ExitCode, same.ExitCode));
        Assert.Equal(["+ b", "- a"], Lines(different.Output).Take(2));
        Assert.Equal(1, JsonDocument.Parse(same.Output).RootElement.GetProperty("unchanged").GetInt32());
    }

    [Fact]
    public async Task Diff_tail_and_health_ask_a_running_service()
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("ticker", "open");
        var file = Write(
            "more.conf",
            RunningService.Configure(RunningService.Usual(service.Feeds) + """ , more { url = "ws://localhost/" }""")
        );

        var diff = await Run("diff", file, "--url", service.Url.ToString());
        var tail = await Run("tail", "ticker", "--url", service.Url.ToString(), "--count", "3");
        var json = await Run("tail", "--select", "venue=demo", "--url", service.Url.ToString(), "--count", "4", "--format", "json");
        var health = await Run("health", "--url", service.Url.ToString(), "--probe", "ready");

        Assert.Equal((4, 0, 0, 0), (diff.ExitCode, tail.ExitCode, json.ExitCode, health.ExitCode));
        Assert.Equal("+ more", Lines(diff.Output)[0]);
        Assert.Equal(3, Lines(tail.Output).Length);
        Assert.Contains("ticker", Lines(tail.Output)[2], StringComparison.Ordinal);
        Assert.All(Lines(json.Output), line => Assert.True(JsonDocument.Parse(line).RootElement.TryGetProperty("seq", out _)));
        Assert.Equal(4, Lines(json.Output).Length);
    }

    [Theory]
    [InlineData("health")]
    [InlineData("tail", "a")]
    [InlineData("try", "a")]
    [InlineData("diff", "good.conf")]
    public async Task A_service_that_cannot_be_reached_is_exit_code_3(params string[] args)
    {
        var file = Write("good.conf", RunningService.Configure(""));
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var nobody = $"http://{free.LocalEndpoint}";
        free.Stop();

        var result = await Run([.. args.Select(arg => arg == "good.conf" ? file : arg), "--url", nobody]);

        Assert.Equal((3, ""), (result.ExitCode, result.Output));
        Assert.Contains(nobody, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tail_of_an_unknown_endpoint_says_so()
    {
        await using var service = await RunningService.Start();

        var result = await Run("tail", "nobody", "--url", service.Url.ToString());

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("there is no endpoint \"nobody\"", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Render_prints_a_line_for_each_file_and_fails_when_one_does()
    {
        var good = Write("good.conf", "a { b = 1, c = ${a.b} }");
        var list = Write("list.json", "[1, 2]");
        var wrong = Write("wrong.conf", "a = {\nb = ${nothing}\n}");

        var all = await Run("render", good, list, wrong);
        var fine = await Run("render", good, list);

        Assert.Equal((1, 0), (all.ExitCode, fine.ExitCode));
        var lines = Lines(all.Output);
        Assert.Equal(JsonSerializer.Serialize(new { file = good, value = new { a = new { b = 1, c = 1 } } }), lines[0]);
        Assert.Equal(JsonSerializer.Serialize(new { file = list, value = new[] { 1, 2 } }), lines[1]);
        var error = JsonDocument.Parse(lines[2]).RootElement.GetProperty("errors")[0];
        Assert.Equal((wrong, 2), (error.GetProperty("file").GetString(), error.GetProperty("line").GetInt32()));
    }

    [Fact]
    public async Task Render_as_text_reads_back_to_the_same()
    {
        var file = Write("some.conf", "a { b = [1, \"x y\"], c = ${a.b} }");
        var again = Path.Combine(_folder, "again.conf");

        var text = await Run("render", "--text", file);
        await File.WriteAllTextAsync(again, text.Output);
        var values = Lines((await Run("render", file, again)).Output)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("value").GetRawText())
            .ToArray();

        Assert.Equal(0, text.ExitCode);
        Assert.Equal(values[0], values[1]);
    }

    private static async Task<(int ExitCode, string Output, string Error)> Run(params string[] args)
    {
        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        await using var output = new StringWriter(CultureInfo.InvariantCulture);
        await using var error = new StringWriter(CultureInfo.InvariantCulture);
        var exitCode = await CommandLine
            .Run(args, output, error, deadline.Token)
            .WaitAsync(RunningService.Deadline + RunningService.Deadline);
        Assert.False(deadline.IsCancellationRequested, "it did not come to an end by itself");
        return (exitCode, output.ToString(), error.ToString());
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
