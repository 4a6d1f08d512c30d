using System.Diagnostics;

namespace ActorHeartbeat.Hostile.Tests.Scenes;

/// <summary>Makes named pipes without a reader or a writer: opening one waits for ever.</summary>
internal static class Fifo
{
    public static string Make(string path)
    {
        using var make = Process.Start("mkfifo", [path]);
        make.WaitForExit();
        Assert.Equal(0, make.ExitCode);
        return path;
    }
}
