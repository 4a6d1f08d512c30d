using System.Text;
using System.Text.Unicode;
using ActorHeartbeat.Files;

namespace ActorHeartbeat.Configuration.Secrets;

/// <summary>A file that holds one secret, as orchestrators mount them.</summary>
public static class SecretFile
{
    /// <summary>The largest secret in bytes; tokens and keys are far smaller.</summary>
    private const int LargestSecret = 64 * 1024;

    /// <summary>Shorter than the default of timeouts.connect, so that an attempt reports the file and not its own deadline.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <summary>The text of the file as it is now, without one newline at the end, which comes from the editor.</summary>
    /// <exception cref="IOException">As <see cref="BoundedFileReader.ReadAsync"/>; also when it is not UTF-8.</exception>
    public static Task<string> ReadAsync(string path, CancellationToken cancellation) =>
        ReadAsync(path, BoundedFileReader.Shared, cancellation);

    internal static async Task<string> ReadAsync(string path, BoundedFileReader reader, CancellationToken cancellation)
    {
        var content = await reader.ReadAsync(path, LargestSecret, Deadline, cancellation).ConfigureAwait(false);
        if (!Utf8.IsValid(content))
            throw new IOException("it is not text in UTF-8");
        using var decoded = new StreamReader(new MemoryStream(content), Encoding.UTF8);
        var text = await decoded.ReadToEndAsync(cancellation).ConfigureAwait(false);
        return text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
    }
}
