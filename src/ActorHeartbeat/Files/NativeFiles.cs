using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ActorHeartbeat.Files;

/// <summary>
/// Opens files in ways that the framework does not offer: without waiting for the other end of a pipe, without a lock
/// that hinders other readers, for appending at the current end of the file, and created exclusively and through no link.
/// Tells what the framework hides of open ones.
/// </summary>
internal static class NativeFiles
{
    // The same numbers on x86-64 and arm64.
    private const int ReadWrite = 2, Create = 0x40, Exclusive = 0x80, Append = 0x400, NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const int OwnerOnly = 0x180; // 0600
    private const int NoEntry = 2, Interrupted = 4, TryAgain = 11, AccessDenied = 13, NotADirectory = 20;
    private const int SetOpenFileLock = 37; // F_OFD_SETLK
    private const short WriteLock = 1;
    private const short Failed = 0x8, HungUp = 0x10, NotOpen = 0x20; // POLLERR, POLLHUP, POLLNVAL

    /// <summary>Opens a file for reading, without blocking on a pipe that has no writer.</summary>
    public static SafeFileHandle OpenToRead(string path) => OperatingSystem.IsLinux()
        ? Open(path, NonBlocking | CloseOnExec)
        : File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Opens an existing file for appending, or creates a new one that only its owner can read and write.</summary>
    /// <exception cref="IOException">The file cannot be opened, or a file of this name has appeared or disappeared meanwhile.</exception>
    public static FileStream OpenToAppend(string path, bool create)
    {
        if (OperatingSystem.IsLinux())
        {
            var handle = Open(path, ReadWrite | Append | CloseOnExec | (create ? Create | Exclusive : 0));
            return new FileStream(handle, FileAccess.ReadWrite, bufferSize: 0);
        }
        var mode = create ? FileMode.CreateNew : FileMode.Open;
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0 };
        if (create && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    /// <summary>Claims an open file, whatever its name, until the handle is closed or the process ends.</summary>
    /// <returns>False when another handle has claimed it; true also where the file system has no such locks.</returns>
    public static bool Claim(SafeFileHandle handle)
    {
        if (!OperatingSystem.IsLinux())
            return true;
        var all = new FileRange { Type = WriteLock };
        return Fcntl(handle, SetOpenFileLock, ref all) == 0 || Marshal.GetLastPInvokeError() is not (TryAgain or AccessDenied);
    }

    /// <summary>
    /// Whether what is written to a descriptor can reach somebody; false for a pipe or a socket whose other end is closed. True where the
    /// system does not tell.
    /// </summary>
    public static bool IsHeard(int descriptor)
    {
        if (!OperatingSystem.IsLinux())
            return true;
        var asked = new Polled { Descriptor = descriptor };
        return Poll(ref asked, count: 1, timeout: 0) <= 0 || (asked.Events & (Failed | HungUp | NotOpen)) == 0;
    }

    /// <summary>The error of the last call as the exception that the framework would throw.</summary>
    internal static Exception Failure(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        var message = Marshal.GetPInvokeErrorMessage(error);
        return error switch
        {
            NoEntry => new FileNotFoundException(message, path),
            NotADirectory => new DirectoryNotFoundException(message),
            AccessDenied => new UnauthorizedAccessException(message),
            _ => new IOException(message),
        };
    }

    private static SafeFileHandle Open(string path, int flags)
    {
        while (true)
        {
            var descriptor = Open(path, flags, OwnerOnly);
            if (descriptor >= 0)
                return new SafeFileHandle(descriptor, ownsHandle: true);
            if (Marshal.GetLastPInvokeError() != Interrupted)
                throw Failure(path);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, int mode);

    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static extern int Fcntl(SafeFileHandle handle, int command, ref FileRange range);

    [DllImport("libc", EntryPoint = "poll")]
    private static extern int Poll(ref Polled asked, nuint count, int timeout);

    /// <summary>struct pollfd of poll.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Polled
    {
        public int Descriptor;
        public short Wanted;
        public short Events;
    }

    /// <summary>struct flock of fcntl.h; zero in every field but the type covers the whole file.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FileRange
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }
}
