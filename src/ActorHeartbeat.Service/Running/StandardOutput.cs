using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ActorHeartbeat.Service.Running;

/// <summary>
/// Standard output of the verbs. The console of .NET passes over a pipe whose reader has gone, so those that print until they are stopped
/// would run on behind <c>| head</c>.
/// </summary>
internal static class StandardOutput
{
    private const int Descriptor = 1, BrokenPipe = 32;

    /// <returns>
    /// A writer that throws when what it leads to takes nothing, and for these verbs when the reader of their pipe has gone.
    /// </returns>
    public static TextWriter Open(IReadOnlyList<string> args)
    {
        if (!Console.IsOutputRedirected)
            return Console.Out;
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var stream = new OutputStream(PipeOf(args) ?? Console.OpenStandardOutput());
        return TextWriter.Synchronized(new StreamWriter(stream, utf8) { AutoFlush = true });
    }

    private static FileStream? PipeOf(IReadOnlyList<string> args)
    {
        if (OperatingSystem.IsWindows() || args is not ["try" or "tail" or "events", ..])
            return null;
        try
        {
            var stream = new FileStream(new SafeFileHandle(Descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            return stream.CanSeek ? null : stream; // the console writes behind what others write into a file
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null; // closed: the first write says so
        }
    }

    /// <summary>Whether a writer has thrown because nobody reads any more.</summary>
    public static bool HasNoReader(IOException problem) => problem.HResult == BrokenPipe;
}
