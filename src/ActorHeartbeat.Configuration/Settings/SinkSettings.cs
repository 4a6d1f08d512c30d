namespace ActorHeartbeat.Configuration.Settings;

/// <summary>A consumer inside the service that writes feeds to a file.</summary>
public sealed record SinkSettings
{
    /// <summary>Names the sink in logs and across reloads.</summary>
    public required string Name { get; init; }

    public SinkKind Kind { get; init; } = SinkKind.File;

    public SinkFormat Format { get; init; } = SinkFormat.Ndjson;

    /// <summary>The file; its directory must exist.</summary>
    public required string Path { get; init; }

    /// <summary>The endpoints, as a label selector; <c>*</c> (default) for all.</summary>
    public string Select { get; init; } = "*";

    /// <summary>
    /// Maximum number of events that wait for the disk. Beyond it the oldest are dropped and a gap is written. Default 16384.
    /// </summary>
    public int Queue { get; init; } = 16_384;

    /// <summary>Maximum payload bytes that wait for the disk. Default 64 MiB.</summary>
    public int QueueBytes { get; init; } = 64 * 1024 * 1024;

    public FileRotationSettings Rotate { get; init; } = new();
}

public enum SinkKind
{
    /// <summary>A file of lines that is only ever appended to.</summary>
    File,
}

public enum SinkFormat
{
    /// <summary>Newline-delimited JSON, one event per line.</summary>
    Ndjson,
}

/// <summary>When a sink's file is set aside under a name with the time, and how many such files are kept.</summary>
public sealed record FileRotationSettings
{
    /// <summary>The size in bytes from which a file is set aside. Default 100 MiB.</summary>
    public long Size { get; init; } = 100L * 1024 * 1024;

    /// <summary>The age from which a file is set aside, counted from its opening; null (default) for never.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>Number of set-aside files to keep; older ones are deleted. Default 10.</summary>
    public int Keep { get; init; } = 10;
}
