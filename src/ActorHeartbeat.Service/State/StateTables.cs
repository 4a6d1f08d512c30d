using System.Collections.Immutable;
using System.Globalization;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Supervision;
using Microsoft.Data.Sqlite;

namespace ActorHeartbeat.Service.State;

/// <summary>Rows of the database, to and from what they mean. What is read there is not trusted.</summary>
internal sealed class StateTables(SqliteConnection connection)
{
    /// <summary>The sessions that the table has, because most do not change between two writes; null when it has others too.</summary>
    private Dictionary<EndpointId, EndpointSession>? _sessions = [];

    private readonly IgnoredRows _ignored = new();

    /// <summary>What the tables had when the database was opened.</summary>
    public StateParts Found { get; private set; } = StateParts.None;

    /// <summary>Fills a new database with what an earlier version had.</summary>
    public static StateTables Fill(SqliteConnection connection, StateParts former)
    {
        var tables = new StateTables(connection) { Found = former };
        using var transaction = connection.BeginTransaction();
        StateSchema.Create(connection, transaction);
        tables.Write(former, transaction);
        transaction.Commit();
        tables.IsCommitted(former);
        return tables;
    }

    /// <param name="connection">The open database.</param>
    /// <param name="path">Its name in the log.</param>
    /// <param name="log">Hears what is ignored.</param>
    public static StateTables Read(SqliteConnection connection, string path, ILogger log)
    {
        var tables = new StateTables(connection);
        tables.Found = new StateParts
        {
            Governor = tables.ReadGovernor(path, log),
            Sessions = tables.ReadSessions(),
            Paused = [.. tables.ReadPaused()],
            Subscriptions = tables.ReadSubscriptions().ToImmutableDictionary(),
        };
        tables._ignored.Tell(path, log);
        return tables;
    }

    public void Write(StateParts change, SqliteTransaction transaction)
    {
        if (change.Governor is { } governor)
            WriteGovernor(governor, transaction);
        if (change.Sessions is { } sessions)
            WriteSessions(sessions, transaction);
        if (change.Paused is { } paused)
        {
            Execute(transaction, "DELETE FROM paused_endpoints");
            using var insert = Command(transaction, "INSERT OR REPLACE INTO paused_endpoints VALUES (@1)");
            foreach (var endpoint in paused)
                Execute(insert, endpoint.Value);
        }
        WriteSubscriptions(change.Subscriptions, transaction);
    }

    /// <summary>Remembers what the tables have once a change has been committed.</summary>
    public void IsCommitted(StateParts change)
    {
        if (change.Sessions is { } sessions)
            _sessions = sessions.ToDictionary(session => session.Endpoint);
    }

    private void WriteGovernor(GovernorPart governor, SqliteTransaction transaction)
    {
        Execute(transaction, "INSERT OR REPLACE INTO governor VALUES (1, @1)", Spell(governor.SavedAt));
        Execute(transaction, "DELETE FROM budgets");
        Execute(transaction, "DELETE FROM pauses");
        using var budgets = Command(transaction, "INSERT OR REPLACE INTO budgets VALUES (@1, @2)");
        foreach (var budget in governor.State.Budgets)
            Execute(budgets, budget.Key, budget.Tokens);
        using var pauses = Command(transaction, "INSERT OR REPLACE INTO pauses VALUES (@1, @2, @3)");
        foreach (var pause in governor.State.Pauses)
            Execute(pauses, pause.Key, pause.For.Ticks, GovernorEntries.Bounded(pause.Why));
    }

    private void WriteSessions(ValueList<EndpointSession> sessions, SqliteTransaction transaction)
    {
        if (_sessions is null)
            Execute(transaction, "DELETE FROM sessions");
        var before = _sessions ?? [];
        using var insert = Command(transaction, "INSERT OR REPLACE INTO sessions VALUES (@1, @2)");
        foreach (var session in sessions)
        {
            if (!before.TryGetValue(session.Endpoint, out var same) || same != session)
                Execute(insert, session.Endpoint.Value, SessionEntries.Write(session));
        }
        var now = sessions.Select(session => session.Endpoint).ToHashSet();
        using var delete = Command(transaction, "DELETE FROM sessions WHERE endpoint = @1");
        foreach (var gone in before.Keys.Where(endpoint => !now.Contains(endpoint)))
            Execute(delete, gone.Value);
    }

