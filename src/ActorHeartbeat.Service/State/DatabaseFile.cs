using ActorHeartbeat.Files;
using ActorHeartbeat.Service.Sinks;
using Microsoft.Data.Sqlite;

namespace ActorHeartbeat.Service.State;

/// <summary>The open database of one process. The thread that opened it alone uses it.</summary>
internal sealed class DatabaseFile(string path, FileLock owner, SqliteConnection connection, StateTables tables) : IDisposable
{
    private readonly FileIdentity? _identity = FileStatus.Of(path)?.Identity;

    /// <summary>What it had when it was opened.</summary>
    public StateParts Found => tables.Found;

    /// <summary>Whether its name leads to another file by now, or to none: what is written would be lost.</summary>
    public bool IsMoved => FileStatus.Of(path) is not { } now || now.Identity != _identity;

    /// <summary>Writes a change as a whole: after a crash there is all of it, or nothing.</summary>
    public void Write(StateParts change)
    {
        using var transaction = connection.BeginTransaction();
        tables.Write(change, transaction);
        transaction.Commit();
        tables.IsCommitted(change);
    }

    public void Dispose()
    {
        try
        {
            connection.Dispose();
        }
        catch (SqliteException)
        {
            // What is committed lies in the log beside the file, and comes into it at the next start.
        }
        owner.Dispose();
    }
}
