using System.Globalization;
using ActorHeartbeat.Files;
using ActorHeartbeat.Service.Logging;
using ActorHeartbeat.Service.Sinks;
using Microsoft.Data.Sqlite;

namespace ActorHeartbeat.Service.State;

/// <summary>
/// Opens the database for this process alone, by the lock on the file beside it and by SQLite's own. A file that is broken, is no database,
/// or is of a later version is set aside under a name with the time, and a new one begins. A database of another program stays untouched,
/// and so does what is no regular file.
/// </summary>
/// <param name="path">The file; a link to a file is followed.</param>
/// <param name="former">The JSON file of earlier versions, which a new database takes over; null for none.</param>
/// <param name="time">The wall clock.</param>
/// <param name="log">Hears what is set aside, taken over or ignored.</param>
/// <param name="mostBytes">What the database may grow to.</param>
internal sealed class DatabaseOpening(string path, string? former, TimeProvider time, ILogger log, long mostBytes = DatabaseOpening.Largest)
{
    /// <summary>SQLite writes no more; a larger file comes from elsewhere.</summary>
    public const long Largest = 256 * 1024 * 1024;

    /// <summary>How many files one process sets aside: a disk that breaks each of them is not to be filled with them.</summary>
    private const int MostSetAside = 3;

    /// <summary>Behind the name of a former file that stands in the place of the database.</summary>
    private const string Former = ".json";

    private static readonly string[] Companions = ["-wal", "-shm", "-journal"];

    private int _setAside;
    private bool _isFormerTold;

    /// <exception cref="IOException">Another process has it, or the disk refuses; the message says so.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    /// <exception cref="SqliteException">SQLite refuses for another reason than a broken file.</exception>
    public DatabaseFile Open()
    {
        var real = OwnedFile.RealPath(path);
        var owner = FileLock.Take(real, "state.path");
        try
        {
            return Open(real, owner);
        }
        catch
        {
            owner.Dispose();
            throw;
        }
    }

    private DatabaseFile Open(string real, FileLock owner)
    {
        try
        {
            return Connect(real, owner);
        }
        catch (BrokenDatabaseException broken)
        {
            SetAside(real, broken.Message);
            return Connect(real, owner);
        }
    }

    private DatabaseFile Connect(string real, FileLock owner)
    {
        if (LooksFormer(real))
            File.Move(real, real + Former); // the new key names the old file: it is taken over from beside the database
        Place(real);
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = real, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 1 }
                .ToString());
        try
        {
            connection.Open();
            var isNew = StateSchema.Prepare(connection, mostBytes);
            return new DatabaseFile(real, owner, connection, isNew ? Begin(real, connection) : GoOn(real, connection));
        }
        catch (Exception problem)
        {
            connection.Dispose();
            if (BrokenDatabaseException.Says(problem) is { } reason)
                throw new BrokenDatabaseException(reason);
            throw;
        }
    }

    private StateTables Begin(string real, SqliteConnection connection)
    {
        _isFormerTold = true; // whatever becomes of it now
        using var taken = NameOfFormer(real) is { } name ? FormerState.Take(name, log) : null;
        var tables = StateTables.Fill(connection, taken?.Parts ?? StateParts.None);
        if (taken is not null)
            log.StateTakenOver(path, taken.Name, taken.SetAside(Stamp()));
        return tables;
    }

    private StateTables GoOn(string real, SqliteConnection connection)
    {
        if (!_isFormerTold && NameOfFormer(real) is { } name && File.Exists(name))
            log.FormerStateStays(name, path);
        _isFormerTold = true;
        return StateTables.Read(connection, path, log);
    }

    private string? NameOfFormer(string real) =>
        File.Exists(real + Former) ? real + Former
        : former is not null && Path.GetFullPath(former) != real ? former
        : null;

    /// <summary>Creates the file, or refuses what SQLite is not to look at.</summary>
    private static void Place(string real)
    {
        if (FileStatus.Of(real) is not { } status)
        {
            NativeFiles.OpenToAppend(real, create: true).Dispose(); // for its owner alone, and through no link
            return;
        }
        if (status.Kind != FileKind.Regular)
            throw new IOException($"it is a {RegularFile.NameOf(status.Kind)}, not a regular file");
        if (status.Size > Largest)
            throw new BrokenDatabaseException($"it has {status.Size} bytes, more than {Largest}");
        if (status.Size > 0 && !StateSchema.IsDatabase(real))
            throw new BrokenDatabaseException("it is no SQLite database");
    }

    private static bool LooksFormer(string real) =>
        FileStatus.Of(real) is { Kind: FileKind.Regular, Size: > 0 and <= FormerStateFile.Largest }
        && !StateSchema.IsDatabase(real)
        && FormerStateFile.IsOne(real);

    private void SetAside(string real, string reason)
    {
        if (_setAside == MostSetAside)
            throw new IOException($"{MostSetAside} files are set aside already, and now {reason}");
        var aside = $"{real}.broken-{Stamp()}";
        foreach (var companion in Companions.Where(companion => File.Exists(real + companion)))
            File.Move(real + companion, aside + companion); // before the file itself: nothing of it may come into the new one
        File.Move(real, aside);
        _setAside++;
        log.StateSetAside(path, aside, reason);
    }

    private string Stamp() => time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss.fff'Z'", CultureInfo.InvariantCulture);
}

/// <summary>The file cannot be used, and will not be after a while either.</summary>
internal sealed class BrokenDatabaseException(string message) : IOException(message)
{
    /// <summary>SQLITE_ERROR, CORRUPT, MISMATCH, FORMAT, NOTADB: a table is missing, or bytes are wrong.</summary>
    private static readonly int[] BrokenCodes = [1, 11, 20, 24, 26];

    /// <summary>Why an exception means that; null for a refusal of the disk, or of another program that has the file.</summary>
    public static string? Says(Exception problem) => problem switch
    {
        BrokenDatabaseException => problem.Message,
        SqliteException refused when BrokenCodes.Contains(refused.SqliteErrorCode) => problem.Message,
        FormatException or InvalidCastException or InvalidOperationException or OverflowException => problem.Message,
        _ => null,
    };
}
