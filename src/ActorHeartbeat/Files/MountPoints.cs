namespace ActorHeartbeat.Files;

/// <summary>Tells which file systems paths are on, without asking the file systems: one that hangs would not answer.</summary>
internal static class MountPoints
{
    private const string Table = "/proc/self/mountinfo", Root = "/";

    /// <summary>As many as the kernel follows (path_resolution(7)).</summary>
    private const int MostLinks = 40;

    /// <summary>
    /// The mount point of a file. Links on the root's file system are followed, those on others are not: reading them could hang.
    /// </summary>
    public static string Of(string path)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(Table))
            return Root;
        var table = File.ReadAllLines(Table);
        for (var links = 0; links < MostLinks; links++)
        {
            if (Of(path, table) is not Root and var mount)
                return mount;
            if (FirstLink(path, table) is not { } followed)
                break;
            path = followed;
        }
        return Root;
    }

    /// <summary>The path behind its first link; null when it has none, or leaves the root's file system first.</summary>
    private static string? FirstLink(string path, string[] table)
    {
        for (var end = path.IndexOf('/', 1); ; end = path.IndexOf('/', end + 1))
        {
            var part = end < 0 ? path : path[..end];
            if (Of(part, table) != Root)
                return null;
            if (TargetOf(part) is { } target)
                return Path.GetFullPath(target + (end < 0 ? "" : path[end..]), Path.GetDirectoryName(part) ?? Root);
            if (end < 0)
                return null;
        }
    }

    private static string? TargetOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null; // who reads the file is told
        }
    }

    /// <param name="path">An absolute path.</param>
    /// <param name="table">The lines of <c>/proc/self/mountinfo</c> (proc(5)): the fifth field is a mount point.</param>
    internal static string Of(string path, IEnumerable<string> table)
    {
        var longest = Root;
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
