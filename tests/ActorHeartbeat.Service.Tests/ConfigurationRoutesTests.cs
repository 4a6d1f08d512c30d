using System.Net;
using Serilog.Events;

namespace ActorHeartbeat.Service.Tests;

public sealed class ConfigurationRoutesTests
{
    [Fact]
    public async Task The_running_configuration_is_shown_without_secrets()
    {
        await using var service = await RunningService.Start(feeds =>
            $$"""echo { url = "{{feeds.UrlOf("/echo", "echo", "token=hidden")}}", headers.Authorization = "Bearer hidden" }""");

        var text = await service.Client.GetStringAsync("/v1/config");

        Assert.DoesNotContain("hidden", text, StringComparison.Ordinal);
        var page = await service.Get("/v1/config");
        Assert.Equal(1, page.GetProperty("generation").GetInt32());
        Assert.False(page.GetProperty("degraded").GetBoolean());
        Assert.True(page.GetProperty("configuration").GetProperty("endpoints").TryGetProperty("echo", out _));
    }

    [Fact]
    public async Task A_dry_run_reports_the_difference_and_changes_nothing()
    {
        await using var service = await RunningService.Start();
        await Rewrite(service, feeds => $"{RunningService.Usual(service.Feeds)}\nmore {{ url = \"{feeds}echo?name=more\" }}");

        var (status, report) = await service.Post("/v1/config/reload?dry-run");

        Assert.Equal((HttpStatusCode.OK, "dry-run"), (status, report.GetProperty("outcome").GetString()));
        Assert.Equal("more", report.GetProperty("diff").GetProperty("added")[0].GetString());
        Assert.Equal(4, (await service.Get("/v1/endpoints")).GetProperty("endpoints").GetArrayLength());
    }

    [Fact]
    public async Task Whoever_asks_for_text_gets_the_report_in_lines()
    {
        await using var service = await RunningService.Start();
        await Rewrite(service, feeds => $"{RunningService.Usual(service.Feeds)}\nmore {{ url = \"{feeds}echo?name=more\" }}");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/config/reload?dry-run");
        request.Headers.Accept.ParseAdd("text/plain");

        using var answer = await service.Client.SendAsync(request);

        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n');
        Assert.StartsWith("configuration would change (Http, ", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.Contains("more", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reload_starts_new_endpoints_and_leaves_the_rest_alone()
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("echo", "open");
        await Rewrite(service, feeds => $"{RunningService.Usual(service.Feeds)}\nmore {{ url = \"{feeds}echo?name=more\" }}");

        var (status, report) = await service.Post("/v1/config/reload");

        Assert.Equal((HttpStatusCode.OK, "applied"), (status, report.GetProperty("outcome").GetString()));
        await service.WaitFor("more", "open");
        Assert.Equal(1, (await service.Get("/v1/endpoints/echo")).GetProperty("incarnation").GetInt64());
        Assert.Equal(2, (await service.Get("/v1/config")).GetProperty("generation").GetInt32());
    }

    [Fact]
    public async Task A_broken_file_is_refused_with_its_place_and_readiness_says_degraded()
    {
        await using var service = await RunningService.Start();
        await File.WriteAllTextAsync(service.File, RunningService.Configure("echo { url = 7, intervall = 1s }"));

        var (status, report) = await service.Post("/v1/config/reload");

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "invalid"), (status, report.GetProperty("outcome").GetString()));
        var error = report.GetProperty("errors")[0];
        Assert.EndsWith("service.conf", error.GetProperty("file").GetString(), StringComparison.Ordinal);
        Assert.True(error.GetProperty("line").GetInt32() > 1);
        Assert.Equal("degraded", (await service.Get("/healthz/ready")).GetProperty("status").GetString());
        Assert.Equal(4, (await service.Get("/v1/endpoints")).GetProperty("endpoints").GetArrayLength());
    }

