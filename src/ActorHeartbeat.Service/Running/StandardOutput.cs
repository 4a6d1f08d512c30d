using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ActorHeartbeat.Service.Running;

/// <summary>
/// Standard output of the verbs that print until they are stopped. The console of .NET passes over a pipe whose reader has gone, so they
/// would run on behind <c>| head</c>.
/// </summary>
internal static class StandardOutput
{
    private const int Descriptor = 1, BrokenPipe = 32;

    /// <returns>For these verbs and a pipe, a writer that throws when the reader of the pipe has gone.</returns>
    public static TextWriter Open(IReadOnlyList<string> args)
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected || args is not ["try" or "tail" or "events", ..])
            return Console.Out;
        var stream = new FileStream(new SafeFileHandle(Descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        if (stream.CanSeek)
            return Console.Out; // it writes behind what others write into the file
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return TextWriter.Synchronized(new StreamWriter(stream, utf8) { AutoFlush = true });
    }

    /// <summary>Whether a writer has thrown because nobody reads any more.</summary>
    public static bool HasNoReader(IOException problem) => problem.HResult == BrokenPipe;
}
