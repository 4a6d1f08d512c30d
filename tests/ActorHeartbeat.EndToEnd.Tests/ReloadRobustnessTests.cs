using System.Diagnostics;
using System.Text.Json;
using ActorHeartbeat.TestKit;
using Xunit.Abstractions;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>
/// Whatever happens to the file, the last good configuration stays active, no socket is touched, and the service reports what it found.
/// </summary>
public sealed class ReloadRobustnessTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly string[] Names = ["one", "two", "three", "four"];

    private static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(100);

    private readonly ReloadFile _file = new();
    private FeedServer _server = null!; // set before every test
    private ServiceProcess? _service;

    private ServiceProcess Service => _service ?? throw new InvalidOperationException("not started");

    public async Task InitializeAsync() => _server = await FeedServer.StartAsync();

    public async Task DisposeAsync()
    {
        if (_service is not null)
            await _service.DisposeAsync();
        await _server.DisposeAsync();
        _file.Dispose();
    }

    [Theory]
    [InlineData("broken", "invalid", "errors")]
    [InlineData("empty", "too-many-removed", "4 endpoints would be removed")]
    [InlineData("half-written", "invalid", "is never closed")]
    [InlineData("cut between two lines", "too-many-removed", "3 endpoints would be removed")]
    [InlineData("vanished", "invalid", "no such file")]
    [InlineData("binary", "invalid", "errors")]
    public async Task A_damaged_file_leaves_the_last_good_configuration_and_its_sockets_alone(string damage, string outcome, string said)
    {
        await StartAsync(Good());

        Inflict(damage);
        var refused = await Service.ConfigurationAsync(
            page => IsDegraded(page) && Last(page, "outcome") == outcome, $"a file that is {damage} was seen");
        var ready = await Service.GetAsync("/healthz/ready");
        _file.Save(Good());
        var healed = await Service.ConfigurationAsync(page => !IsDegraded(page), "the good file is back");

        Assert.Equal(
            (outcome, "watch", 1), (Last(refused, "outcome"), Last(refused, "trigger"), refused.GetProperty("generation").GetInt32()));
        Assert.Equal(Names.Length, refused.GetProperty("configuration").GetProperty("endpoints").EnumerateObject().Count());
        Assert.Equal("degraded", ready.GetProperty("status").GetString());
        Assert.Equal(("unchanged", 1), (Last(healed, "outcome"), healed.GetProperty("generation").GetInt32()));
        await Service.LineAsync("configuration refused (Watch, ");
        await Service.LineAsync(said);
        AssertNoSocketWasTouched();
    }

    [Fact]
    public async Task Symbolic_links_that_are_swapped_bring_in_the_new_file()
    {
        // Kubernetes mounts a ConfigMap like this: service.conf links to ..data/service.conf,
        // and ..data links to a dated directory and is replaced in one rename.
        Publish("..first", Good());
        File.CreateSymbolicLink(_file.FullName, Path.Combine("..data", "service.conf"));
        await StartAsync(text: null);

        Publish("..second", Good(edited: "two"));
        Directory.Delete(Path.Combine(_file.Folder, "..first"), recursive: true);
        await _server.WaitUntilAsync(server => server.History("two") is { Accepts: 2, Live: 1 }, ServiceProcess.Patience);

        var page = await Service.ConfigurationAsync(page => page.GetProperty("generation").GetInt32() == 2, "the second generation");
        Assert.Equal(("applied", "watch"), (Last(page, "outcome"), Last(page, "trigger")));
        AssertOnlyReconnected("two");
    }

    [Fact]
    public async Task Fifty_saves_in_a_second_end_at_the_last()
    {
        await StartAsync(Good());

        var lulls = 0;
        for (var save = 1; save <= 50; save++)
        {
            var saved = Stopwatch.GetTimestamp();
            _file.Save(save % 5 == 4 ? "actor-heartbeat {" : Good(edited: "three", value: save));
            await Task.Delay(20); // keeps the saves going for a second
            if (Stopwatch.GetElapsedTime(saved) > Debounce / 2)
                lulls++; // the machine paused, so the service may have taken this for the end of the saves
        }
        await Service.ConfigurationAsync(page => !IsDegraded(page) && SaveOf(page, "three") == "50", "the last save runs");
        await Service.LineAsync("configuration ");

        var reloads = Service.Lines.Count(line => line.Contains("configuration ", StringComparison.Ordinal));
        output.WriteLine($"{reloads} reloads for 50 saves with {lulls} lulls");
        Assert.InRange(reloads, 1, 5 + lulls);
        await _server.WaitUntilAsync(server => server.History("three") is { Live: 1, Accepts: > 1 }, ServiceProcess.Patience);
        AssertOnlyReconnected("three");
    }

    private async Task StartAsync(string? text)
    {
        if (text is not null)
            _file.Save(text);
        _service = await ServiceProcess.StartAsync(_file.FullName);
        await _server.WaitUntilAsync(server => server.Clients.Count == Names.Length, ServiceProcess.Patience);
    }

    // One line per endpoint, so that a file cut after any line is still valid HOCON.
    private string Good(string? edited = null, int value = 1)
    {
        var endpoints = Names.Select(name =>
            $"actor-heartbeat.endpoints.{name}.url = \"{_server.UrlOf(FeedPath.Quiet, name, name == edited ? $"save={value}" : "")}\"");
        var label = edited is null ? "" : $"actor-heartbeat.endpoints.{edited}.labels.save = {value}";
        return string.Join(
            '\n', [.. endpoints, label, ReloadFile.Service("", $"watch = on, debounce = {Debounce.TotalMilliseconds}ms, poll = 1s")]);
    }

    private void Inflict(string damage)
    {
        var good = File.ReadAllText(_file.FullName);
        if (damage == "vanished")
            File.Delete(_file.FullName);
        else if (damage == "binary")
            File.WriteAllBytes(_file.FullName, [.. Enumerable.Range(0, 4096).Select(number => (byte)(number * 37))]);
        else
            _file.Save(damage switch
            {
                "broken" => good.Replace("debounce", "debunce", StringComparison.Ordinal),
                "empty" => "",
                "half-written" => good[..(good.Length - 40)],
                _ => good[..good.IndexOf('\n', StringComparison.Ordinal)],
            });
    }

    private void Publish(string version, string text)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_file.Folder, version));
        File.WriteAllText(Path.Combine(directory.FullName, "service.conf"), text);
        var next = Path.Combine(_file.Folder, "..data_tmp");
        Directory.CreateSymbolicLink(next, version);
        // mv calls rename(2), which File.Move does not do for a link to a directory.
        using var rename = Process.Start("mv", ["--no-target-directory", next, Path.Combine(_file.Folder, "..data")]);
        rename.WaitForExit();
        Assert.Equal(0, rename.ExitCode);
    }

    private void AssertNoSocketWasTouched() =>
        Assert.All(Names, name =>
            Assert.Equal((1L, 1, 1), (_server.History(name).Accepts, _server.History(name).Live, _server.History(name).Peak)));

    private void AssertOnlyReconnected(string edited)
    {
        Assert.All(Names.Where(name => name != edited), name =>
            Assert.Equal((1L, 1), (_server.History(name).Accepts, _server.History(name).Live)));
        Assert.All(Names, name => Assert.Equal(1, _server.PeakConnections(name)));
    }

    private static string? SaveOf(JsonElement page, string name) =>
        page.GetProperty("configuration").GetProperty("endpoints").GetProperty(name).TryGetProperty("labels", out var labels)
            ? labels.GetProperty("save").GetString()
            : null;

    private static bool IsDegraded(JsonElement page) => page.GetProperty("degraded").GetBoolean();

    private static string? Last(JsonElement page, string key) => page.GetProperty("last").GetProperty(key).GetString();
}
