using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>A mistake is reported once, with its place and an exit code. Nothing hangs.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly ReloadFile _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData(
        """actor-heartbeat { endpoints { a.url = "http://h/x" } }""",
        """:1:39: endpoints.a.url: found the scheme "http"; expected ws or wss"""
    )]
    [InlineData(
        """actor-heartbeat { endpoints { a.url = "ws//h:x" } }""",
        """:1:39: endpoints.a.url: expected a WebSocket URL"""
    )]
    [InlineData(
        """actor-heartbeat { endpoints { a { url = "ws://h/x", hartbeat.mode = ping } } }""",
        ":1:53: endpoints.a.hartbeat: unknown key")]
    [InlineData(
        """actor-heartbeat { endpoints { a { url = "ws://h/x", timeouts.connect = soon } } }""",
        """:1:72: endpoints.a.timeouts.connect: found "soon"; expected a duration"""
    )]
    [InlineData("""actor-heartbeat { http.listen = "0.0.0.0:8080" }""", "http.listen")]
    public async Task A_wrong_file_is_one_error_with_its_place_and_exit_code_1(string text, string error)
    {
        _file.Save(text);

        var run = await ServiceProcess.RunToEndAsync("run", _file.FullName);

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.StartsWith(_file.FullName, run.Error, StringComparison.Ordinal);
        Assert.Contains(error, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n'), line => line.StartsWith(_file.FullName, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("check")]
    [InlineData("run")]
    public async Task A_missing_file_is_named_and_exit_code_1(string verb)
    {
        var ended = await ServiceProcess.RunToEndAsync(verb, Path.Combine(_file.Folder, "nowhere.conf"));

        Assert.Equal((1, $"{Path.Combine(_file.Folder, "nowhere.conf")}: no such file"), (ended.ExitCode, ended.Error.Trim()));
    }

    [Theory]
    [InlineData("walk")]
    [InlineData("run", "a.conf", "b.conf")]
    public async Task A_wrong_command_line_points_to_the_help_and_exit_code_2(params string[] arguments)
    {
        var ended = await ServiceProcess.RunToEndAsync(arguments);

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("see actorheartbeat --help", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_named_and_exit_code_3()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        _file.Save($"actor-heartbeat.http.listen = \"{other.LocalEndpoint}\"");

        var ended = await ServiceProcess.RunToEndAsync("run", _file.FullName);

        Assert.Equal(3, ended.ExitCode);
        Assert.Contains($"cannot listen: ", ended.Error, StringComparison.Ordinal);
        Assert.Contains($"{other.LocalEndpoint}", ended.Error, StringComparison.Ordinal);
        Assert.Single(ended.Error.Trim().Split('\n'));
        Assert.DoesNotContain("Exception", ended.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unix:{0}/none/api.sock", "http.listen: {0}/none/api.sock: its directory does not exist; make it, or correct the path")]
    [InlineData("192.0.2.1:8080", "http.listen = 192.0.2.1:8080")]
    [InlineData("192.0.2.1:8080", "take an address that this machine has")]
    public async Task A_place_where_nothing_can_listen_is_named_with_the_remedy(string listen, string expected)
    {
        _file.Save(
            $"actor-heartbeat.http.listen = \"{string.Format(CultureInfo.InvariantCulture, listen, _file.Folder)}\"\n"
            + "actor-heartbeat.http.access.keys.b { role = read, hash = "
            + "\"sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef\" }");

        var ended = await ServiceProcess.RunToEndAsync("run", _file.FullName);

        Assert.Equal(3, ended.ExitCode);
        Assert.Contains(string.Format(CultureInfo.InvariantCulture, expected, _file.Folder), ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_host_is_logged_with_the_failure_and_dialed_again()
    {
        var closed = FreePort.Take();
        _file.Save(ReloadFile.Service($$"""
                nobody { url = "ws://nobody.invalid/x" }
                closed { url = "ws://127.0.0.1:{{closed}}/x" }
            """));

        await using var service = await ServiceProcess.StartAsync(_file.FullName);
        var unknown = await service.LineAsync("ws://nobody.invalid: ");
        var refused = await service.LineAsync($"ws://127.0.0.1:{closed}: ");
        await service.SignalAsync("TERM");

        Assert.Matches(
            @"^\S+ WRN nobody +backing-off +incarnation \d+ attempt \d+: dial-failed: ws://nobody\.invalid: .+; next in \d+(\.\d+)? s$",
            unknown);
        Assert.Matches(
            @"^\S+ WRN closed +backing-off +incarnation \d+ attempt \d+: dial-failed: .+: connection refused; next in \d+(\.\d+)? s$",
            refused);
        Assert.Equal(0, await service.ExitCodeAsync());
        Assert.DoesNotContain(service.Lines, line => line.Contains("next in -", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sigterm_sends_Close_frames_1001_on_every_connection_and_ends_with_0()
    {
        await using var server = await FeedServer.StartAsync();
        string[] names = [.. Enumerable.Range(0, 20).Select(number => $"feed-{number}")];
        _file.Save(
            ReloadFile.Service(
                string.Join('\n', names.Select(name => $"{name}.url = \"{server.UrlOf(FeedPath.Ticker, name, "rate=100")}\""))));
        await using var service = await ServiceProcess.StartAsync(_file.FullName);
        await server.WaitUntilAsync(now => now.Clients.Count == names.Length, ServiceProcess.Patience);

        await service.SignalAsync("TERM");

        Assert.Equal(0, await service.ExitCodeAsync());
        await server.WaitUntilAsync(now => now.Clients.Count == 0, ServiceProcess.Patience);
        Assert.All(names, name => Assert.Equal((1001, 1L), (server.History(name).LastCloseCode, server.History(name).Accepts)));
        Assert.Contains(service.Lines, line => line.EndsWith("all connections are closed (0 had to be dropped)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_signal_does_not_wait_for_a_server_that_never_answers_a_Close()
    {
        await using var server = await FeedServer.StartAsync();
        _file.Save(ReloadFile.Service($"mute.url = \"{server.UrlOf(FeedPath.Quiet, "mute")}\"", defaults: "timeouts.close = 60s"));
        await using var service = await ServiceProcess.StartAsync(_file.FullName);
        await server.WaitUntilAsync(now => now.Clients.Count == 1, ServiceProcess.Patience);
        server.Faults.GoSilent();

        await service.SignalAsync("TERM");
        await service.LineAsync("stopping");
        var second = Stopwatch.GetTimestamp();
        await service.SignalAsync("TERM");

        Assert.Equal(143, await service.ExitCodeAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(second), TimeSpan.Zero, TimeSpan.FromSeconds(25)); // half of shutdown-timeout
    }
}
