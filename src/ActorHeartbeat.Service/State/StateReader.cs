using ActorHeartbeat.Supervision;
using Microsoft.Data.Sqlite;

namespace ActorHeartbeat.Service.State;

/// <summary>
/// Looks into the database of a process that does not run. It writes nothing into it, and leaves nothing beside it: SQLite would.
/// </summary>
internal static class StateReader
{
    /// <summary>The keys of subscriptions that were added at runtime, in their order, and what is told of rows that mean none.</summary>
    /// <exception cref="SqliteException">Another process has the database, or it is none of ours.</exception>
    public static (IReadOnlyList<SubscriptionKey> Keys, IEnumerable<string> Ignored) AddedKeys(string path)
    {
        var (log, index) = (new FileInfo($"{path}-wal"), $"{path}-shm");
        var hadIndex = File.Exists(index);
        // without a log beside it the file is whole, and no process has it open
        var source = log is { Exists: true, Length: > 0 } ? path : $"{new Uri(Path.GetFullPath(path)).AbsoluteUri}?immutable=1";
        try
        {
            using var connection = new SqliteConnection(
                new SqliteConnectionStringBuilder
                {
                    DataSource = source,
                    Mode = SqliteOpenMode.ReadOnly,
                    Pooling = false,
                    DefaultTimeout = 1,
                }.ToString());
            connection.Open();
            return new StateTables(connection).ReadAddedKeys();
        }
        finally
        {
            if (!hadIndex)
                File.Delete(index); // a service keeps that in its memory, so this one is ours
        }
    }
}
