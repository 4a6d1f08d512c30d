using System.Diagnostics;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>A test against servers nobody here wrote; skipped, and saying so, where they are not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PeerTheoryAttribute : TheoryAttribute
{
    private static readonly Lazy<string?> Missing = new(FindMissing);

    public PeerTheoryAttribute() => Skip = Missing.Value;

    private static string? FindMissing()
    {
        if (!Succeeds("/usr/bin/python3", "-c", "import websockets"))
            return "python3-websockets is not installed";
        if (!Directory.Exists(PeerProcess.Script("node_modules/ws")) || !Succeeds("node", "--version"))
            return "node with ws is not installed (npm ci in tests/ActorHeartbeat.EndToEnd.Tests/peers, then build)";
        return null;
    }

    private static bool Succeeds(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true });
            return process!.WaitForExit(TimeSpan.FromSeconds(20)) && process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // there is no such program
        }
    }
}
