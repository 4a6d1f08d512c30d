using System.Runtime.InteropServices;
using System.Text;

namespace ActorHeartbeat.Hocon;

/// <summary>
/// Distinguishes a regular file from a pipe, a socket or a device: opening one of those can block without end, and so can reading it.
/// </summary>
internal static class RegularFile
{
    private const int CurrentDirectory = -100; // AT_FDCWD: a relative path is relative to the working directory
    private const uint TypeOnly = 1; // STATX_TYPE
    private const int ModeOffset = 28; // of stx_mode in struct statx, which is the same on every architecture
    private const int StructureSize = 256;

    private const int TypeMask = 0xF000;
    private const int Pipe = 0x1000;
    private const int CharacterDevice = 0x2000;
    private const int BlockDevice = 0x6000;
    private const int Socket = 0xC000;

    /// <summary>The reason why a path cannot be read as a file, such as <c>this is a pipe</c>; null when there is none.</summary>
    /// <remarks>
    /// Follows links. A missing path returns null: opening it reports the error. The check runs only on Linux and returns null elsewhere.
    /// </remarks>
    public static string? Reject(string path) => Kind(path) switch
    {
        Pipe => "this is a pipe, not a regular file",
        CharacterDevice or BlockDevice => "this is a device, not a regular file",
        Socket => "this is a socket, not a regular file",
        _ => null,
    };

    private static int Kind(string path)
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        var found = new byte[StructureSize];
        try
        {
            var terminated = Encoding.UTF8.GetBytes(path + '\0');
            return Status(CurrentDirectory, terminated, 0, TypeOnly, found) == 0
                ? MemoryMarshal.Read<ushort>(found.AsSpan(ModeOffset)) & TypeMask
                : 0;
        }
        catch (EntryPointNotFoundException)
        {
            return 0; // the C library lacks the call (glibc before 2.28): only the read deadline is left
        }
    }

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int Status(int directory, byte[] path, int flags, uint mask, byte[] found);
}
