using System.Text;
using ActorHeartbeat.Files;

namespace ActorHeartbeat.Service.Sinks;

/// <summary>
/// Owns a file by a lock on the file beside it named <c>.lock</c>, which names the owner. The operating
/// system holds the lock and releases it when the process ends in any way, so the lock file of a
/// killed process is no obstacle. The file itself stays free for other programs to read or set aside.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private const string Suffix = ".lock";

    private const int LongestOwner = 200;

    /// <summary>Number of attempts to take a lock whose owner has just removed it.</summary>
    private const int MostTries = 10;

    /// <summary>EWOULDBLOCK of Linux and of the BSDs, and ERROR_SHARING_VIOLATION.</summary>
    private static readonly int[] TakenErrors = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _stream;

    private FileLock(FileStream stream) => _stream = stream;

    /// <summary>Takes ownership of a file until disposal.</summary>
    /// <param name="path">The file, by its real name.</param>
    /// <param name="role">Its purpose, such as <c>sink main</c>, which other processes see.</param>
    /// <exception cref="FileInUseException">Another owner has the file; the message names it.</exception>
    /// <exception cref="IOException">The folder does not take the lock.</exception>
    public static FileLock Take(string path, string role)
    {
        var name = path + Suffix;
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (Open(name, path) is not { } stream)
                continue; // created or removed by another process, between check and open
            if (FileStatus.Of(name, followLinks: false)?.Identity == FileStatus.Of(stream.SafeFileHandle).Identity)
            {
                Sign(stream, $"process {Environment.ProcessId} on {Environment.MachineName}, {role}");
                return new FileLock(stream);
            }
            stream.Dispose(); // removed by the previous owner, between open and lock
        }
        throw new IOException($"{name} comes and goes");
    }

    public void Dispose()
    {
        // Remove it while it is held: a process that opened it meanwhile finds another file, or none, behind the name.
        if (!OperatingSystem.IsWindows())
            TryDelete(_stream.Name);
        _stream.Dispose();
    }

    private static FileStream? Open(string name, string path)
    {
        var status = FileStatus.Of(name, followLinks: false);
        if (status is { Kind: not FileKind.Regular })
            throw new IOException($"{name} is a {RegularFile.NameOf(status.Value.Kind)}, not a regular file");
        var mode = status is null ? FileMode.CreateNew : FileMode.Open;
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (status is null && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            return new FileStream(name, options);
        }
        catch (IOException) when (File.Exists(name) == (status is null))
        {
            return null;
        }
        catch (IOException refused) when (TakenErrors.Contains(refused.HResult))
        {
            throw new FileInUseException($"{path} is in use by {OwnerOf(name)}", refused);
        }
    }

    private static void Sign(FileStream stream, string owner)
    {
        try
        {
            stream.SetLength(0);
            stream.Write(Encoding.UTF8.GetBytes(owner));
        }
        catch (Exception refused) when (refused is IOException or ArgumentOutOfRangeException)
        {
            // The disk is full, or no file may grow, which the runtime tells as an argument: the lock holds anyway.
        }
    }

    private static string OwnerOf(string name)
    {
        try
        {
            var owner = Encoding.UTF8.GetString(RegularFile.Read(name, LongestOwner));
            return owner.Length == 0 || owner.Any(char.IsControl) ? "another process" : owner;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }

    private static void TryDelete(string name)
    {
        try
        {
            File.Delete(name);
        }
        catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
        {
            // The file stays, which does no harm.
        }
    }
}

/// <summary>Another owner has the file; the message names it.</summary>
internal sealed class FileInUseException(string message, Exception cause) : IOException(message, cause);
