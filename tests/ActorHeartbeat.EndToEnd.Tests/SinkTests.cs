using System.Text.Json;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>
/// Sinks of the running program: their files account for every number, whatever happens to the disk and the configuration.
/// </summary>
public sealed class SinkTests : IAsyncLifetime
{
    private readonly ReloadFile _file = new();
    private FeedServer _server = null!; // set before every test
    private ServiceProcess? _service;

    private ServiceProcess Service => _service ?? throw new InvalidOperationException("not started");

    private string SinkPath => Path.Combine(_file.Folder, "feeds.ndjson");

    public async Task InitializeAsync() => _server = await FeedServer.StartAsync();

    public async Task DisposeAsync()
    {
        if (_service is not null)
            await _service.DisposeAsync();
        await _server.DisposeAsync();
        _file.Dispose();
    }

    [Fact]
    public async Task A_full_disk_harms_no_feed_is_reported_and_leaves_a_gap_in_the_file()
    {
        await StartAsync("main { type = file, path = feeds.ndjson, queue = 50 }");
        await LinesAsync(20);

        await Service.LimitFilesAsync(new FileInfo(SinkPath).Length + 700);
        var failing = await SinkAsync(sink => sink.GetProperty("state").GetString() == "failing", "the sink says that the disk is full");
        await Service.LineAsync("cannot write to");
        var messages = await MessagesAsync();
        await Eventually.TrueAsync(async () => await MessagesAsync() > messages + 300, ServiceProcess.Patience, "the feed goes on");
        Assert.Equal("open", (await Service.GetAsync("/v1/endpoints/ticker")).GetProperty("state").GetString());
        await Service.LimitFilesAsync(null);
        await SinkAsync(sink => sink.GetProperty("state").GetString() == "writing", "the sink writes again");
        var recovered = await SinkAsync(sink => sink.GetProperty("eventsLost").GetInt64() > 0, "what was lost is counted");
        await StopAsync();

        var (lost, last) = Account(SinkPath);
        Assert.NotEqual("", failing.GetProperty("failure").GetString());
        Assert.Equal(recovered.GetProperty("eventsLost").GetInt64(), lost);
        Assert.InRange(lost, 200, long.MaxValue);
        Assert.Equal("drain", last);
    }

    [Fact]
    public async Task A_full_disk_does_not_hold_up_the_shutdown_and_leaves_whole_lines()
    {
        await StartAsync("main { type = file, path = feeds.ndjson }");
        await LinesAsync(5);

        await Service.LimitFilesAsync(new FileInfo(SinkPath).Length + 100);
        await SinkAsync(sink => sink.GetProperty("state").GetString() == "failing", "the sink says that the disk is full");
        await StopAsync();

        Account(SinkPath);
        await Service.LineAsync("sink main could not write what it held");
    }

    [Fact]
    public async Task Sinks_come_change_and_go_by_a_reload_and_every_number_is_in_a_file()
    {
        await StartAsync("");
        var other = Path.Combine(_file.Folder, "other.ndjson");

        await ReloadAsync("main { type = file, path = feeds.ndjson }");
        await LinesAsync(20);
        await ReloadAsync("main { type = file, path = feeds.ndjson, rotate { size = 2KiB, keep = 1000 } }");
        await Eventually.TrueAsync(() => Task.FromResult(Rotated().Length >= 3), ServiceProcess.Patience, "files are set aside");
        await ReloadAsync("main { type = file, path = other.ndjson }");
        await Eventually.TrueAsync(
            () => Task.FromResult(File.Exists(other) && new FileInfo(other).Length > 2000),
            ServiceProcess.Patience,
            "the other file grows");
        await ReloadAsync("");
        await Eventually.TrueAsync(
            async () => (await Service.GetAsync("/v1/sinks")).GetProperty("sinks").GetArrayLength() == 0,
            ServiceProcess.Patience,
            "no sink is left");
        var messages = await MessagesAsync();
        await Eventually.TrueAsync(async () => await MessagesAsync() > messages + 20, ServiceProcess.Patience, "the feed goes on");
        var length = new FileInfo(other).Length;
        await StopAsync();

        Account([.. Rotated(), SinkPath, other]);
        Assert.Equal(length, new FileInfo(other).Length);
        Assert.All(Rotated(), name => Assert.InRange(new FileInfo(name).Length, 2048, long.MaxValue));
    }

