using System.Globalization;

namespace ActorHeartbeat.Service.Sinks;

/// <summary>Files that a sink has set aside: feeds.ndjson becomes feeds.20260101T000000000Z.ndjson, a name that sorts by time.</summary>
internal static class RotatedFiles
{
    /// <summary>Sets a file aside and deletes the oldest files beyond <paramref name="keep"/>.</summary>
    public static void SetAside(string path, int keep, TimeProvider time)
    {
        File.Move(path, FreeName(path, time));
        var pattern = $"{Path.GetFileNameWithoutExtension(path)}.????????T?????????Z{Path.GetExtension(path)}";
        var aside = Directory.GetFiles(Path.GetDirectoryName(Path.GetFullPath(path))!, pattern); // A full path to a file has a directory.
        foreach (var name in aside.OrderDescending(StringComparer.Ordinal).Skip(keep))
            File.Delete(name);
    }

    private static string FreeName(string path, TimeProvider timeProvider)
    {
        for (var time = timeProvider.GetUtcNow(); ; time = time.AddMilliseconds(1))
        {
            var stamp = time.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);
            var name = Path.ChangeExtension(path, $"{stamp}{Path.GetExtension(path)}");
            if (!File.Exists(name))
                return name;
        }
    }
}
