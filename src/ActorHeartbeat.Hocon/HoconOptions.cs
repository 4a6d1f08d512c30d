namespace ActorHeartbeat.Hocon;

/// <summary>Options for reading HOCON: environment, files and limits.</summary>
public sealed record HoconOptions
{
    /// <summary>Looks up an environment variable; null when it is not set. Default: the environment of the process.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    private readonly Func<string, byte[]?>? _readFile;

    /// <summary>Reads a file for an include: its content, or null when there is no such file. Default: the file system.</summary>
    /// <remarks>
    /// May throw <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>; both are reported where the file is included.
    /// The default reads regular files only. It stops one byte past <see cref="HoconLimits.Bytes"/>, which is enough to reject the file.
    /// </remarks>
    public Func<string, byte[]?> ReadFile { get => _readFile ?? ReadFromDisk; init => _readFile = value; }

    public HoconLimits Limits { get; init; } = new();

    private byte[]? ReadFromDisk(string path)
    {
        if (Directory.Exists(path))
            throw new IOException("this is a directory");
        if (RegularFile.Reject(path) is { } reason)
            throw new IOException(reason);
        FileStream file;
        try
        {
            file = File.OpenRead(path);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // also for a dangling link
        }
        using var opened = file;
        // A file may grow while it is read, and /proc files report no length: bound the bytes read, not the reported length.
        using var content = new MemoryStream((int)Math.Clamp(file.CanSeek ? file.Length : 0, 0, Limits.Bytes));
        var buffer = new byte[64 * 1024];
        while (content.Length <= Limits.Bytes
            && file.Read(buffer, 0, (int)Math.Min(buffer.Length, Limits.Bytes + 1L - content.Length)) is > 0 and var read)
            content.Write(buffer, 0, read);
        // A file of its reported length fills the buffer exactly: no copy is needed.
        return content.Length == content.Capacity ? content.GetBuffer() : content.ToArray();
    }
}

/// <summary>Bounds against hostile input. Exceeding a bound is an error that names the bound and the place.</summary>
/// <remarks>
/// With the defaults, no input uses more than about 1 GiB of memory: three bytes per byte of the
/// files, about 200 bytes per key and value, both as written and as resolved, and the fresh stacks.
/// </remarks>
public sealed record HoconLimits
{
    /// <summary>Bytes of one file. Default 16 MiB.</summary>
    public int Bytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of a file and everything it includes; a file that is included twice counts twice. Default 64 MiB.</summary>
    public long TotalBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// Nesting of objects and lists by brackets, dots in a key, includes or
    /// substitutions; also the number of elements of one path. Default 500.
    /// </summary>
    public int Depth { get; init; } = 500;

    /// <summary>Files that include each other in a chain. Default 50.</summary>
    public int IncludeDepth { get; init; } = 50;

    /// <summary>
    /// Include statements in total: ten files that each include the next ten times are few bytes but very many reads. Default 10,000.
    /// </summary>
    public int Includes { get; init; } = 10_000;

    /// <summary>Keys and values of a file and its includes; counted separately, the values after substitution. Default 2 million.</summary>
    public long Nodes { get; init; } = 2_000_000;

    /// <summary>
    /// Steps of resolving: each key looked up, each assignment visited, each piece joined. Substitutions
    /// that all refer to each other are few bytes but very many steps. Default 10 million, a few seconds.
    /// </summary>
    public long Steps { get; init; } = 10_000_000;

    /// <summary>Errors reported at once. Default 50.</summary>
    public int Errors { get; init; } = 50;

    /// <summary>Fresh stacks of 16 MiB that a chain of substitutions may use up. Default 8.</summary>
    public int StackHops { get; init; } = 8;
}
