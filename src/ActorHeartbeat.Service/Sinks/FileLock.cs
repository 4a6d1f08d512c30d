using System.Text;
using ActorHeartbeat.Configuration.Files;

namespace ActorHeartbeat.Service.Sinks;

/// <summary>
/// Owns a file by a lock on the file beside it named <c>.lock</c>, which says who has it. The lock is the system's: it goes with the
/// process, however that ends, so one that a killed process left is no obstacle. The file itself stays free for all who read or set it
/// aside.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private const string Suffix = ".lock";

    private const int LongestOwner = 200;

    /// <summary>How often a lock that its owner just removed is asked for again.</summary>
    private const int MostTries = 10;

    /// <summary>EWOULDBLOCK of Linux and of the BSDs, and ERROR_SHARING_VIOLATION.</summary>
    private static readonly int[] TakenErrors = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _stream;

    private FileLock(FileStream stream) => _stream = stream;

    /// <summary>Takes a file for as long as this lives.</summary>
    /// <param name="path">The file, by its real name.</param>
    /// <param name="role">What it is for, such as <c>sink main</c>; others are told.</param>
    /// <exception cref="IOException">Somebody else has it; the message says who.</exception>
    public static FileLock Take(string path, string role)
    {
        var name = path + Suffix;
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (Open(name, path) is not { } stream)
                continue; // made or removed by another, between our looking and opening
            if (FileStatus.Of(name, followLinks: false)?.Identity == FileStatus.Of(stream.SafeFileHandle).Identity)
            {
                Sign(stream, $"process {Environment.ProcessId} on {Environment.MachineName}, {role}");
                return new FileLock(stream);
            }
            stream.Dispose(); // removed by the one before, between our opening and locking it
        }
        throw new IOException($"{name} comes and goes");
    }

    public void Dispose()
    {
        // Removed while it is held: who opened it meanwhile finds another file, or none, behind the name.
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
            throw new IOException($"{path} is in use by {OwnerOf(name)}", refused);
        }
    }

    private static void Sign(FileStream stream, string owner)
    {
        try
        {
            stream.SetLength(0);
            stream.Write(Encoding.UTF8.GetBytes(owner));
        }
        catch (IOException)
        {
            // A full disk: the lock holds all the same.
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
            // It stays, and hinders nobody.
        }
    }
}