    private void WriteSubscriptions(
        ImmutableDictionary<SubscriptionKey, DateTimeOffset?> subscriptions, SqliteTransaction transaction)
    {
        using var insert = Command(transaction, "INSERT OR REPLACE INTO subscriptions VALUES (@1, @2, @3, @4)");
        using var delete = Command(
            transaction, "DELETE FROM subscriptions WHERE endpoint = @1 AND subscription = @2 AND key = @3");
        foreach (var (name, addedAt) in subscriptions)
        {
            if (addedAt is { } at)
                Execute(insert, name.Endpoint.Value, name.Subscription, name.Key, Spell(at));
            else
                Execute(delete, name.Endpoint.Value, name.Subscription, name.Key);
        }
    }

    private GovernorPart? ReadGovernor(string path, ILogger log)
    {
        if (Rows("SELECT saved_at FROM governor", row => row.GetString(0)) is not [var saved])
            return null;
        if (DateOf(saved) is not { } savedAt)
        {
            _ignored.Add("governor", "saved_at", NoTime(saved));
            return null;
        }
        var entries = new GovernorEntries();
        var budgets = Rows("SELECT scope, tokens FROM budgets", row => new BudgetEntry(row.GetString(0), row.GetDouble(1)));
        var pauses = Rows(
            "SELECT scope, ticks, why FROM pauses",
            row => new PauseEntry(row.GetString(0), TimeSpan.FromTicks(row.GetInt64(1)), row.GetString(2)));
        var state = new GovernorState(
            [.. budgets.Where(entries.Accepts).Select(entry => entry.Save())],
            [.. pauses.Where(entries.Accepts).Select(entry => entry.Save())]);
        entries.Tell(path, log);
        return new GovernorPart(savedAt, state);
    }

    private ValueList<EndpointSession> ReadSessions()
    {
        var rows = Rows("SELECT endpoint, session FROM sessions", row => (Endpoint: row.GetString(0), Session: row.GetString(1)));
        var sessions = new List<EndpointSession>(rows.Count);
        var areAllSound = true;
        foreach (var row in rows)
        {
            var (session, wrong) = SessionEntries.Read(row.Session);
            if (session is not null && session.Endpoint.Value != row.Endpoint)
                (session, wrong) = (null, "a session stands under another endpoint");
            if (session is not null)
                sessions.Add(session);
            else
                _ignored.Add("sessions", row.Endpoint, wrong!); // not null without a session
            areAllSound &= session is not null;
        }
        _sessions = areAllSound ? sessions.ToDictionary(session => session.Endpoint) : null;
        return [.. sessions];
    }

    /// <summary>The keys of subscriptions that were added, in their order, and what is told of rows that mean none.</summary>
    public (IReadOnlyList<SubscriptionKey> Keys, IEnumerable<string> Ignored) ReadAddedKeys()
    {
        SubscriptionKey[] keys = [.. ReadSubscriptions().OrderBy(added => added.Value).Select(added => added.Key)];
        return (keys, _ignored.Lines());
    }

    private IEnumerable<EndpointId> ReadPaused()
    {
        foreach (var endpoint in Rows("SELECT endpoint FROM paused_endpoints", row => row.GetString(0)))
        {
            if (EndpointId.Reject(endpoint) is { } reason)
                _ignored.Add("paused_endpoints", endpoint, reason);
            else
                yield return new EndpointId(endpoint);
        }
    }

    private IEnumerable<KeyValuePair<SubscriptionKey, DateTimeOffset?>> ReadSubscriptions()
    {
        foreach (var row in Rows(
            "SELECT endpoint, subscription, key, added_at FROM subscriptions",
            row => (Id: row.GetString(0), Name: row.GetString(1), Key: row.GetString(2), At: row.GetString(3))))
        {
            var at = DateOf(row.At);
            if ((EndpointId.Reject(row.Id) ?? (at is null ? NoTime(row.At) : null)) is { } reason)
                _ignored.Add("subscriptions", $"{row.Id} {row.Name}/{row.Key}", reason);
            else
                yield return KeyValuePair.Create(new SubscriptionKey(new EndpointId(row.Id), row.Name, row.Key), at);
        }
    }

    private List<T> Rows<T>(string sql, Func<SqliteDataReader, T> read)
    {
        using var command = Command(null, sql);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    private void Execute(SqliteTransaction transaction, string sql, params ReadOnlySpan<object> values)
    {
        using var command = Command(transaction, sql);
        Execute(command, values);
    }

    private static void Execute(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var at = 0; at < values.Length; at++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"@{at + 1}");
            if (command.Parameters.Contains(name))
                command.Parameters[name].Value = values[at];
            else
                command.Parameters.AddWithValue(name, values[at]);
        }
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(SqliteTransaction? transaction, string sql)
    {
        var command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = (sql, transaction);
        return command;
    }

    private static string Spell(DateTimeOffset time) => time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset? DateOf(string text) =>
        DateTimeOffset.TryParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static string NoTime(string text) => $"its time {PeerText.Of(text, maxLength: 40)} is none";
}
