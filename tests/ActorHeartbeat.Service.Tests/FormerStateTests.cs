using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Service.Sinks;
using ActorHeartbeat.Service.State;

namespace ActorHeartbeat.Service.Tests;

/// <summary>The JSON file of earlier versions, which a new database takes over once.</summary>
public sealed class FormerStateTests : IDisposable
{
    private const string Whole =
        "{\"version\":2,\"saved-at\":\"2026-01-02T03:04:00Z\",\"budgets\":[{\"key\":\"global\",\"tokens\":1.5}],"
        + "\"pauses\":[{\"key\":\"host:h\",\"for\":\"00:00:30\",\"why\":\"429\"}],"
        + "\"sessions\":[{\"endpoint\":\"a\",\"values\":[{\"name\":\"session.id\",\"kind\":\"Text\",\"content\":\"abc\"}],\"sequence\":1,"
        + "\"counters\":{}}]}";

    private readonly StateFolder _folder = new();

    private string Former => _folder.PathOf("state.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_new_database_takes_it_over_once()
    {
        await File.WriteAllTextAsync(Former, Whole);

        using (var first = _folder.Open(Former))
            AssertWhole(first);

        Assert.Equal(["state.db", "state.json.taken-over"], _folder.Names);
        Assert.Equal(
            $"{_folder.Path}: it has taken over the state of {Former}, which is {Former}.taken-over now", Assert.Single(_folder.Log));
        using (var second = _folder.Open(Former))
        {
            AssertWhole(second);
            await second.SaveAsync(new GovernorState([], []));
            await second.SaveAsync([]);
        }
        await File.WriteAllTextAsync(Former, Whole);
        Assert.Empty(_folder.Open(Former).Load()!.Value.State.Budgets);
        Assert.Equal($"{Former}: it is not taken over, because {_folder.Path} has a state already; remove it", _folder.Log.Last());
        Assert.Equal(2, _folder.Log.Count);
    }

    [Fact]
    public async Task The_file_may_stand_under_the_new_key()
    {
        await File.WriteAllTextAsync(_folder.Path, Whole);

        using (var first = _folder.Open())
            AssertWhole(first);

        Assert.Equal(["state.db", "state.db.json.taken-over"], _folder.Names);
        Assert.Contains("it has taken over", Assert.Single(_folder.Log), StringComparison.Ordinal);
        AssertWhole(_folder.Open());
    }

    [Fact]
    public async Task A_second_one_that_is_taken_over_does_not_replace_the_first()
    {
        await File.WriteAllTextAsync($"{Former}.taken-over", "precious");
        await File.WriteAllTextAsync(Former, Whole);

        _folder.Open(Former).Dispose();
        using (var database = _folder.Open(Former))
            AssertWhole(database);

        Assert.Equal(["state.db", "state.json.taken-over", "state.json.taken-over-20260102T030405.000Z"], _folder.Names);
        Assert.Equal("precious", await File.ReadAllTextAsync($"{Former}.taken-over"));
    }

    [Fact]
    public async Task A_crash_before_the_file_is_renamed_takes_nothing_over_twice()
    {
        await File.WriteAllTextAsync(Former, Whole);
        using (var first = _folder.Open(Former))
        {
            Assert.NotNull(first.Load());
            await first.SaveAsync(new GovernorState([], []));
        }
        File.Move($"{Former}.taken-over", Former);

        Assert.Empty(_folder.Open(Former).Load()!.Value.State.Budgets);
    }

    [Fact]
    public async Task While_a_service_of_an_earlier_version_has_it_nothing_is_begun()
    {
        await File.WriteAllTextAsync(Former, Whole);
        var owner = FileLock.Take(Former, "supervisor.state-file");
        var opening = new DatabaseOpening(_folder.Path, Former, _folder.Time, _folder.Log);

        Assert.StartsWith(
            $"{Former} is in use by process {Environment.ProcessId} on ",
            Assert.Throws<FileInUseException>(opening.Open).Message,
            StringComparison.Ordinal);

        owner.Dispose();
        using (var file = opening.Open())
            Assert.Equal(new SavedBudget("global", 1.5), Assert.Single(file.Found.Governor!.State.Budgets));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("no json")]
    [InlineData("{\"version\":1,\"saved-at\":\"2026-01-01T00:00:00Z\",\"budgets\":[{\"key\":\"glo")]
    [InlineData("{\"version\":1,\"saved-at\":\"2026-01-01T00:00:00Z\"}")]
    [InlineData("{\"version\":1,\"saved-at\":\"yesterday\",\"budgets\":[],\"pauses\":[]}")]
    [InlineData("{\"version\":3,\"saved-at\":\"2026-01-01T00:00:00Z\",\"budgets\":[],\"pauses\":[]}")]
    public async Task A_damaged_file_is_told_and_stays_and_the_database_begins_without_it(string damaged)
    {
        await File.WriteAllTextAsync(Former, damaged);

        using (var database = _folder.Open(Former))
        {
            Assert.Null(database.Load());
            await database.SaveAsync(StateFolder.State);
        }

        Assert.StartsWith(
            $"{Former}: the state of an earlier version is ignored: ", Assert.Single(_folder.Log), StringComparison.Ordinal);
        Assert.Equal(damaged, await File.ReadAllTextAsync(Former));
        Assert.NotNull(_folder.Open().Load());
    }

    [Fact]
    public async Task A_pipe_or_a_file_that_is_too_large_is_not_read()
    {
        using (var made = System.Diagnostics.Process.Start("mkfifo", [Former]))
            await made.WaitForExitAsync();
        Assert.Null(FormerStateFile.Read(Former, _folder.Log));
        Assert.EndsWith("is ignored: it is a named pipe, not a regular file", Assert.Single(_folder.Log), StringComparison.Ordinal);

        File.Delete(Former);
        using (var stream = File.Create(Former))
            stream.SetLength(1L << 32);
        Assert.Null(FormerStateFile.Read(Former, _folder.Log));
        Assert.Contains("4294967296 bytes", _folder.Log.Last(), StringComparison.Ordinal);
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
    public async Task An_entry_that_the_governor_cannot_have_saved_is_reported_and_left_out(string budget, string pause, string problem)
    {
        string[] budgets = [budget, "{\"key\":\"group:a\",\"tokens\":2}"],
            pauses = [pause, "{\"key\":\"host:h\",\"for\":\"00:00:30\",\"why\":\"429\"}"];
        await WriteAsync(
            string.Join(',', budgets.Where(entry => entry != "")), string.Join(',', pauses.Where(entry => entry != "")));

        var state = FormerStateFile.Read(Former, _folder.Log)!.Governor!.State;

        Assert.Equal([new SavedBudget("group:a", 2)], state.Budgets);
        Assert.Equal([new SavedPause("host:h", TimeSpan.FromSeconds(30), "429")], state.Pauses);
        Assert.Equal($"{Former}: an entry of the governor's state is ignored: {problem}: {budget}{pause}", Assert.Single(_folder.Log));
    }

    [Fact]
    public async Task A_file_of_the_first_version_has_no_sessions_and_is_read()
    {
        await WriteAsync("{\"key\":\"global\",\"tokens\":2}", "");

        var parts = FormerStateFile.Read(Former, _folder.Log)!;

        Assert.Equal([], parts.Sessions);
        Assert.Equal([new SavedBudget("global", 2)], parts.Governor!.State.Budgets);
        Assert.Empty(_folder.Log);
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
        await File.WriteAllTextAsync(
            Former,
            "{\"version\":2,\"saved-at\":\"2026-01-01T00:00:00Z\",\"budgets\":[{\"key\":\"global\",\"tokens\":2}],\"pauses\":[],"
                + $"\"sessions\":{part}}}");

        var parts = FormerStateFile.Read(Former, _folder.Log)!;

        Assert.Equal([], parts.Sessions);
        Assert.Equal([new SavedBudget("global", 2)], parts.Governor!.State.Budgets);
        Assert.Equal($"{Former}: not every session of an endpoint is taken from it: {problem}", Assert.Single(_folder.Log));
    }

    private void AssertWhole(StateDatabase database)
    {
        var session = Assert.Single(database.LoadSessions([new EndpointId("a")]));
        Assert.Equal("abc", Assert.Single(session.Values).Value.Content);
        var (state, age) = database.Load()!.Value;
        Assert.Equal([new SavedBudget("global", 1.5)], state.Budgets);
        Assert.Equal([new SavedPause("host:h", TimeSpan.FromSeconds(30), "429")], state.Pauses);
        Assert.Equal(TimeSpan.FromSeconds(5), age);
    }

    private Task WriteAsync(string budgets, string pauses) => File.WriteAllTextAsync(
        Former, $"{{\"version\":1,\"saved-at\":\"2026-01-01T00:00:00Z\",\"budgets\":[{budgets}],\"pauses\":[{pauses}]}}");
}
