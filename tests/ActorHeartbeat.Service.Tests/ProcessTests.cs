using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using ActorHeartbeat.Service.Verbs;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Service.Tests;

/// <summary>Runs the program as a process of its own: signals and exit codes.</summary>
public sealed class ProcessTests
{
    private const string Alive = "WATCHDOG=1";

    [Fact]
    public async Task Sigterm_closes_every_connection_and_exits_with_0()
    {
        await using var feeds = await FeedServer.StartAsync();
        await using var program = await Program.Start(feeds);
        await program.WaitForLine("open ");

        await program.Signal("TERM");

        Assert.Equal(0, await program.ExitCode());
        await feeds.WaitUntilAsync(server => server.History("echo").LastCloseCode is not null, RunningService.Deadline);
        Assert.Equal(1001, feeds.History("echo").LastCloseCode);
    }

    [Fact]
    public async Task A_second_signal_aborts()
    {
        await using var feeds = await FeedServer.StartAsync();
        await using var program = await Program.Start(feeds);
        await program.WaitForLine("open ");
        feeds.Faults.GoSilent(); // sends no Close frame back, so the first signal takes as long as timeouts.close

        await program.Signal("INT");
        await program.WaitForLine("stopping");
        await program.Signal("INT");

        Assert.Equal(130, await program.ExitCode());
    }

    [Fact]
    public async Task Sighup_reads_the_configuration_again()
    {
        await using var feeds = await FeedServer.StartAsync();
        await using var program = await Program.Start(feeds);

        await program.Signal("HUP");

        await program.WaitForLine("configuration unchanged");
    }

    [Fact]
    public async Task A_reload_refuses_an_akka_section_with_which_the_next_start_would_fail()
    {
        await using var feeds = await FeedServer.StartAsync();
        await using var program = await Program.Start(feeds);

        await program.Append("akka.loglevel = LOUD");
        await program.Signal("HUP");

        await program.WaitForLine("configuration refused");
    }

