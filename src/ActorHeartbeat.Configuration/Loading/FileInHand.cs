namespace ActorHeartbeat.Configuration.Loading;

/// <summary>The file that a reading opened last. A reading that hangs, hangs at this file.</summary>
public sealed class FileInHand
{
    private volatile string? _path; // written by the thread that reads, read by the actor that waits for it

    /// <summary>The path as the operator or the including file names it; null before the first file.</summary>
    public string? Path
    {
        get => _path;
        set => _path = value;
    }
}
