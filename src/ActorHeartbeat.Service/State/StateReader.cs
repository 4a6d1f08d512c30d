using ActorHeartbeat.Supervision;
using Microsoft.Data.Sqlite;

namespace ActorHeartbeat.Service.State;

/// <summary>Looks into the database of a process that does not run, and writes nothing into it.</summary>
internal static class StateReader
{
    /// <summary>The keys of subscriptions that were added at runtime, in their order, and what is told of rows that mean none.</summary>
    /// <exception cref="SqliteException">Another process has the database, or it is none of ours.</exception>
    public static (IReadOnlyList<SubscriptionKey> Keys, IEnumerable<string> Ignored) AddedKeys(string path)
    {
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = 1 }
                .ToString());
        connection.Open();
        return new StateTables(connection).ReadAddedKeys();
    }
}
