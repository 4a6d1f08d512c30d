using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Service.State;
using ActorHeartbeat.Supervision;
using Microsoft.Data.Sqlite;

namespace ActorHeartbeat.Service.Tests;

/// <summary>Databases that cannot be used or written: each is told once, and the service goes on.</summary>
public sealed class BrokenStateTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly StateFolder _folder = new();

    public static TheoryData<string, Action<string>, string> Broken => new()
    {
        { "no database", path => File.WriteAllText(path, "precious"), "it is no SQLite database" },
        { "garbage behind the signature", path => Overwrite(path, 16, 4000), "" },
        { "a page of garbage", path => Overwrite(path, 4096, 4096), "" },
        { "the first half", path => Cut(path, 2), "" },
        { "the first page", path => Cut(path, 6), "" },
        { "ten bytes", path => File.WriteAllText(path, "SQLite for"), "it is no SQLite database" },
        { "a version of the future", path => Run(path, "PRAGMA user_version = 2"), "it is of version 2, 1 is expected" },
        { "a missing table", path => Run(path, "DROP TABLE pauses"), "its tables are not those of version 1" },
        {
            "a trigger",
            path => Run(path, "CREATE TRIGGER t AFTER INSERT ON budgets BEGIN DELETE FROM budgets; END"),
            "its tables are not those of version 1"
        },
        { "4 GiB", path => Lengthen(path, 1L << 32), "it has 4294967296 bytes, more than 268435456" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_broken_database_is_set_aside_and_told_once_and_a_new_one_begins(string what, Action<string> damage, string why)
    {
        Assert.NotEmpty(what);
        using (var first = _folder.Open())
        {
            await first.SaveAsync(StateFolder.State);
            await first.SaveAsync([StateFolder.Session]);
        }
        damage(_folder.Path);
        var size = new FileInfo(_folder.Path).Length;

        using (var next = _folder.Open())
        {
            Assert.Null(next.Load());
            Assert.Empty(next.LoadSessions([StateFolder.Session.Endpoint]));
            await next.SaveAsync(new GovernorState([new SavedBudget("global", 7)], []));
        }

        Assert.Equal(["state.db", "state.db.broken-20260102T030405.000Z"], _folder.Names);
        Assert.Equal(size, new FileInfo(_folder.PathOf(_folder.Names[1])).Length);
        Assert.StartsWith(
            $"{_folder.Path}: it is set aside as {_folder.Path}.broken-20260102T030405.000Z, and a new one begins: {why}",
            Assert.Single(_folder.Log),
            StringComparison.Ordinal);
        Assert.Equal([new SavedBudget("global", 7)], _folder.Open().Load()!.Value.State.Budgets);
        Assert.Single(_folder.Log);
    }

    [Fact]
    public async Task A_row_that_means_nothing_is_told_with_its_table_and_key_and_costs_no_other()
    {
        var (kept, broken) = (Key("trades", "ETH"), Key("trades", "BTC"));
        using (var first = _folder.Open())
        {
            await first.SaveAsync(StateFolder.State);
            await first.SaveAsync([StateFolder.Session]);
            await first.AddAsync(kept);
            await first.AddAsync(broken);
            ((IPausedStore)first).Save([StateFolder.Session.Endpoint]);
        }
        Run(_folder.Path, "UPDATE subscriptions SET added_at = 'yesterday' WHERE key = 'BTC'");
        Run(_folder.Path, "INSERT INTO subscriptions VALUES ('no id', 'trades', 'SOL', '2026-01-02T03:04:05.0000000+00:00')");
        Run(_folder.Path, "INSERT INTO paused_endpoints VALUES ('no id')");
        Run(_folder.Path, "INSERT INTO sessions VALUES ('b', '{')");
        Run(_folder.Path, "UPDATE governor SET saved_at = 'yesterday'");

        using (var next = _folder.Open())
        {
            Assert.Null(next.Load());
            Assert.Equal([kept], ((ISubscriptionStore)next).Load());
            Assert.Equal([StateFolder.Session.Endpoint], ((IPausedStore)next).Load());
            Assert.Equal([StateFolder.Session], next.Sessions);
        }

        Assert.Equal(
            [
                $"{_folder.Path}: a row of governor is ignored: saved_at: its time yesterday is none",
                $"{_folder.Path}: a row of sessions is ignored: b: a session is not whole",
                $"{_folder.Path}: a row of paused_endpoints is ignored: no id: {EndpointId.Reject("no id")}",
                $"{_folder.Path}: a row of subscriptions is ignored: a trades/BTC: its time yesterday is none",
                $"{_folder.Path}: a row of subscriptions is ignored: no id trades/SOL: {EndpointId.Reject("no id")}",
            ],
            _folder.Log);
        Assert.Equal(["state.db"], _folder.Names);
    }

    [Fact]
    public async Task Of_many_rows_that_mean_nothing_the_number_is_told()
    {
        using (var first = _folder.Open())
            await first.AddAsync(Key("trades", "ETH"));
        for (var number = 0; number < 13; number++)
            Run(_folder.Path, $"INSERT INTO subscriptions VALUES ('a', 'trades', '{number}', '')");

        Assert.Single(_folder.Open().Subscriptions);

        Assert.Equal(11, _folder.Log.Count);
        Assert.Equal($"{_folder.Path}: 3 more rows are ignored", _folder.Log.Last());
    }

    [Fact]
    public async Task The_log_beside_a_broken_database_goes_with_it()
    {
        await File.WriteAllTextAsync(_folder.Path, "precious");
        await File.WriteAllTextAsync($"{_folder.Path}-wal", "of another file");

        Assert.Null(_folder.Open().Load());

        Assert.Contains("state.db.broken-20260102T030405.000Z-wal", _folder.Names);
    }

    [Fact]
    public async Task A_database_of_another_program_is_not_touched()
    {
        Run(_folder.Path, "CREATE TABLE precious (it TEXT)");
        var before = await File.ReadAllBytesAsync(_folder.Path);

        using (var database = _folder.Open())
        {
            Assert.Null(database.Load());
            await database.SaveAsync(StateFolder.State).WaitAsync(Patience);
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(_folder.Path));
        Assert.Equal(["state.db"], _folder.Names);
        Assert.Equal(NotKept("it is a database of another program"), Assert.Single(_folder.Log));
    }

    [Fact]
    public async Task What_is_no_file_holds_up_no_start_and_is_not_touched()
    {
        using (var made = System.Diagnostics.Process.Start("mkfifo", [_folder.Path]))
            await made.WaitForExitAsync();
        using (var database = _folder.Open())
            Assert.Null(await Task.Run(() => database.Load()).WaitAsync(Patience));
        Assert.Equal(NotKept("it is a named pipe, not a regular file"), Assert.Single(_folder.Log));

        File.Delete(_folder.Path);
        Directory.CreateDirectory(_folder.Path);
        using (var database = _folder.Open())
            Assert.Null(database.Load());
        Assert.Equal(NotKept("it is a directory, not a regular file"), _folder.Log.Last());
        Assert.Equal(["state.db"], _folder.Names);
    }

    [Fact]
    public async Task A_second_owner_is_told_the_process_that_has_it_and_neither_loads_nor_saves_until_it_is_free()
    {
        var first = _folder.Open();
        await first.SaveAsync(StateFolder.State);
        using var second = _folder.Open();

        Assert.Null(second.Load());
        await second.SaveAsync(new GovernorState([new SavedBudget("global", 7)], [])).WaitAsync(Patience);

        Assert.StartsWith(
            NotKept($"{_folder.Path} is in use by process {Environment.ProcessId} on "),
            Assert.Single(_folder.Log),
            StringComparison.Ordinal);
        await first.SaveAsync(StateFolder.State);
        first.Dispose();
        await EventuallyAsync(() => _folder.Log.Count == 2);
        Assert.Equal($"{_folder.Path}: what is to survive a restart is kept again", _folder.Log.Last());
        second.Dispose();
        Assert.Equal([new SavedBudget("global", 7)], _folder.Open().Load()!.Value.State.Budgets);
    }

    [Fact]
    public async Task Another_program_that_has_it_open_is_an_owner_too()
    {
        using (var first = _folder.Open())
            await first.SaveAsync(StateFolder.State);
        using var other = new SqliteConnection($"Data Source={_folder.Path};Pooling=False");
        other.Open();
        using var command = other.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE; INSERT OR REPLACE INTO budgets VALUES ('global', 3)";
        command.ExecuteNonQuery();

        Assert.Null(_folder.Open().Load());

        Assert.Equal(NotKept("SQLite Error 5: 'database is locked'."), Assert.Single(_folder.Log));
        Assert.DoesNotContain(_folder.Names, name => name.Contains("broken", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_told_once_and_again_when_it_can()
    {
        var folder = _folder.PathOf("missing");
        var path = Path.Combine(folder, "state.db");
        using var database = new StateDatabase(path, null, _folder.Time, _folder.Log);
        Assert.Null(database.Load());
        await database.SaveAsync(StateFolder.State).WaitAsync(Patience);
        Assert.False(await database.SaveAsync([StateFolder.Session]).WaitAsync(Patience));
        Assert.StartsWith($"{path}: what is to survive a restart is not kept, ", Assert.Single(_folder.Log), StringComparison.Ordinal);

        Directory.CreateDirectory(folder);
        await EventuallyAsync(() => _folder.Log.Count == 2);
        Directory.Delete(folder, recursive: true);
        Assert.False(await database.SaveAsync([]).WaitAsync(Patience));

        Assert.Equal(
            [false, true, false],
            _folder.Log.Select(line => line == $"{path}: what is to survive a restart is kept again"));
    }

    [Fact]
    public async Task A_read_only_file_system_is_told_once_and_costs_nothing()
    {
        using var database = new StateDatabase("/proc/state.db", null, _folder.Time, _folder.Log);

        Assert.Null(database.Load());
        await database.SaveAsync(StateFolder.State).WaitAsync(Patience);

        Assert.StartsWith(
            "/proc/state.db: what is to survive a restart is not kept, ", Assert.Single(_folder.Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_keeps_what_was_written_and_the_rest_is_written_when_there_is_room()
    {
        const int few = 20 * 4096;
        using (var database = _folder.Open(mostBytes: few))
        {
            await database.SaveAsync(StateFolder.State);
            Assert.False(await database.SaveAsync([Large(100_000)]));
            Assert.Equal(NotKept("SQLite Error 13: 'database or disk is full'."), Assert.Single(_folder.Log));
            await database.SaveAsync(new GovernorState([new SavedBudget("global", 7)], [])).WaitAsync(Patience);
            Assert.Single(_folder.Log);
        }
        using (var database = _folder.Open(mostBytes: few))
        {
            Assert.Equal(StateFolder.State.Budgets, database.Load()!.Value.State.Budgets);
            Assert.False(await database.SaveAsync([Large(100_000)]));
            await database.SaveAsync([Large(1)]);
            await EventuallyAsync(() => _folder.Log.Last().EndsWith("kept again", StringComparison.Ordinal));
        }

        Assert.Single(_folder.Open().Sessions);
        Assert.Equal(3, _folder.Log.Count);
    }

    [Fact]
    public async Task A_file_that_was_removed_or_replaced_is_written_anew_with_everything()
    {
        using (var database = _folder.Open())
        {
            await database.SaveAsync(StateFolder.State);
            await database.AddAsync(new SubscriptionKey(StateFolder.Session.Endpoint, "trades", "BTC"));
            File.Delete(_folder.Path);
            Assert.True(await database.SaveAsync([StateFolder.Session]));
        }

        var next = _folder.Open();
        Assert.Equal(StateFolder.State.Budgets, next.Load()!.Value.State.Budgets);
        Assert.Equal("BTC", Assert.Single(next.Subscriptions).Name.Key);
        Assert.Equal([StateFolder.Session], next.Sessions);
        Assert.Empty(_folder.Log);
    }

    [Fact]
    public async Task A_disk_that_stalls_holds_up_neither_the_start_nor_saves_nor_the_end()
    {
        using var stalled = new ManualResetEventSlim();
        var opening = new DatabaseOpening(_folder.Path, null, _folder.Time, _folder.Log);
        var database = new StateDatabase(_folder.Path, _folder.Time, _folder.Log, () =>
        {
            stalled.Wait();
            return opening.Open();
        });

        Assert.Null(await Task.Run(() => database.Load()).WaitAsync(Patience));
        Assert.Null(database.Load());
        var saved = database.SaveAsync(StateFolder.State);
        await database.WrittenAsync(TimeSpan.FromMilliseconds(1));
        database.Dispose();
        Assert.False(saved.IsCompleted);
        Assert.Equal(
            $"{_folder.Path}: it has not answered within 5 s, and the service starts without its state", Assert.Single(_folder.Log));

        stalled.Set();
        await saved.WaitAsync(Patience);
        await EventuallyAsync(() => _folder.Names is ["state.db"]);
        Assert.Equal(StateFolder.State.Budgets, _folder.Open().Load()!.Value.State.Budgets);
    }

    [Fact]
    public async Task A_disk_that_breaks_every_file_is_not_filled_with_them()
    {
        var opening = new DatabaseOpening(_folder.Path, null, _folder.Time, _folder.Log);
        for (var time = 0; time < 3; time++)
        {
            await File.WriteAllTextAsync(_folder.Path, "no database");
            opening.Open().Dispose();
            _folder.Time.Now += TimeSpan.FromSeconds(1);
        }
        await File.WriteAllTextAsync(_folder.Path, "no database");

        var refused = Assert.Throws<IOException>(opening.Open);

        Assert.Equal("3 files are set aside already, and now it is no SQLite database", refused.Message);
        Assert.Equal("no database", await File.ReadAllTextAsync(_folder.Path));
    }

    [Fact]
    public async Task The_file_is_for_its_owner_alone_and_is_written_through_no_dangling_link()
    {
        using (var database = _folder.Open())
            await database.SaveAsync(StateFolder.State);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(_folder.Path).UnixFileMode);
        File.Delete(_folder.Path);
        File.CreateSymbolicLink(_folder.Path, _folder.PathOf("nowhere"));

        Assert.Null(_folder.Open().Load());

        Assert.Equal(["state.db"], _folder.Names);
        Assert.Equal(NotKept("it is a symbolic link that leads to no file"), Assert.Single(_folder.Log));
    }

    private static SubscriptionKey Key(string subscription, string key) => new(StateFolder.Session.Endpoint, subscription, key);

    private string NotKept(string why) =>
        $"{_folder.Path}: what is to survive a restart is not kept, and a crash now would give back what dials have spent: {why}";

    private static Connections.EndpointSession Large(int count) => StateFolder.Session with
    {
        Values = new(Enumerable.Range(0, Math.Min(count, 200)).Select(number => KeyValuePair.Create(
            $"session.n{number}",
            new Connections.SessionValue(Connections.SessionValueKind.Text, new string('x', Math.Min(count, 4000)))))),
    };

    private static void Overwrite(string path, int at, int count)
    {
        using var file = File.OpenWrite(path);
        file.Position = at;
        file.Write([.. Enumerable.Range(0, count).Select(number => (byte)((number * 37) + 1))]);
    }

    private static void Cut(string path, int parts)
    {
        using var file = File.OpenWrite(path);
        file.SetLength(file.Length / parts);
    }

    private static void Lengthen(string path, long length)
    {
        using var file = File.OpenWrite(path);
        file.SetLength(length);
    }

    private static void Run(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (!condition())
            await Task.Delay(20, deadline.Token);
    }
}