    [Fact]
    public async Task After_a_crash_in_the_middle_of_a_line_the_file_goes_on_with_whole_lines()
    {
        await StartAsync("main { type = file, path = feeds.ndjson }");
        await LinesAsync(20);
        await Service.CrashAsync();
        await Service.DisposeAsync();
        await File.AppendAllTextAsync(SinkPath, """{"instance":"to""");
        var before = File.ReadAllLines(SinkPath).Length - 1;

        await StartAsync("main { type = file, path = feeds.ndjson }");
        await LinesAsync(before + 20);
        await StopAsync();

        var instances = File.ReadAllLines(SinkPath)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("instance").GetString())
            .Distinct();
        Assert.Equal(2, instances.Count());
    }

    private async Task StartAsync(string sinks)
    {
        _file.Save(Configuration(sinks));
        _service = await ServiceProcess.StartAsync(_file.FullName);
    }

    private async Task ReloadAsync(string sinks)
    {
        _file.Save(Configuration(sinks));
        Assert.Equal("applied", (await Service.PostAsync("/v1/config/reload")).GetProperty("outcome").GetString());
    }

    private string Configuration(string sinks) =>
        ReloadFile.Service($"ticker {{ url = \"{_server.UrlOf(FeedPath.Ticker, "ticker", "rate=200")}\", limits.replay = 2000 }}")
        + $"\nactor-heartbeat.sinks {{ {sinks.Replace("path = ", $"path = {_file.Folder}/", StringComparison.Ordinal)} }}\n";

    private async Task StopAsync()
    {
        await Service.SignalAsync("TERM");
        Assert.Equal(0, await Service.ExitCodeAsync());
    }

    private async Task<long> MessagesAsync() =>
        (await Service.GetAsync("/v1/endpoints/ticker")).GetProperty("messages").GetProperty("in").GetInt64();

    private Task LinesAsync(int count) =>
        Eventually.TrueAsync(
            () => Task.FromResult(File.Exists(SinkPath) && File.ReadAllLines(SinkPath).Length > count),
            ServiceProcess.Patience,
            $"more than {count} lines are written");

    private async Task<JsonElement> SinkAsync(Func<JsonElement, bool> condition, string what)
    {
        var sink = default(JsonElement);
        await Eventually.TrueAsync(
            async () => condition(sink = (await Service.GetAsync("/v1/sinks")).GetProperty("sinks")[0]), ServiceProcess.Patience, what);
        return sink;
    }

    private string[] Rotated() => [.. Directory.GetFiles(_file.Folder, "feeds.*.ndjson").Order(StringComparer.Ordinal)];

    /// <summary>
    /// Checks that every line is whole and that every number follows the one before it or
    /// is inside a gap. Returns the count of lost numbers and the type of the last line.
    /// </summary>
    private static (long Lost, string? Last) Account(params string[] files)
    {
        var (next, lost, last) = (0L, 0L, "");
        foreach (var text in files.Select(File.ReadAllText))
        {
            Assert.EndsWith("\n", text, StringComparison.Ordinal);
            foreach (var line in text.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement))
            {
                last = line.GetProperty("type").GetString();
                if (last is not ("text" or "gap"))
                    continue;
                var seq = line.GetProperty("seq").GetInt64();
                var first = line.TryGetProperty("gap", out var gap) ? gap.GetProperty("from").GetInt64() : seq;
                if (next > 0 && first != next)
                    Assert.Fail($"number {next} is missing: {line}");
                lost += last == "gap" && gap.GetProperty("reason").GetString() == "overflow" ? seq - first + 1 : 0;
                next = seq + 1;
            }
        }
        return (lost, last);
    }
}