    [Fact]
    public async Task The_log_has_a_line_for_each_state()
    {
        await using var feeds = await FeedServer.StartAsync();
        await using var program = await Program.Start(feeds);

        var open = await program.WaitForLine("open ");

        Assert.Matches(@"^\d\d:\d\d:\d\d\.\d{3} INF echo +open +incarnation 1 attempt 1$", open);
        Assert.Contains(program.Lines, line => line.Contains("connecting", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_log_has_a_line_for_each_key_without_effect()
    {
        await using var feeds = await FeedServer.StartAsync();
        await using var program = await Program.Start(feeds, ", failover.back = 1m");

        var warning = await program.WaitForLine("has no effect");
        await program.Signal("HUP");
        await program.WaitForLine("configuration unchanged");
        var again = await program.WaitForLine("has no effect");

        Assert.Matches(
            @"^\d\d:\d\d:\d\d\.\d{3} WRN .*:7:\d+: endpoints\.echo\.failover\.back: has no effect: urls is empty; .*, or remove this key$",
            warning);
        Assert.Single(program.Lines.TakeWhile(line => line != again), line => line.Contains("has no effect", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Systemd_hears_of_the_start_of_life_and_of_the_end()
    {
        var socket = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.sock");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(socket));
        try
        {
            await using var feeds = await FeedServer.StartAsync();
            await using var program = await Program.Start(feeds, "", ("NOTIFY_SOCKET", socket), ("WATCHDOG_USEC", "600000"));

            Assert.Equal("READY=1", await HearOther(systemd));
            Assert.Equal(Alive, await Hear(systemd));
            Assert.Equal(Alive, await Hear(systemd));
            await program.Signal("TERM");
            Assert.Equal("STOPPING=1", await HearOther(systemd));
            Assert.Equal(0, await program.ExitCode());
        }
        finally
        {
            File.Delete(socket);
        }
    }

    [Fact]
    public async Task A_socket_of_systemd_that_is_gone_is_told_and_stops_nothing()
    {
        await using var feeds = await FeedServer.StartAsync();
        await using var program = await Program.Start(feeds, "", ("NOTIFY_SOCKET", "/nowhere/notify.sock"));

        await program.Signal("TERM");

        Assert.Equal(0, await program.ExitCode());
        Assert.Contains(program.Lines, line => line.Contains("systemd is not told READY=1: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_verb_ends_when_the_reader_of_its_output_has_gone()
    {
        await using var feeds = await FeedServer.StartAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            file,
            $$"""
            actor-heartbeat.endpoints.echo {
              url = "{{feeds.UrlOf(FeedPath.Echo, "echo")}}"
              keep-alives.much { send = hello, interval = 100ms }
            }
            """);
        string[] verb = [typeof(CommandLine).Assembly.Location, "try", file, "echo", "--for", "10m"];
        string[] shell = ["-c", "\"$@\" | head -n 1", "sh", "dotnet", .. verb];
        using var pipeline = Process.Start(new ProcessStartInfo("sh", shell) { RedirectStandardOutput = true })!;
        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        try
        {
            var line = await pipeline.StandardOutput.ReadToEndAsync(deadline.Token);
            await pipeline.WaitForExitAsync(deadline.Token);

            Assert.Contains("connection 1: dialing", line, StringComparison.Ordinal);
        }
        finally
        {
            pipeline.Kill(entireProcessTree: true);
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(">/dev/full")]
    [InlineData(">&-")]
    public async Task A_verb_says_that_its_output_cannot_be_written(string output)
    {
        string[] verb = [typeof(CommandLine).Assembly.Location, "--help"];
        string[] shell = ["-c", $"\"$@\" {output}", "sh", "dotnet", .. verb];
        using var program = Process.Start(new ProcessStartInfo("sh", shell) { RedirectStandardError = true })!;
        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        try
        {
            var line = await program.StandardError.ReadToEndAsync(deadline.Token);
            await program.WaitForExitAsync(deadline.Token);

            Assert.Matches("^the output cannot be written: .*\n$", line);
            Assert.Equal(3, program.ExitCode);
        }
        finally
        {
            program.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Hears what is no notice of life: those come whenever the actors run.</summary>
    private static async Task<string> HearOther(Socket systemd)
    {
        string notice;
        do
            notice = await Hear(systemd);
        while (notice == Alive);
        return notice;
    }

    private static async Task<string> Hear(Socket systemd)
    {
        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        var notice = new byte[256];
        return Encoding.UTF8.GetString(notice, 0, await systemd.ReceiveAsync(notice, deadline.Token));
    }

    private sealed class Program : IAsyncDisposable
    {
        private readonly Process _process;
        private readonly string _file;
        private readonly List<string> _lines = [];

        private Program(Process process, string file) => (_process, _file) = (process, file);

        public IReadOnlyList<string> Lines => _lines;

        public static async Task<Program> Start(FeedServer feeds, string keys = "", params (string Name, string Value)[] variables)
        {
            var file = Path.GetTempFileName();
            await File.WriteAllTextAsync(
                file,
                RunningService
                    .Configure($"echo {{ url = \"{feeds.UrlOf(FeedPath.Echo, "echo")}\"{keys} }}")
                    .Replace("level = error", "level = info", StringComparison.Ordinal));
            var start = new ProcessStartInfo("dotnet", [typeof(CommandLine).Assembly.Location, "run", file])
            {
                RedirectStandardOutput = true,
            };
            foreach (var (name, value) in variables)
                start.Environment[name] = value;
            var program = new Program(Process.Start(start)!, file);
            await program.WaitForLine("started:");
            return program;
        }

        public async Task<string> WaitForLine(string containing)
        {
            using var deadline = new CancellationTokenSource(RunningService.Deadline);
            while (await _process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
            {
                _lines.Add(line);
                if (line.Contains(containing, StringComparison.Ordinal))
                    return line;
            }
            throw new InvalidOperationException($"the program ended without \"{containing}\": {string.Join('\n', _lines)}");
        }

        public Task Append(string line) => File.AppendAllTextAsync(_file, $"\n{line}\n");

        public async Task Signal(string name)
        {
            using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
        }

        public async Task<int> ExitCode()
        {
            using var deadline = new CancellationTokenSource(RunningService.Deadline);
            await _process.StandardOutput.ReadToEndAsync(deadline.Token);
            await _process.WaitForExitAsync(deadline.Token);
            return _process.ExitCode;
        }

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited)
                _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
            File.Delete(_file);
        }
    }
}
