using System.Collections.Concurrent;
using System.Text;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Service.Telemetry;
using ActorHeartbeat.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorHeartbeat.Service.Tests.Telemetry;

/// <summary>What is pushed to a collector.</summary>
[Collection(nameof(MetricsTests))]
public sealed class OtlpTests : IDisposable
{
    private const string Variable = "ACTORHEARTBEAT_TEST_HEADERS";

    [Fact]
    public async Task Metrics_and_traces_are_pushed_with_the_headers_of_the_environment()
    {
        Environment.SetEnvironmentVariable(Variable, "x-key=word");
        var pushed = new ConcurrentDictionary<string, string>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var collector = builder.Build();
        collector.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            var text = Encoding.Latin1.GetString(body.ToArray()); // names and tags are text in protobuf
            if (text.Contains("first", StringComparison.Ordinal))
                pushed[http.Request.Path] = $"{http.Request.Headers["x-key"]} {text}";
        });
        await collector.StartAsync();
        var settings =
            $$"""endpoint = "{{collector.Urls.First()}}", protocol = http-protobuf, headers-from = {{Variable}}, interval = 1s""";

        await using var service = await RunningService.Start(
            feeds => $$"""first { url = "{{feeds.UrlOf(FeedPath.Echo, "first", "token=canary")}}" }""",
            $$"""actor-heartbeat.telemetry.otlp { {{settings}} }""");
        await service.WaitFor("first", "open");
        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        while (pushed.Count < 2)
            await Task.Delay(50, deadline.Token);

        Assert.Equal(["/v1/metrics", "/v1/traces"], pushed.Keys.Order());
        Assert.All(pushed.Values, each => Assert.StartsWith("word ", each, StringComparison.Ordinal));
        Assert.Contains("actorheartbeat.endpoint.up", pushed["/v1/metrics"], StringComparison.Ordinal);
        foreach (var step in (string[])["permit wait", "resolve", "dns", "tcp", "upgrade", "opening dialogue"])
            Assert.Contains(step, pushed["/v1/traces"], StringComparison.Ordinal);
        Assert.All(pushed.Values, each => Assert.DoesNotContain("canary", each, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_collector_that_takes_nothing_is_told_once_and_so_is_its_return()
    {
        var (asked, isGood) = (0, false);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var collector = builder.Build();
        collector.Run(http =>
        {
            if (http.Request.Path == "/v1/metrics")
                Interlocked.Increment(ref asked);
            http.Response.StatusCode = Volatile.Read(ref isGood) ? 200 : 500;
            return Task.CompletedTask;
        });
        await collector.StartAsync();
        var lines = new CollectedLines();
        var to = $"{collector.Urls.First()}/";
        await using var service = await RunningService.Start(
            feeds => $$"""first { url = "{{feeds.UrlOf(FeedPath.Echo, "first")}}" }""",
            $$"""
            actor-heartbeat.telemetry.otlp { endpoint = "{{to}}", protocol = http-protobuf, interval = 1s }
            actor-heartbeat.log.level = info
            """,
            lines);

        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        while (Volatile.Read(ref asked) < 4)
            await Task.Delay(50, deadline.Token);
        await lines.WaitFor("\"traces\" cannot be pushed");
        Assert.Single(lines.Containing($"\"metrics\" cannot be pushed to {to}: "));
        Assert.Empty(lines.Containing("are pushed"));

        Volatile.Write(ref isGood, true);
        await lines.WaitFor($"\"metrics\" are pushed to {to} again");
        await collector.StopAsync();
        await lines.WaitFor("\"metrics\" cannot be pushed", count: 2);
        Assert.Single(lines.Containing("\"metrics\" are pushed"));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("a=b,c=d", true)]
    [InlineData("Bearer word", false)]
    public void Headers_that_are_none_are_refused_without_being_shown(string? headers, bool isGood)
    {
        Environment.SetEnvironmentVariable(Variable, headers);
        var settings = new TelemetrySettings
        {
            Otlp = new OtlpSettings { Endpoint = new Uri("http://127.0.0.1:4317"), HeadersFrom = Variable },
        };

        Assert.Equal(
            isGood
                ? null
                : $"telemetry.otlp.headers-from: the variable {Variable} has no headers such as name=value,name=value; correct it, "
                    + "or unset it",
            Exposition.Refuse(settings));
    }

    public void Dispose() => Environment.SetEnvironmentVariable(Variable, null);
}
