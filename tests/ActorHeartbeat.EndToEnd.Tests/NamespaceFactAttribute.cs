using System.Diagnostics;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>A test inside a network namespace of its own; skipped, and saying so, where that is not permitted.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NamespaceFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Missing = new(FindMissing);

    public NamespaceFactAttribute() => Skip = Missing.Value;

    private static string? FindMissing()
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("unshare", ["-Urn", "ip", "link", "set", "lo", "up"]) { RedirectStandardError = true }
            )!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"no network namespace (unshare -Urn ip link set lo up): {error.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "unshare is not installed (package util-linux)";
        }
    }
}
