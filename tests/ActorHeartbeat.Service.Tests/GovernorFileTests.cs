using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Service.Running;
using Microsoft.Extensions.Logging;

namespace ActorHeartbeat.Service.Tests;

public sealed class GovernorFileTests : IDisposable
{
    private static readonly GovernorState State = new(
        [new SavedBudget("global", 1.5), new SavedBudget("group:binance", 0)],
        [new SavedPause("host:h:1", TimeSpan.FromSeconds(30), "429 \"slow down\"")]);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("governor");
    private readonly SetTime _time = new();
    private readonly Complaints _log = new();
    private GovernorFile? _file;

    private string FilePath => Path.Combine(_directory.FullName, "governor.json");

    private GovernorFile File => _file ??= new GovernorFile(FilePath, _time, _log);

    public void Dispose()
    {
        _file?.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_saved_state_is_loaded_with_its_age()
    {
        await File.SaveAsync(State);
        _time.Now += TimeSpan.FromSeconds(42);

        var (state, age) = File.Load()!.Value;

        Assert.Equal(State.Budgets, state.Budgets);
        Assert.Equal(State.Pauses, state.Pauses);
        Assert.Equal(TimeSpan.FromSeconds(42), age);
        Assert.Equal([FilePath, $"{FilePath}.lock"], Directory.GetFiles(_directory.FullName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_later_save_replaces_an_earlier_one_as_a_whole()
    {
        await File.SaveAsync(State);
        await File.SaveAsync(new GovernorState([new SavedBudget("global", 7)], []));

        var state = File.Load()!.Value.State;
        Assert.Equal([new SavedBudget("global", 7)], state.Budgets);
        Assert.Empty(state.Pauses);
    }

    [Fact]
    public async Task Of_saves_that_overlap_the_last_one_called_is_kept()
    {
        const int count = 50;
        var file = File;

        await Task.WhenAll(
            Enumerable.Range(1, count).Select(tokens => file.SaveAsync(new GovernorState([new SavedBudget("global", tokens)], []))));

        Assert.Equal([new SavedBudget("global", count)], file.Load()!.Value.State.Budgets);
    }

    [Fact]
    public async Task A_clock_that_went_backwards_gives_an_age_of_zero()
    {
        await File.SaveAsync(State);
        _time.Now -= TimeSpan.FromDays(1);

        Assert.Equal(TimeSpan.Zero, File.Load()!.Value.Age);
    }

    [Fact]
    public void A_first_start_finds_no_state_and_logs_nothing()
    {
        Assert.Null(File.Load());
        Assert.Empty(_log);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("no json")]
    [InlineData("{\"version\":1,\"saved-at\":\"2026-01-01T00:00:00Z\",\"budgets\":[{\"key\":\"glo")]
    [InlineData("{\"version\":1,\"saved-at\":\"2026-01-01T00:00:00Z\"}")]
    [InlineData("{\"version\":1,\"saved-at\":\"yesterday\",\"budgets\":[],\"pauses\":[]}")]
    [InlineData("{\"version\":3,\"saved-at\":\"2026-01-01T00:00:00Z\",\"budgets\":[],\"pauses\":[]}")]
    public async Task A_damaged_file_is_reported_and_ignored_and_the_next_save_replaces_it(string damaged)
    {
        await System.IO.File.WriteAllTextAsync(FilePath, damaged);

        Assert.Null(File.Load());

        Assert.StartsWith($"{FilePath}: the governor's state is ignored: ", Assert.Single(_log), StringComparison.Ordinal);
        await File.SaveAsync(State);
        Assert.NotNull(File.Load());
    }

    [Theory]
    [InlineData("null", "", "it is null")]
    [InlineData("{\"key\":null,\"tokens\":1}", "", "it is not whole")]
    [InlineData("{\"key\":\"global\"}", "", "it is not whole")]
    [InlineData("{\"key\":\"global\",\"tokens\":\"many\"}", "", "it is not whole")]
    [InlineData("{\"key\":\"global\",\"tokens\":-1}", "", "no budget has so many permits left")]
    [InlineData("{\"key\":\"global\",\"tokens\":1e300}", "", "no budget has so many permits left")]
    [InlineData("{\"key\":\"galaxy\",\"tokens\":1}", "", "no budget has such a key")]
    [InlineData("", "null", "it is null")]
    [InlineData("", "{\"key\":\"global\",\"for\":\"10000000.00:00:00\",\"why\":\"429\"}", "no pause lasts nothing or over 30 days")]
    [InlineData("", "{\"key\":\"global\",\"for\":\"-00:00:01\",\"why\":\"429\"}", "no pause lasts nothing or over 30 days")]
    [InlineData("", "{\"key\":\"planet:x\",\"for\":\"00:01:00\",\"why\":\"429\"}", "no budget has such a key")]
    [InlineData("", "{\"key\":\"global\",\"for\":\"soon\",\"why\":\"429\"}", "it is not whole")]
    public async Task An_entry_that_the_governor_cannot_have_saved_is_reported_and_ignored(string budget, string pause, string problem)
    {
        string[] budgets = [budget, "{\"key\":\"group:a\",\"tokens\":2}"],
            pauses = [pause, "{\"key\":\"host:h\",\"for\":\"00:00:30\",\"why\":\"429\"}"];
        await WriteAsync(
            "2026-01-01T00:00:00Z",
            string.Join(',', budgets.Where(entry => entry != "")),
            string.Join(',', pauses.Where(entry => entry != "")));

        var state = File.Load()!.Value.State;

        Assert.Equal([new SavedBudget("group:a", 2)], state.Budgets);
        Assert.Equal([new SavedPause("host:h", TimeSpan.FromSeconds(30), "429")], state.Pauses);
        Assert.Equal($"{FilePath}: an entry of the governor's state is ignored: {problem}: {budget}{pause}", Assert.Single(_log));
    }

    [Fact]
    public async Task Reports_of_wrong_entries_are_bounded_in_length_and_number()
    {
        var entry = $"{{\"key\":\"{new string('x', 100_000)}\",\n\"tokens\":1}}";
        await WriteAsync("2026-01-01T00:00:00Z", string.Join(',', Enumerable.Repeat(entry, 30)), "");

        Assert.Empty(File.Load()!.Value.State.Budgets);

        Assert.Equal(11, _log.Count);
        Assert.All(_log, line => Assert.InRange(line.Length, 1, 400));
        Assert.All(_log, line => Assert.DoesNotContain('\n', line));
        Assert.Equal($"{FilePath}: 20 more entries of the governor's state are ignored", _log[^1]);
    }

    [Fact]
    public async Task A_date_in_the_future_is_reported_and_gives_an_age_of_zero()
    {
        await WriteAsync("9999-12-31T23:59:59Z", "{\"key\":\"global\",\"tokens\":0}", "");

        Assert.Equal(TimeSpan.Zero, File.Load()!.Value.Age);

        Assert.Contains("is dated 9999-12-31 23:59:59Z, later than now", Assert.Single(_log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_in_place_of_the_file_holds_up_no_start()
    {
        using (var made = System.Diagnostics.Process.Start("mkfifo", [FilePath]))
            await made.WaitForExitAsync();

        Assert.Null(await Task.Run(() => File.Load()).WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.EndsWith("is ignored: it is a named pipe, not a regular file", Assert.Single(_log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_owner_of_the_file_is_refused_with_the_process_that_has_it_and_saves_nothing()
    {
        await File.SaveAsync(State);
        using var second = new GovernorFile(FilePath, _time, _log);

        var refused = await Assert.ThrowsAsync<IOException>(() => second.SaveAsync(new GovernorState([], [])));

        Assert.StartsWith($"{FilePath} is in use by process {Environment.ProcessId} on ", refused.Message, StringComparison.Ordinal);
        Assert.Equal(State.Budgets, File.Load()!.Value.State.Budgets);
    }

    [Fact]
    public async Task The_file_is_for_its_owner_alone_and_is_written_through_no_link()
    {
        var other = Path.Combine(_directory.FullName, "other");
        await System.IO.File.WriteAllTextAsync(other, "precious");
        System.IO.File.CreateSymbolicLink($"{FilePath}.new", other);

        await File.SaveAsync(State);

        Assert.Equal("precious", await System.IO.File.ReadAllTextAsync(other));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(FilePath).UnixFileMode);
    }

    [Fact]
    public void A_file_that_is_too_large_is_not_read()
    {
        using (var stream = System.IO.File.Create(FilePath))
            stream.SetLength(1L << 32);

        Assert.Null(File.Load());

        Assert.Contains("4294967296 bytes", Assert.Single(_log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_partial_save_from_a_crash_is_overwritten()
    {
        await File.SaveAsync(State);
        await System.IO.File.WriteAllTextAsync($"{FilePath}.new", "{\"version\":1,\"sav");

        Assert.NotNull(File.Load());
        await File.SaveAsync(State);

        Assert.Equal([FilePath, $"{FilePath}.lock"], Directory.GetFiles(_directory.FullName).Order(StringComparer.Ordinal));
        Assert.Empty(_log);
    }

    [Fact]
    public async Task A_save_that_cannot_be_written_fails_and_leaves_the_file_as_it_was()
    {
        await File.SaveAsync(State);
        Directory.CreateDirectory($"{FilePath}.new");

        await Assert.ThrowsAnyAsync<Exception>(() => File.SaveAsync(new GovernorState([], [])));

        Assert.Equal(State.Budgets, File.Load()!.Value.State.Budgets);
    }

    [Fact]
    public async Task A_reason_of_any_length_makes_no_large_file()
    {
        await File.SaveAsync(new GovernorState([], [new SavedPause("host:h", TimeSpan.FromSeconds(1), new string('x', 100_000))]));

        Assert.InRange(new FileInfo(FilePath).Length, 1, 1000);
    }

    private static readonly EndpointSession Session = new(
        new EndpointId("a"),
        new(
        [
            new("session.id", new SessionValue(SessionValueKind.Text, "\"abc\"")),
            new("session.at", new SessionValue(SessionValueKind.Json, "{\"n\":1.50}")),
            new("session.key", new SessionValue(SessionValueKind.Bytes, "AP8=")),
        ]),
        long.MaxValue,
        new([new("", 3), new("ids", 0)]));

    [Fact]
    public async Task Sessions_are_loaded_as_they_were_saved_and_those_of_unknown_endpoints_are_not()
    {
        var other = Session with { Endpoint = new EndpointId("b"), Sequence = null };
        await File.SaveAsync(State);
        await File.SaveAsync([Session, other]);

        using var next = new GovernorFile(FilePath, _time, _log);

        Assert.Equal([Session], next.LoadSessions([new EndpointId("a"), new EndpointId("c")]));
        Assert.Equal(State.Budgets, next.Load()!.Value.State.Budgets);
        Assert.Empty(_log);
    }

    [Fact]
    public async Task A_save_of_sessions_leaves_the_governor_part_and_its_time_as_they_were()
    {
        await File.SaveAsync(State);
        _time.Now += TimeSpan.FromSeconds(20);
        using (var next = new GovernorFile(FilePath, _time, _log))
        {
            File.Dispose();
            next.LoadSessions([]);
            next.Load();
            await next.SaveAsync([Session]);
            _time.Now += TimeSpan.FromSeconds(22);
        }

        using var last = new GovernorFile(FilePath, _time, _log);
        Assert.Equal([Session], last.LoadSessions([Session.Endpoint]));
        var (state, age) = last.Load()!.Value;
        Assert.Equal((State.Pauses[0], TimeSpan.FromSeconds(42)), (state.Pauses[0], age));
    }

    [Fact]
    public async Task A_session_that_is_gone_is_not_in_the_next_file()
    {
        await File.SaveAsync([Session]);
        await File.SaveAsync([]);
        await File.SaveAsync(State);

        Assert.DoesNotContain("abc", await System.IO.File.ReadAllTextAsync(FilePath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_the_version_before_has_no_sessions_and_is_loaded()
    {
        await WriteAsync("2026-01-01T00:00:00Z", "{\"key\":\"global\",\"tokens\":2}", "");

        Assert.Empty(File.LoadSessions([Session.Endpoint]));
        Assert.Equal([new SavedBudget("global", 2)], File.Load()!.Value.State.Budgets);
        Assert.Empty(_log);
    }

    [Theory]
    [InlineData("7", "the part is no list")]
    [InlineData("[null]", "a session is null")]
    [InlineData("[7, 8, 9]", "a session is not whole")]
    [InlineData("[{\"endpoint\":\"a\"}]", "a session is not whole")]
    [InlineData("[{\"endpoint\":\"../a\",\"values\":[],\"sequence\":1,\"counters\":{}}]", "no endpoint has such an id")]
    [InlineData("[{\"endpoint\":\"a\",\"values\":[null],\"sequence\":1,\"counters\":{}}]", "a session is not whole")]
    [InlineData("[{\"endpoint\":\"a\",\"values\":[],\"sequence\":1e30,\"counters\":{}}]", "a session is not whole")]
    [InlineData("[{\"endpoint\":\"a\",\"values\":[],\"sequence\":1,\"counters\":{\"x\":-1}}]", "a: a counter is below 0")]
    [InlineData(
        "[{\"endpoint\":\"a\",\"values\":[{\"name\":\"id\",\"kind\":\"Text\",\"content\":\"Kanari\"}],\"sequence\":1,\"counters\":{}}]",
        "a: a name is not session. and a name")]
    [InlineData(
        "[{\"endpoint\":\"a\",\"values\":[{\"name\":\"session.id\",\"kind\":\"Json\",\"content\":\"{\"}],\"sequence\":1,\"counters\":{}}]",
        "a: a value is none, or is too large")]
    public async Task A_broken_part_of_sessions_is_told_once_without_its_content_and_costs_nothing_else(string part, string problem)
    {
        await System.IO.File.WriteAllTextAsync(
            FilePath,
            "{\"version\":2,\"saved-at\":\"2026-01-01T00:00:00Z\",\"budgets\":[{\"key\":\"global\",\"tokens\":2}],\"pauses\":[],"
                + $"\"sessions\":{part}}}");

        Assert.Empty(File.LoadSessions([Session.Endpoint]));
        Assert.Equal([new SavedBudget("global", 2)], File.Load()!.Value.State.Budgets);

        Assert.Equal($"{FilePath}: not every session of an endpoint is taken from it: {problem}", Assert.Single(_log));
    }

    [Fact]
    public async Task A_damaged_file_is_told_once_at_a_start()
    {
        await System.IO.File.WriteAllTextAsync(FilePath, "no json");

        Assert.Empty(File.LoadSessions([Session.Endpoint]));

        Assert.Single(_log);
    }

    private Task WriteAsync(string savedAt, string budgets, string pauses) =>
        System.IO.File.WriteAllTextAsync(
            FilePath, $"{{\"version\":1,\"saved-at\":\"{savedAt}\",\"budgets\":[{budgets}],\"pauses\":[{pauses}]}}");

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class Complaints : List<string>, ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) => Add(formatter(state, exception));
    }
}
