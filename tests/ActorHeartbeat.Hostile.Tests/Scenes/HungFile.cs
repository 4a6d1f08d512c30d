using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ActorHeartbeat.Hostile.Tests.Scenes;

/// <summary>
/// A regular file that hangs: whoever opens it waits until this is disposed, at most 45 s. It is a write lease (fcntl(2), F_SETLEASE),
/// which stands for a network file system that does not answer.
/// </summary>
internal sealed class HungFile : IDisposable
{
    private const int SetLease = 1024, SetSignal = 10, WriteLock = 1;
    private const int Ignored = 23; // SIGURG, whose default action is none: the kernel signals that another process waits

    private readonly SafeFileHandle _handle;

    public HungFile(string path)
    {
        _handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        if (Control(_handle, SetSignal, Ignored) != 0 || Control(_handle, SetLease, WriteLock) != 0)
        {
            _handle.Dispose();
            Assert.Skip($"no file leases here: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    public void Dispose() => _handle.Dispose();

    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static extern int Control(SafeFileHandle file, int command, int argument);
}
