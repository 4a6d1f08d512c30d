using System.Globalization;

namespace ActorHeartbeat.Hostile.Tests.Scenes;

/// <summary>The resident memory of another process, in MiB, as Linux tells it.</summary>
internal static class Memory
{
    /// <summary>The most that it has had; null when it is gone.</summary>
    public static long? PeakOf(int process) => Read(process, "VmHWM:");

    /// <summary>What it has now; null when it is gone.</summary>
    public static long? Of(int process) => Read(process, "VmRSS:");

    private static long? Read(int process, string name)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
            return line is null ? null : long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(),
                CultureInfo.InvariantCulture) / 1024;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
