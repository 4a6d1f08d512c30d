using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Service.State;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Service.Tests;

/// <summary>What is written into the database is there for the next process.</summary>
public sealed class StateDatabaseTests : IDisposable
{
    private readonly StateFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_saved_state_is_loaded_with_its_age()
    {
        using (var first = _folder.Open())
            await first.SaveAsync(StateFolder.State);
        Assert.Equal(["state.db"], _folder.Names);
        _folder.Time.Now += TimeSpan.FromSeconds(42);

        var (state, age) = _folder.Open().Load()!.Value;

        Assert.Equal(StateFolder.State.Budgets, state.Budgets);
        Assert.Equal(StateFolder.State.Pauses, state.Pauses);
        Assert.Equal(TimeSpan.FromSeconds(42), age);
        Assert.Empty(_folder.Log);
    }

    [Fact]
    public async Task A_save_is_in_the_files_when_it_has_completed()
    {
        var database = _folder.Open();
        await database.SaveAsync(StateFolder.State);

        // What a process that is killed now would leave.
        foreach (var name in _folder.Names.Where(name => !name.EndsWith(".lock", StringComparison.Ordinal)).ToArray())
            File.Copy(_folder.PathOf(name), _folder.PathOf($"left-{name}"));
        var left = new DatabaseOpening(_folder.PathOf("left-state.db"), null, _folder.Time, _folder.Log);
        using var next = new StateDatabase("left", _folder.Time, _folder.Log, left.Open);

        Assert.Equal(StateFolder.State.Budgets, next.Load()!.Value.State.Budgets);
        Assert.Empty(_folder.Log);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_look_into_the_database_of_a_process_that_does_not_run_leaves_nothing_behind(bool isKilled)
    {
        var key = new SubscriptionKey(StateFolder.Session.Endpoint, "trades", "BTC");
        var database = _folder.Open();
        await database.AddAsync(key);
        if (!isKilled)
            database.Dispose();
        foreach (var name in _folder.Names.Where(name => !name.EndsWith(".lock", StringComparison.Ordinal)).ToArray())
            File.Copy(_folder.PathOf(name), _folder.PathOf($"left-{name}")); // what a process that is killed now would leave
        var before = _folder.Names;

        var (keys, ignored) = StateReader.AddedKeys(_folder.PathOf("left-state.db"));

        Assert.Equal([key], keys);
        Assert.Empty(ignored);
        Assert.Equal(before, _folder.Names);
    }

    [Fact]
    public async Task A_later_save_replaces_an_earlier_one_as_a_whole()
    {
        using (var first = _folder.Open())
        {
            await first.SaveAsync(StateFolder.State);
            await first.SaveAsync(new GovernorState([new SavedBudget("global", 7)], []));
        }

        var state = _folder.Open().Load()!.Value.State;
        Assert.Equal([new SavedBudget("global", 7)], state.Budgets);
        Assert.Empty(state.Pauses);
    }

    [Fact]
    public async Task Of_saves_that_overlap_the_last_one_called_is_kept()
    {
        const int count = 50;
        using (var first = _folder.Open())
            await Task.WhenAll(
                Enumerable.Range(1, count).Select(tokens => first.SaveAsync(new GovernorState([new SavedBudget("global", tokens)], []))));

        Assert.Equal([new SavedBudget("global", count)], _folder.Open().Load()!.Value.State.Budgets);
    }

    [Fact]
    public async Task A_governor_that_starts_again_finds_what_was_saved_last()
    {
        var database = _folder.Open();
        await database.SaveAsync(new GovernorState([], []));
        await database.SaveAsync(StateFolder.State);

        Assert.Equal(StateFolder.State.Budgets, database.Load()!.Value.State.Budgets);
    }

    [Fact]
    public async Task A_clock_that_went_backwards_gives_an_age_of_zero_and_is_told()
    {
        using (var first = _folder.Open())
            await first.SaveAsync(StateFolder.State);
        _folder.Time.Now -= TimeSpan.FromDays(1);

        Assert.Equal(TimeSpan.Zero, _folder.Open().Load()!.Value.Age);
        Assert.Contains("is dated 2026-01-02 03:04:05Z, later than now", Assert.Single(_folder.Log), StringComparison.Ordinal);
    }

    [Fact]
    public void A_first_start_finds_no_state_and_logs_nothing()
    {
        var database = _folder.Open();

        Assert.Null(database.Load());
        Assert.Empty(database.LoadSessions([new EndpointId("a")]));
        Assert.Empty(((IPausedStore)database).Load());
        Assert.Empty(database.Subscriptions);
        Assert.Empty(_folder.Log);
    }

    [Theory]
    [InlineData("INSERT INTO budgets VALUES ('global', -1)", "no budget has so many permits left: global, -1")]
    [InlineData("INSERT INTO budgets VALUES ('global', 1e300)", "no budget has so many permits left: global, 1E+300")]
    [InlineData("INSERT INTO budgets VALUES ('global', 9e999)", "no budget has so many permits left: global, Infinity")]
    [InlineData("INSERT INTO budgets VALUES ('galaxy', 1)", "no budget has such a key: galaxy, 1")]
    [InlineData("INSERT INTO pauses VALUES ('global', 864000000000000000, '429')", "no pause lasts nothing or over 30 days: global, ")]
    [InlineData("INSERT INTO pauses VALUES ('global', -1, '429')", "no pause lasts nothing or over 30 days: global, ")]
    [InlineData("INSERT INTO pauses VALUES ('planet:x', 1, '\u001b[2J')", "no budget has such a key: planet:x, 00:00:00.0000001,  [2J")]
    public async Task An_entry_that_the_governor_cannot_have_saved_is_reported_and_ignored(string sql, string problem)
    {
        using (var first = _folder.Open())
            await first.SaveAsync(new GovernorState(
                [new SavedBudget("group:a", 2)], [new SavedPause("host:h", TimeSpan.FromSeconds(30), "429")]));
        _folder.Run(sql);

        var state = _folder.Open().Load()!.Value.State;

        Assert.Equal([new SavedBudget("group:a", 2)], state.Budgets);
        Assert.Equal([new SavedPause("host:h", TimeSpan.FromSeconds(30), "429")], state.Pauses);
        Assert.StartsWith(
            $"{_folder.Path}: an entry of the governor's state is ignored: {problem}",
            Assert.Single(_folder.Log),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reports_of_wrong_entries_are_bounded_in_length_and_number()
    {
        using (var first = _folder.Open())
            await first.SaveAsync(new GovernorState([], []));
        _folder.Run(string.Join(
            ';', Enumerable.Range(0, 30).Select(number => $"INSERT INTO budgets VALUES ('{new string('x', 100_000)}\n{number}', 1)")));

        Assert.Empty(_folder.Open().Load()!.Value.State.Budgets);

        Assert.Equal(11, _folder.Log.Count);
        Assert.All(_folder.Log, line => Assert.InRange(line.Length, 1, 400));
        Assert.All(_folder.Log, line => Assert.DoesNotContain('\n', line));
        Assert.Equal($"{_folder.Path}: 20 more entries of the governor's state are ignored", _folder.Log.Last());
    }

    [Fact]
    public async Task A_reason_of_any_length_makes_no_large_file()
    {
        using (var first = _folder.Open())
            await first.SaveAsync(new GovernorState([], [new SavedPause("host:h", TimeSpan.FromSeconds(1), new string('x', 100_000))]));

        Assert.InRange(new FileInfo(_folder.Path).Length, 1, 50_000);
        Assert.Equal(200, Assert.Single(_folder.Open().Load()!.Value.State.Pauses).Why.Length);
    }

    [Fact]
    public async Task Sessions_are_loaded_as_they_were_saved_and_those_of_unknown_endpoints_are_not()
    {
        var other = StateFolder.Session with { Endpoint = new EndpointId("b"), Sequence = null };
        using (var first = _folder.Open())
        {
            await first.SaveAsync(StateFolder.State);
            Assert.True(await first.SaveAsync([StateFolder.Session, other]));
        }

        using var next = _folder.Open();

        Assert.Equal([StateFolder.Session], next.LoadSessions([new EndpointId("a"), new EndpointId("c")]));
        Assert.Equal(StateFolder.State.Budgets, next.Load()!.Value.State.Budgets);
        Assert.Empty(_folder.Log);
    }

    [Fact]
    public async Task A_save_of_sessions_leaves_the_governor_part_and_its_time_as_they_were()
    {
        using (var first = _folder.Open())
            await first.SaveAsync(StateFolder.State);
        _folder.Time.Now += TimeSpan.FromSeconds(20);
        using (var next = _folder.Open())
        {
            next.LoadSessions([]);
            next.Load();
            await next.SaveAsync([StateFolder.Session]);
            _folder.Time.Now += TimeSpan.FromSeconds(22);
        }

        using var last = _folder.Open();
        Assert.Equal([StateFolder.Session], last.LoadSessions([StateFolder.Session.Endpoint]));
        var (state, age) = last.Load()!.Value;
        Assert.Equal((StateFolder.State.Pauses[0], TimeSpan.FromSeconds(42)), (state.Pauses[0], age));
    }

    [Fact]
    public async Task Of_sessions_the_changed_one_is_written_and_one_that_is_gone_leaves_nothing_in_the_file()
    {
        var (other, third) = (new EndpointId("b"), new EndpointId("c"));
        using (var first = _folder.Open())
        {
            await first.SaveAsync([StateFolder.Session, StateFolder.Session with { Endpoint = other }]);
            await first.SaveAsync(
            [
                StateFolder.Session with { Sequence = 7, Values = new([]) },
                StateFolder.Session with { Endpoint = third, Values = new([]) },
            ]);
        }
        Assert.DoesNotContain("abc", await File.ReadAllTextAsync(_folder.Path), StringComparison.Ordinal);

        var sessions = _folder.Open().LoadSessions([StateFolder.Session.Endpoint, other, third]);

        Assert.Equal([("a", 7), ("c", long.MaxValue)], sessions.Select(session => (session.Endpoint.Value, session.Sequence ?? 0)).Order());
    }

    [Theory]
    [InlineData("null", "a session is null")]
    [InlineData("7", "a session is not whole")]
    [InlineData("{\"endpoint\":\"../a\",\"values\":[],\"sequence\":1,\"counters\":{}}", "no endpoint has such an id")]
    [InlineData("{\"endpoint\":\"b\",\"values\":[],\"sequence\":1,\"counters\":{}}", "a session stands under another endpoint")]
    [InlineData("{\"endpoint\":\"a\",\"values\":[],\"sequence\":1,\"counters\":{\"x\":-1}}", "a: a counter is below 0")]
    [InlineData(
        "{\"endpoint\":\"a\",\"values\":[{\"name\":\"id\",\"kind\":\"Text\",\"content\":\"Kanari\"}],\"sequence\":1,\"counters\":{}}",
        "a: a name is not session. and a name")]
    public async Task A_broken_session_is_told_without_its_content_and_goes_with_the_next_write(string text, string problem)
    {
        using (var first = _folder.Open())
            await first.SaveAsync(StateFolder.State);
        _folder.Run($"INSERT INTO sessions VALUES ('a', '{text}')");
        using (var next = _folder.Open())
        {
            Assert.Empty(next.LoadSessions([StateFolder.Session.Endpoint]));
            Assert.Equal(StateFolder.State.Budgets, next.Load()!.Value.State.Budgets);
            Assert.Equal($"{_folder.Path}: a row of sessions is ignored: a: {problem}", Assert.Single(_folder.Log));
            await next.SaveAsync([StateFolder.Session with { Endpoint = new EndpointId("c") }]);
        }

        Assert.Equal("c", Assert.Single(_folder.Open().Sessions).Endpoint.Value);
        Assert.Single(_folder.Log);
    }

    [Fact]
    public async Task Paused_endpoints_are_kept_until_others_are_saved()
    {
        using (var first = _folder.Open())
        {
            ((IPausedStore)first).Save([new EndpointId("a"), new EndpointId("b")]);
            ((IPausedStore)first).Save([new EndpointId("b"), new EndpointId("c")]);
            await first.WrittenAsync(TimeSpan.FromSeconds(10));
        }

        var next = _folder.Open();
        Assert.Equal(["b", "c"], ((IPausedStore)next).Load().Select(endpoint => endpoint.Value).Order());
        next.TellOfPaused([Endpoint("a"), Endpoint("c"), Endpoint("b") with { Enabled = false }]);
        Assert.Equal("1 endpoints stay paused, as before the restart: c", Assert.Single(_folder.Log));
    }

    [Fact]
    public async Task Subscriptions_are_added_dated_and_removed_one_by_one()
    {
        SubscriptionKey one = new(new EndpointId("a"), "trades", "BTC-USDT"), two = one with { Key = "ETH-USDT" },
            three = one with { Endpoint = new EndpointId("b") };
        var before = _folder.Time.Now;
        using (var first = _folder.Open())
        {
            Assert.True(await first.AddAsync(one));
            _folder.Time.Now += TimeSpan.FromSeconds(1);
            Assert.True(await first.AddAsync(two));
            Assert.True(await first.AddAsync(three));
            Assert.True(await first.RemoveAsync(three));
            Assert.True(await first.RemoveAsync(three with { Key = "was never there" }));
            Assert.Equal([one, two], first.Subscriptions.Select(added => added.Name).OrderBy(name => name.Key, StringComparer.Ordinal));
        }

        Assert.Equal(
            [new AddedSubscription(one, before), new AddedSubscription(two, before + TimeSpan.FromSeconds(1))],
            _folder.Open().Subscriptions.OrderBy(added => added.AddedAt));
    }

    private static EndpointSettings Endpoint(string id) => new() { Id = new EndpointId(id), Url = new Uri("ws://h") };
}
