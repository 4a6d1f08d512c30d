using System.Text.Json;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Service.Access;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorHeartbeat.Service.Tests.Access;

/// <summary>The audit log: what it tells, what it never tells, and how it is bounded.</summary>
public sealed class AuditTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("audit-");

    private string File => Path.Combine(_folder.FullName, "audit.ndjson");

    private string Audit => $"actor-heartbeat.http.access.audit.path = \"{File}\"\n";

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Every_mutation_has_a_line_with_who_what_where_from_and_the_result()
    {
        await using (var service = await RunningService.Start(beside: Audit + GuardedService.Keys))
        {
            await Send(service, "GET", "/v1/endpoints", GuardedService.Admin);
            await Send(service, "HEAD", "/v1/endpoints", GuardedService.Admin);
            await Send(service, "POST", "/v1/endpoints/off/pause", GuardedService.Operator);
            await Send(service, "POST", "/v1/endpoints/off/send", GuardedService.Operator, """{"text":"hunter2"}""");
            await Send(service, "POST", "/v1/endpoints/off/pause", GuardedService.Reader);
            await Send(service, "POST", "/v1/endpoints/off/pause", null);
            await Send(service, "POST", "/v1/endpoints/off/pause", AccessKey.New());
            await Send(service, "DELETE", "/v1/endpoints/off/subscriptions/trades/BTC/USDT", GuardedService.Operator);
            await Send(service, "POST", $"/v1/config/reload?dry-run&token=hunter2", GuardedService.Admin);
        }

        Assert.Equal(
            [
                "operator key 127.0.0.1 POST /v1/endpoints/off/pause [] 202",
                "operator key 127.0.0.1 POST /v1/endpoints/off/send [] 409",
                "reader key 127.0.0.1 POST /v1/endpoints/off/pause [] 403",
                "  127.0.0.1 POST /v1/endpoints/off/pause [] 401",
                "  127.0.0.1 POST /v1/endpoints/off/pause [] 401",
                "operator key 127.0.0.1 DELETE /v1/endpoints/off/subscriptions/trades/BTC/USDT [] 404",
                "admin key 127.0.0.1 POST /v1/config/reload [\"dry-run\",\"token\"] 200",
            ],
            Lines(File).Select(Told));
        var text = await System.IO.File.ReadAllTextAsync(File);
        Assert.All(
            ["hunter2", GuardedService.Operator, GuardedService.Reader, GuardedService.Admin],
            secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_no_key_is_needed_the_caller_is_loopback()
    {
        await using (var service = await RunningService.Start(beside: Audit))
        {
            await Send(service, "POST", "/v1/endpoints/off/resume", null);
            using var foreign = GuardedService.Request("POST", "/v1/endpoints/off/pause", null);
            foreign.Headers.Add("Origin", "http://evil.example");
            await GuardedService.StatusOf(service, foreign);
        }

        Assert.Equal(
            [
                "loopback place 127.0.0.1 POST /v1/endpoints/off/resume [] 202",
                "  127.0.0.1 POST /v1/endpoints/off/pause [] 403",
            ],
            Lines(File).Select(Told));
    }

    [Fact]
    public async Task What_is_refused_for_its_page_names_the_caller_whose_key_is_right()
    {
        await using (var service = await RunningService.Start(beside: Audit + GuardedService.Keys))
        {
            foreach (var key in new[] { GuardedService.Operator, AccessKey.New() })
            {
                using var foreign = GuardedService.Request("POST", "/v1/endpoints/off/pause", key);
                foreign.Headers.Add("Origin", "http://evil.example");
                await GuardedService.StatusOf(service, foreign);
            }
        }

        Assert.Equal(
            [
                "operator key 127.0.0.1 POST /v1/endpoints/off/pause [] 403",
                "  127.0.0.1 POST /v1/endpoints/off/pause [] 403",
            ],
            Lines(File).Select(Told));
    }

    [Fact]
    public async Task A_caller_cannot_push_the_lines_of_others_out_by_what_is_refused()
    {
        await using (var service = await RunningService.Start(
            beside: $"{Audit}{GuardedService.Keys}actor-heartbeat.http.access.attempts = 3 per 1h"))
        {
            for (var attempt = 0; attempt < 10; attempt++)
                await Send(service, "POST", "/v1/endpoints/off/pause", GuardedService.Reader);
            await Send(service, "POST", "/v1/endpoints/off/pause", GuardedService.Operator);
        }

        Assert.Equal(3 + 1, Lines(File).Count());
    }

    [Fact]
    public async Task What_is_over_the_rate_of_a_caller_has_no_more_lines_than_what_is_refused()
    {
        await using (var service = await RunningService.Start(
            beside: $"{Audit}{GuardedService.Keys}actor-heartbeat.http.access {{ attempts = 3 per 1h, rate.operate = 1 per 1h }}"))
        {
            for (var attempt = 0; attempt < 10; attempt++)
                await Send(service, "POST", "/v1/endpoints/off/pause", GuardedService.Operator);
        }

        Assert.Equal(1 + 3, Lines(File).Count());
    }

    [Fact]
    public void A_file_in_a_directory_that_does_not_exist_is_refused_at_the_start()
    {
        Assert.Null(AuditLog.Reject(new AuditSettings()));
        Assert.Null(AuditLog.Reject(new AuditSettings { Path = File }));
        Assert.Contains(
            "its directory does not exist", AuditLog.Reject(new AuditSettings { Path = $"{File}/no/audit" }), StringComparison.Ordinal);
        foreach (var none in (string[])[Path.GetDirectoryName(File)!, "/dev/full", "/dev/null"])
            Assert.Contains(
                $"http.access.audit.path: {none} cannot be written: ",
                AuditLog.Reject(new AuditSettings { Path = none }),
                StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_in_a_query_has_few_characters_in_a_line()
    {
        var http = new Microsoft.AspNetCore.Http.DefaultHttpContext();
        http.Request.QueryString = new($"?{new string('a', 5000)}=1");

        var line = AuditLine.Of(http, isAnswered: true).ToJson("i", DateTimeOffset.UnixEpoch);

        Assert.InRange(line.Length, 100, 400);
    }

    [Fact]
    public async Task A_stranger_cannot_push_the_lines_of_others_out()
    {
        await using (var service = await RunningService.Start(
            beside: $"{Audit}{GuardedService.Keys}actor-heartbeat.http.access.attempts = 3 per 1h"))
        {
            for (var attempt = 0; attempt < 10; attempt++)
                await Send(service, "POST", "/v1/endpoints/off/pause", null);
            await Send(service, "POST", "/v1/endpoints/off/pause", GuardedService.Operator);
        }

        Assert.Equal([null, null, null, "operator"], Lines(File).Select(line => line.GetProperty("who").GetString()));
    }

    [Fact]
    public async Task The_file_is_set_aside_by_size_and_so_many_are_kept()
    {
        using (var log = new AuditLog(
            File, new AuditSettings { Size = 1024, Keep = 2 }, "i1", TimeProvider.System, NullLogger.Instance))
        {
            await log.StartAsync(default);
            for (var index = 0; index < 40; index++)
                log.Write(new AuditLine("ops", "key", "127.0.0.1", "POST", $"/v1/endpoints/{index}/pause", [], 202));
            await log.StopAsync(default);
        }

        var files = Directory.GetFiles(_folder.FullName, "audit*.ndjson").Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(3, files.Length);
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 1, 1024 + 200));
        Assert.All(files, file => Assert.NotEmpty(Lines(file)));
        Assert.EndsWith("/39/pause", Lines(File)[^1].GetProperty("path").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_disk_did_not_take_is_counted_when_it_does_again()
    {
        var folder = Path.Combine(_folder.FullName, "later");
        var file = Path.Combine(folder, "audit.ndjson");
        using var log = new AuditLog(file, new AuditSettings(), "i1", TimeProvider.System, NullLogger.Instance);
        var line = new AuditLine("ops", "key", "127.0.0.1", "POST", "/v1/endpoints/a/pause", [], 202);
        log.Write(line);
        log.Write(line);
        await log.StartAsync(default);
        await Until(() => log.Lost == 2);

        Directory.CreateDirectory(folder);
        log.Write(line);
        await log.StopAsync(default);

        var lines = Lines(file);
        Assert.Equal((2, 2), (lines.Length, lines[0].GetProperty("lost").GetInt32()));
        Assert.Equal("ops", lines[1].GetProperty("who").GetString());
        Assert.Equal((0, 2), (log.Lost, log.Dropped));
    }

    [Fact]
    public void What_the_disk_is_too_slow_for_is_counted()
    {
        using var log = new AuditLog(File, new AuditSettings(), "i1", TimeProvider.System, NullLogger.Instance);

        for (var index = 0; index < 4096 + 3; index++)
            log.Write(new AuditLine("ops", "key", "127.0.0.1", "POST", "/v1/endpoints/a/pause", [], 202));

        Assert.Equal((3, 3), (log.Lost, log.Dropped));
    }

    [Fact]
    public void A_long_path_and_strange_characters_stay_one_line()
    {
        var line = new AuditLine("ops", "key", "127.0.0.1", "POST", "/v1/\n\u2028\u001b[31m\"", ["a\nb"], null).ToJson("i1", default);

        Assert.Equal((byte)'\n', line[^1]);
        Assert.DoesNotContain((byte)'\n', line[..^1]);
        Assert.DoesNotContain((byte)0x1b, line);
        Assert.Equal("/v1/\n\u2028\u001b[31m\"", JsonDocument.Parse(line).RootElement.GetProperty("path").GetString());
    }

    private static async Task Until(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        while (!condition())
            await Task.Delay(5, deadline.Token);
    }

    private static Task<int> Send(RunningService service, string method, string path, string? key, string? json = null) =>
        GuardedService.StatusOf(service, GuardedService.Request(method, path, key, json));

    private static JsonElement[] Lines(string file) =>
        [.. System.IO.File.ReadLines(file).Select(line => JsonDocument.Parse(line).RootElement)];

    private static string Told(JsonElement line) => string.Join(
        ' ', new[] { "who", "by", "from", "method", "path" }.Select(name => line.GetProperty(name).GetString()))
        + $" {line.GetProperty("query").GetRawText()} {line.GetProperty("status").GetRawText()}";
}
