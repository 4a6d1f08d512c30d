namespace ActorHeartbeat.Files;

/// <summary>Tells which file systems paths are on, without asking the file systems: one that hangs would not answer.</summary>
internal static class MountPoints
{
    private const string Table = "/proc/self/mountinfo";

    /// <summary>The mount point of a path as it is written; the root of the path where there is no table of mounts.</summary>
    public static string Of(string path) => OperatingSystem.IsLinux() && File.Exists(Table)
        ? Of(path, File.ReadLines(Table))
        : Path.GetPathRoot(path) ?? "";

    /// <param name="path">An absolute path.</param>
    /// <param name="table">The lines of <c>/proc/self/mountinfo</c> (proc(5)): the fifth field is a mount point.</param>
    internal static string Of(string path, IEnumerable<string> table)
    {
        var longest = "/";
        foreach (var line in table)
        {
            var point = Unescape(line.Split(' ', 6)[4]);
            if (point.Length > longest.Length && IsBelow(path, point))
                longest = point;
        }
        return longest;
    }

    private static bool IsBelow(string path, string point) =>
        path.StartsWith(point, StringComparison.Ordinal) && (path.Length == point.Length || path[point.Length] == '/');

    // The kernel escapes what would end a field.
    private static string Unescape(string field) => field
        .Replace("\\040", " ", StringComparison.Ordinal)
        .Replace("\\011", "\t", StringComparison.Ordinal)
        .Replace("\\012", "\n", StringComparison.Ordinal)
        .Replace("\\134", "\\", StringComparison.Ordinal);
}
