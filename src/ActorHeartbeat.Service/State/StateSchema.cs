using System.Globalization;
using ActorHeartbeat.Files;
using Microsoft.Data.Sqlite;

namespace ActorHeartbeat.Service.State;

/// <summary>What a database has to be before its tables are read: ours, whole, of a version that is known; a new one becomes so.</summary>
internal static class StateSchema
{
    private const int Version = 1;

    /// <summary>"AHBT" in ASCII: says whose database it is.</summary>
    private const int Application = 0x41484254;

    private const int PageSize = 4096;

    /// <summary>
    /// The lock is the process's own, so that SQLite keeps the index of its log in memory and not in a mapped file, whose pages a full disk
    /// could take from under it. FULL flushes each transaction before it counts as written. What is deleted is overwritten.
    /// </summary>
    private const string Settings = """
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA secure_delete = ON;
        PRAGMA temp_store = MEMORY;
        PRAGMA trusted_schema = OFF;
        PRAGMA journal_size_limit = 4194304;
        """;

    /// <summary>
    /// In the order of their names. A database keeps these texts as they are: another one has other tables, a view or a trigger.
    /// </summary>
    private static readonly string[] Tables =
    [
        "CREATE TABLE budgets (scope TEXT PRIMARY KEY, tokens REAL NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE TABLE governor (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), saved_at TEXT NOT NULL) STRICT",
        "CREATE TABLE paused_endpoints (endpoint TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
        "CREATE TABLE pauses (scope TEXT PRIMARY KEY, ticks INTEGER NOT NULL, why TEXT NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE TABLE sessions (endpoint TEXT PRIMARY KEY, session TEXT NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE TABLE subscriptions (endpoint TEXT NOT NULL, subscription TEXT NOT NULL, key TEXT NOT NULL, added_at TEXT NOT NULL, "
            + "PRIMARY KEY (endpoint, subscription, key)) STRICT, WITHOUT ROWID",
    ];

    private static readonly byte[] Signature = "SQLite format 3\0"u8.ToArray();

    /// <summary>Whether a file begins like a database. Called before SQLite has it: closing it would give SQLite's lock away.</summary>
    public static bool IsDatabase(string path)
    {
        try
        {
            using var handle = NativeFiles.OpenToRead(path);
            var begin = new byte[Signature.Length];
            return RandomAccess.Read(handle, begin, 0) == begin.Length && begin.AsSpan().SequenceEqual(Signature);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new BrokenDatabaseException(refused.Message);
        }
    }

    /// <summary>Whether it is new and has no tables yet.</summary>
    public static bool Prepare(SqliteConnection connection, long mostBytes)
    {
        Run(connection, "PRAGMA locking_mode = EXCLUSIVE");
        var (application, version) = (Number(connection, "PRAGMA application_id"), Number(connection, "PRAGMA user_version"));
        var isEmpty = Number(connection, "SELECT count(*) FROM sqlite_schema") == 0;
        if (!isEmpty && application != Application)
            throw new IOException("it is a database of another program");
        if (!isEmpty && version != Version)
            throw new BrokenDatabaseException($"it is of version {version}, {Version} is expected");
        Run(connection, Settings);
        Run(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {mostBytes / PageSize}"));
        if (!isEmpty && !Texts(connection, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").SequenceEqual(Tables))
            throw new BrokenDatabaseException($"its tables are not those of version {Version}");
        if (!isEmpty && Text(connection, "PRAGMA quick_check(1)") is var verdict && verdict != "ok")
            throw new BrokenDatabaseException(verdict);
        return isEmpty;
    }

    public static void Create(SqliteConnection connection, SqliteTransaction transaction)
    {
        foreach (var table in Tables)
            Run(connection, table, transaction);
        Run(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {Application}"), transaction);
        Run(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {Version}"), transaction);
    }

    private static void Run(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        using var command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = (sql, transaction);
        command.ExecuteNonQuery();
    }

    private static long Number(SqliteConnection connection, string sql) =>
        Convert.ToInt64(Scalar(connection, sql), CultureInfo.InvariantCulture);

    private static string Text(SqliteConnection connection, string sql) =>
        Convert.ToString(Scalar(connection, sql), CultureInfo.InvariantCulture) ?? "";

    private static List<string> Texts(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var texts = new List<string>();
        while (reader.Read())
            texts.Add(reader.GetString(0));
        return texts;
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
