using System.Runtime.InteropServices;

namespace ActorHeartbeat.Service.Running;

/// <summary>
/// Memory that the runtime has from the C library, which keeps what is given back: code that was compiled leaves megabytes there.
/// </summary>
internal static class NativeMemory
{
    /// <summary>Returns to the system what is free. It takes a few milliseconds, and holds up nobody who does not allocate there.</summary>
    public static void Trim()
    {
        try
        {
            _ = Trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // A C library without this call, such as musl, returns what is free by itself.
        }
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    private static extern int Trim(nint kept);
}
