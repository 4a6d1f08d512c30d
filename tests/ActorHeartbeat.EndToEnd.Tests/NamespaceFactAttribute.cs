using System.Diagnostics;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>
/// A test that runs in a network namespace of its own. It is skipped with a reason where the system does not permit that.
/// </summary>
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