    [Fact]
    public async Task A_reload_that_removes_most_endpoints_must_be_forced()
    {
        await using var service = await RunningService.Start();
        await Rewrite(service, feeds => $"echo {{ url = \"{feeds}echo?name=echo\", labels {{ venue = demo }} }}");

        var (refused, _) = await service.Post("/v1/config/reload");
        var (forced, report) = await service.Post("/v1/config/reload?force");

        Assert.Equal(HttpStatusCode.Conflict, refused);
        Assert.Equal((HttpStatusCode.OK, "applied"), (forced, report.GetProperty("outcome").GetString()));
        await service.Feeds.WaitUntilAsync(feeds => feeds.Client("ticker") is null, RunningService.Deadline);
    }

    [Fact]
    public async Task The_akka_section_reaches_the_actor_system_and_a_change_of_it_needs_a_restart()
    {
        await using var service = await RunningService.Start(
            beside: "desk = fx, akka { loglevel = WARNING, own { desk = ${desk}, limits = [1, 2] } }");
        await File.WriteAllTextAsync(
            service.File, $"{RunningService.Configure(RunningService.Usual(service.Feeds))}\nakka.loglevel = ERROR");

        var (_, report) = await service.Post("/v1/config/reload");

        var settings = service.System.Settings;
        Assert.Equal(("WARNING", "WARNING"), (settings.LogLevel, settings.Config.GetString("akka.loglevel")));
        Assert.Equal("fx", settings.Config.GetString("akka.own.desk"));
        Assert.Equal("restart", report.GetProperty("diff").GetProperty("settings").GetProperty("akka").GetString());
        Assert.Equal("applied", report.GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task A_reload_reports_keys_without_effect_and_logs_the_first_of_them()
    {
        var lines = new CollectedLines();
        await using var service = await RunningService.Start(lines: lines);
        var idle = Enumerable.Range(1, 22).Select(number => $"\nm{number} {{ url = \"wss://a\", enabled = off, failover.back = 1m }}");
        var text = RunningService.Configure(RunningService.Usual(service.Feeds) + string.Concat(idle));
        await File.WriteAllTextAsync(service.File, text.Replace("level = error", "level = warning", StringComparison.Ordinal));

        var (status, report) = await service.Post("/v1/config/reload");
        await lines.WaitFor("more warnings of the configuration");

        Assert.Equal((HttpStatusCode.OK, "applied"), (status, report.GetProperty("outcome").GetString()));
        Assert.Equal(22, report.GetProperty("warnings").GetArrayLength());
        Assert.Equal("endpoints.m1.failover.back", report.GetProperty("warnings")[0].GetProperty("key").GetString());
        var logged = lines.Containing("has no effect");
        Assert.Equal(20, logged.Count);
        Assert.All(logged, line => Assert.Equal(LogEventLevel.Warning, line.Level));
        Assert.StartsWith($"\"{service.File}:", logged[0].RenderMessage(null), StringComparison.Ordinal);
        Assert.EndsWith("or remove this key\"", logged[0].RenderMessage(null), StringComparison.Ordinal);
        Assert.Single(lines.Containing("2 more warnings of the configuration; check prints them"));
    }

    [Fact]
    public async Task A_refused_reload_logs_no_warnings()
    {
        var lines = new CollectedLines();
        await using var service = await RunningService.Start(lines: lines);
        await Rewrite(service, feeds => $"echo {{ url = \"{feeds}echo?name=echo\", failover.back = 1m }}");

        var (status, _) = await service.Post("/v1/config/reload");
        await lines.WaitFor("configuration refused");

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Empty(lines.Containing("has no effect"));
    }

    [Fact]
    public async Task A_flag_that_makes_no_sense_is_refused()
    {
        await using var service = await RunningService.Start();

        Assert.Equal(HttpStatusCode.BadRequest, (await service.Post("/v1/config/reload?dry-run=perhaps")).Status);
    }

    private static Task Rewrite(RunningService service, Func<Uri, string> endpoints) =>
        File.WriteAllTextAsync(service.File, RunningService.Configure(endpoints(service.Feeds.Url)));
}
