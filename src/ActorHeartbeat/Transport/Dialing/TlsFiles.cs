using System.Security;
using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Files;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>
/// TLS settings with the content of the files that they name. A renewed
/// certificate keeps its path, so the same path does not mean the same content.
/// </summary>
/// <param name="Settings">The settings that name the files.</param>
/// <param name="Authorities">The content of ca-file; null for none.</param>
/// <param name="Client">The content of client-cert; null for none.</param>
/// <param name="Key">The content of client-key; null when the key is in client-cert.</param>
internal sealed record TlsFiles(TlsSettings Settings, string? Authorities, string? Client, string? Key)
{
    /// <summary>The largest file in bytes; the authorities of a whole system take a quarter of it.</summary>
    private const int LargestFile = 1024 * 1024;

    /// <summary>Shorter than the default of timeouts.connect, so that an attempt reports the file and not its own deadline.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <summary>Reads the files as they are now, beside the actors: a file that hangs fails those who need it alone.</summary>
    /// <exception cref="DialException">A file cannot be read.</exception>
    public static async ValueTask<TlsFiles> ReadAsync(TlsSettings tls, CancellationToken cancellation) => new(
        tls,
        await ReadAsync("ca-file", tls.CaFile, cancellation).ConfigureAwait(false),
        await ReadAsync("client-cert", tls.ClientCert, cancellation).ConfigureAwait(false),
        await ReadAsync("client-key", tls.ClientKey, cancellation).ConfigureAwait(false));

    /// <summary>Never the content: one of the files is a key.</summary>
    public override string ToString() => nameof(TlsFiles);

    public static DialException Unusable(string key, string? path, string why, Exception? problem = null) =>
        new(FailureLayer.Tls, $"{key} {path} cannot be used: {why}", problem);

    private static async ValueTask<string?> ReadAsync(string key, string? path, CancellationToken cancellation)
    {
        if (path is null)
            return null;
        try
        {
            var content = await BoundedFileReader.Shared.ReadAsync(path, LargestFile, Deadline, cancellation).ConfigureAwait(false);
            return Encoding.UTF8.GetString(content);
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or ArgumentException
                or NotSupportedException or SecurityException)
        {
            throw Unusable(key, path, exception.Message, exception);
        }
    }
}
