namespace ActorHeartbeat.Files;

/// <summary>
/// Reads a regular file up to a size. Checks its kind twice, because the name may lead to another file by the time it is opened.
/// </summary>
internal static class RegularFile
{
    public static byte[] Read(string path, int most)
    {
        Refuse(FileStatus.Of(path) ?? throw new FileNotFoundException("it does not exist", path), most);
        using var handle = NativeFiles.OpenToRead(path);
        var status = FileStatus.Of(handle);
        Refuse(status, most);
        // One byte more than the reported size: a file may grow, and /proc files report no size.
        var content = new byte[Math.Min(most, Math.Max(status.Size, 4096)) + 1];
        var length = 0;
        while (RandomAccess.Read(handle, content.AsSpan(length), length) is > 0 and var count)
        {
            length += count;
            if (length > most)
                throw new IOException($"it has more than {most} bytes");
            if (length == content.Length)
                Array.Resize(ref content, (int)Math.Min((long)most + 1, content.Length * 2L));
        }
        return content.AsSpan(0, length).ToArray();
    }

    private static void Refuse(FileStatus status, int most)
    {
        if (status.Kind != FileKind.Regular)
            throw new IOException($"it is a {NameOf(status.Kind)}, not a regular file");
        if (status.Size > most)
            throw new IOException($"it has {status.Size} bytes, at most {most} are read");
    }

    /// <summary>The name of a kind in messages to an operator.</summary>
    public static string NameOf(FileKind kind) => kind switch
    {
        FileKind.Regular => "regular file",
        FileKind.Directory => "directory",
        FileKind.Link => "symbolic link",
        FileKind.Pipe => "named pipe",
        FileKind.Socket => "socket",
        _ => "device",
    };
}
