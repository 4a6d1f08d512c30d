using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ActorHeartbeat.Files;

/// <summary>Kind, size, link count and identity of a file, independent of its name.</summary>
/// <remarks>
/// The framework exposes neither kind nor identity. statx has one layout on every Linux. On other
/// systems the identity is unknown, and anything but a directory or a link counts as a regular file.
/// </remarks>
/// <param name="Kind">What it is.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Links">Number of names; 0 for an open file that was removed.</param>
/// <param name="Identity">The identity within the system; null on systems other than Linux.</param>
internal readonly record struct FileStatus(FileKind Kind, long Size, uint Links, FileIdentity? Identity)
{
    private const int CurrentDirectory = -100, NoFollow = 0x100, EmptyPath = 0x1000; // AT_FDCWD, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH
    private const uint BasicStats = 0x7ff;
    private const int KindMask = 0xF000;

    /// <summary>The status of the file at a path; null when there is none.</summary>
    public static FileStatus? Of(string path, bool followLinks = true)
    {
        if (!OperatingSystem.IsLinux())
            return OfElsewhere(path, followLinks);
        if (Statx(CurrentDirectory, path, followLinks ? 0 : NoFollow, BasicStats, out var found) == 0)
            return Of(found);
        var failure = NativeFiles.Failure(path);
        return failure is FileNotFoundException or DirectoryNotFoundException ? null : throw failure;
    }

    /// <summary>The status of an open file.</summary>
    public static FileStatus Of(SafeFileHandle handle)
    {
        if (!OperatingSystem.IsLinux())
            return new FileStatus(FileKind.Regular, RandomAccess.GetLength(handle), 1, null);
        var taken = false;
        try
        {
            handle.DangerousAddRef(ref taken);
            var descriptor = (int)handle.DangerousGetHandle();
            return Statx(descriptor, "", EmptyPath, BasicStats, out var found) == 0 ? Of(found) : throw NativeFiles.Failure("");
        }
        finally
        {
            if (taken)
                handle.DangerousRelease();
        }
    }

    private static FileStatus Of(in StatxBuffer found)
    {
        var kind = (found.Mode & KindMask) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Directory,
            0xA000 => FileKind.Link,
            0x1000 => FileKind.Pipe,
            0xC000 => FileKind.Socket,
            _ => FileKind.Device,
        };
        var device = ((ulong)found.DeviceMajor << 32) | found.DeviceMinor;
        return new FileStatus(kind, found.Size, found.Links, new FileIdentity(device, found.Inode));
    }

    private static FileStatus? OfElsewhere(string path, bool followLinks)
    {
        var file = new FileInfo(path);
        if (Directory.Exists(path))
            return new FileStatus(FileKind.Directory, 0, 1, null);
        if (!followLinks && file.LinkTarget is not null)
            return new FileStatus(FileKind.Link, 0, 1, null);
        return file.Exists ? new FileStatus(FileKind.Regular, file.Length, 1, null) : null;
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static extern int Statx(
        int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, out StatxBuffer found);

    /// <summary>struct statx of linux/stat.h.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private readonly struct StatxBuffer
    {
        [FieldOffset(16)]
        public readonly uint Links;

        [FieldOffset(28)]
        public readonly ushort Mode;

        [FieldOffset(32)]
        public readonly ulong Inode;

        [FieldOffset(40)]
        public readonly long Size;

        [FieldOffset(136)]
        public readonly uint DeviceMajor;

        [FieldOffset(140)]
        public readonly uint DeviceMinor;
    }
}

/// <summary>Two names with equal identities are names of one file.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode);

internal enum FileKind
{
    Regular,
    Directory,
    Link,
    Pipe,
    Socket,
    Device,
}
