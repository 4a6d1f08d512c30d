namespace ActorHeartbeat.Configuration.Files;

/// <summary>Reads a regular file up to a size. Its kind is looked at twice: a name may mean something else when it is opened.</summary>
internal static class RegularFile
{
    public static byte[] Read(string path, int most)
    {
        Refuse(FileStatus.Of(path) ?? throw new FileNotFoundException("it does not exist", path), most);
        using var handle = NativeFiles.OpenToRead(path);
        var status = FileStatus.Of(handle);
        Refuse(status, most);
        // One byte more than it says: a file may grow, and those of /proc say nothing.
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

    /// <summary>What an operator calls it.</summary>
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
