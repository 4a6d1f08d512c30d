namespace ActorHeartbeat.Configuration.Loading;

/// <summary>The file that a reading asked for last. A reading that hangs, hangs there.</summary>
public sealed class FileInHand
{
    private volatile string? _path; // written by the thread that reads, read by the actor that waits for it

    /// <summary>As the operator or the including file names it; null before the first.</summary>
    public string? Path
    {
        get => _path;
        set => _path = value;
    }
}
