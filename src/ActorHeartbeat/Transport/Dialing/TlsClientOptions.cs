using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>TLS settings as the framework wants them, with the certificates they name loaded.</summary>
internal sealed class TlsClientOptions : IDisposable
{
    private readonly X509Certificate2? _client;
    private readonly X509Certificate2Collection _authorities = [];

    private TlsClientOptions(TlsSettings tls)
    {
        Ssl.EnabledSslProtocols = tls.MinVersion == TlsVersion.Tls13 ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13;
        if (!tls.Verify)
            Ssl.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        if (tls.CaFile is { } caFile)
        {
            Read("ca-file", caFile, () => _authorities.ImportFromPemFile(caFile));
            Ssl.CertificateChainPolicy = TrustOnly(_authorities);
        }

        if (tls.ClientCert is { } clientCert)
        {
            Read("client-cert", clientCert, () => Ssl.ClientCertificates = [X509Certificate2.CreateFromPemFile(clientCert)]);
            _client = (X509Certificate2)Ssl.ClientCertificates![0];
        }
    }

    public SslClientAuthenticationOptions Ssl { get; } = new();

    /// <exception cref="DialException">A file cannot be read or holds no usable certificate.</exception>
    public static TlsClientOptions Load(TlsSettings tls) => new(tls);

    public void Dispose()
    {
        _client?.Dispose();
        foreach (var authority in _authorities)
            authority.Dispose();
    }

    private static X509ChainPolicy TrustOnly(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private static void Read(string key, string path, Action read)
    {
        try
        {
            read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new DialException(FailureLayer.Tls, $"{key} {path} cannot be used: {exception.Message}", exception);
        }
    }
}
