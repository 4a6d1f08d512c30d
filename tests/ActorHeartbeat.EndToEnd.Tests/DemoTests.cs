using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>Runs the README's first command on ports of its own.</summary>
public sealed partial class DemoTests : IAsyncLifetime
{
    private static readonly string[] Healthy = ["json", "mexc", "modecode", "ping", "server-asks", "text", "ticker"];

    private readonly ReloadFile _file = new();
    private readonly HttpClient _feeds = new() { Timeout = ServiceProcess.Patience };
    private ServiceProcess? _service;

    private ServiceProcess Service => _service ?? throw new InvalidOperationException("not started");

    public async Task InitializeAsync()
    {
        var port = FreePort.Take();
        _feeds.BaseAddress = new Uri($"http://127.0.0.1:{port}");
        var demo = await File.ReadAllTextAsync(Path.Combine(Root(), "config", "demo.conf"));
        _file.Save(
            demo.Replace("timeout = 2s", "timeout = 5s", StringComparison.Ordinal) // a busy machine must not end a connection
                .Replace("127.0.0.1:9443", $"127.0.0.1:{port}", StringComparison.Ordinal)
                .Replace("127.0.0.1:8080", "127.0.0.1:0", StringComparison.Ordinal));
        _service = await ServiceProcess.StartAsync(_file.FullName);
    }

    public async Task DisposeAsync()
    {
        if (_service is not null)
            await _service.DisposeAsync();
        _feeds.Dispose();
        _file.Dispose();
    }

    [Fact]
    public async Task The_demonstration_reconnects_cut_connections_and_backs_off_from_refusals()
    {
        await Eventually.TrueAsync(HealthyAreOpenAsync, ServiceProcess.Patience, "every healthy endpoint is open");
        var before = await HistoriesAsync();
        using var cut = await _feeds.PostAsJsonAsync("/faults", new { kind = "cut" });
        await Eventually.TrueAsync(
            async () => (await HistoriesAsync()) is var now && Healthy.All(name => now[name].Accepts > 1),
            ServiceProcess.Patience,
            "every healthy endpoint came back");
        await Eventually.TrueAsync(HealthyAreOpenAsync, ServiceProcess.Patience, "every healthy endpoint is open again");
        await Service.LineAsync(Refusal(attempt: 5));
        var after = await HistoriesAsync();

        Assert.True(cut.IsSuccessStatusCode);
        Assert.All(Healthy, name => Assert.Equal(new Seen(Accepts: 1, Live: 1, Peak: 1), before[name]));
        Assert.All(Healthy, name => Assert.Equal(new Seen(Accepts: 2, Live: 1, Peak: 1), after[name]));
        Assert.Equal(0, after["refused"].Accepts);
        Assert.True(after["flapping"].Accepts >= 2);
        // The delays are 1 s, 1.5 s, 2.25 s and 3.375 s, each plus or minus a tenth.
        for (var failures = 1; failures <= 4; failures++)
            Assert.InRange(DelayAfter(failures), 0.9 * Math.Pow(1.5, failures - 1) - 0.01, 1.1 * Math.Pow(1.5, failures - 1) + 0.01);
        Assert.True(await HealthyAreOpenAsync());
    }

    private static string Refusal(int attempt) => $"backing-off   incarnation {attempt - 1} attempt {attempt}: dial-failed:";

    private double DelayAfter(int failures)
    {
        var line = Assert.Single(Service.Lines, line =>
            line.Contains(" refused ", StringComparison.Ordinal) && line.Contains(Refusal(failures + 1), StringComparison.Ordinal));
        return double.Parse(Delay().Match(line).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private async Task<bool> HealthyAreOpenAsync()
    {
        var endpoints = (await Service.GetAsync("/v1/endpoints")).GetProperty("endpoints").EnumerateArray();
        var open = endpoints
            .Where(endpoint => endpoint.GetProperty("state").GetString() is "open" or "awaiting-pong")
            .Select(endpoint => endpoint.GetProperty("id").GetString());
        return Healthy.All(open.Contains);
    }

    private async Task<Dictionary<string, Seen>> HistoriesAsync() =>
        (await _feeds.GetFromJsonAsync<JsonElement>("/history"))
            .EnumerateArray()
            .ToDictionary(
                history => history.GetProperty("name").GetString()!,
                history => new Seen(
                    history.GetProperty("accepts").GetInt32(),
                    history.GetProperty("live").GetInt32(),
                    history.GetProperty("peak").GetInt32()));

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "ActorHeartbeat.sln")))
            directory = directory.Parent ?? throw new DirectoryNotFoundException("no ActorHeartbeat.sln above the tests");
        return directory.FullName;
    }

    [GeneratedRegex(@"next in ([\d.]+) s$")]
    private static partial Regex Delay();

    private sealed record Seen(int Accepts, int Live, int Peak);
}
