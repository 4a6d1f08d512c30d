namespace ActorHeartbeat.Configuration;

/// <summary>A file that holds one secret, as orchestrators mount them.</summary>
public static class SecretFile
{
    /// <summary>Its text as it is now. One newline at the end belongs to the editor and is taken off.</summary>
    public static async Task<string> ReadAsync(string path, CancellationToken cancellation)
    {
        var text = await File.ReadAllTextAsync(path, cancellation).ConfigureAwait(false);
        return text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
    }
}
