using System.Security;
using ActorHeartbeat.Endpoints;

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
    /// <exception cref="DialException">A file cannot be read.</exception>
    public static TlsFiles Read(TlsSettings tls) =>
        new(tls, Read("ca-file", tls.CaFile), Read("client-cert", tls.ClientCert), Read("client-key", tls.ClientKey));

    /// <summary>Never the content: one of the files is a key.</summary>
    public override string ToString() => nameof(TlsFiles);

    public static DialException Unusable(string key, string? path, Exception problem) =>
        new(FailureLayer.Tls, $"{key} {path} cannot be used: {problem.Message}", problem);

    private static string? Read(string key, string? path)
    {
        try
        {
            return path is null ? null : File.ReadAllText(path);
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or ArgumentException
                or NotSupportedException or SecurityException)
        {
            throw Unusable(key, path, exception);
        }
    }
}
