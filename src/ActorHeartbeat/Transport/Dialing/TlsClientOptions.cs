using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>TLS settings with the certificates they name loaded, and the TLS handshake of an attempt.</summary>
internal sealed class TlsClientOptions : IDisposable
{
    private readonly TlsSettings _settings;
    private readonly X509Certificate2Collection _authorities = [];
    private readonly X509Certificate2Collection _chain = [];
    private readonly X509Certificate2? _client;
    private readonly SslStreamCertificateContext? _presented;

    private TlsClientOptions(TlsFiles files)
    {
        _settings = files.Settings;
        if (files.Authorities is { } authorities)
            Load("ca-file", _settings.CaFile, () => _authorities.ImportFromPem(authorities));
        if (files.Client is not { } client)
            return;
        var culprit = files.Key is null ? "client-cert" : "client-cert with client-key";
        Load("client-cert", _settings.ClientCert, () => _chain.ImportFromPem(client));
        _client = Load(culprit, _settings.ClientCert, () => X509Certificate2.CreateFromPem(client, files.Key ?? client));
        // All certificates of the file are sent: a server that trusts only the root needs the intermediate ones.
        _presented = SslStreamCertificateContext.Create(_client, [.. _chain.Skip(1)], offline: true);
    }

    /// <exception cref="DialException">A file holds no usable certificate.</exception>
    public static TlsClientOptions Load(TlsFiles files) => new(files);

    /// <summary>The judge of one handshake.</summary>
    /// <param name="hostHeader">The Host header of the request, if it has one of its own.</param>
    /// <param name="host">The host of the URL.</param>
    public TlsVerdict VerdictFor(string? hostHeader, string host) =>
        new(_settings, _authorities, _settings.ServerName ?? (hostHeader is null ? host : HostOf(hostHeader)), _client, _chain.Count);

    /// <summary>Secures a connection; disposes it when that fails.</summary>
    /// <exception cref="DialException">The TLS handshake failed; the message states the offer and the server's answer.</exception>
    public async Task<SslStream> SecureAsync(Stream stream, TlsVerdict verdict, CancellationToken cancellation)
    {
        var secured = new SslStream(stream);
        try
        {
            await secured.AuthenticateAsClientAsync(OptionsFor(verdict), cancellation).ConfigureAwait(false);
            return secured;
        }
        catch (Exception exception)
        {
            await secured.DisposeAsync().ConfigureAwait(false);
            if (exception is AuthenticationException or IOException or CryptographicException && !cancellation.IsCancellationRequested)
                throw new DialException(FailureLayer.Tls, verdict.Describe(exception), exception);
            throw;
        }
    }

    public void Dispose()
    {
        _client?.Dispose();
        foreach (var certificate in _authorities.Concat(_chain))
            certificate.Dispose();
    }

    private SslClientAuthenticationOptions OptionsFor(TlsVerdict verdict) => new()
    {
        TargetHost = verdict.Name,
        EnabledSslProtocols = _settings.MinVersion == TlsVersion.Tls13 ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13,
        ClientCertificateContext = _presented,
        CertificateChainPolicy = _settings.CaFile is null ? null : TrustOnly(_authorities),
        RemoteCertificateValidationCallback = verdict.Accepts,
        LocalCertificateSelectionCallback = _presented is null ? verdict.NothingToPresent : null,
    };

    private static string HostOf(string hostHeader)
    {
        var colon = hostHeader.LastIndexOf(':');
        return (colon < 0 || hostHeader.EndsWith(']') ? hostHeader : hostHeader[..colon]).Trim('[', ']');
    }

    private static X509ChainPolicy TrustOnly(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private static void Load(string key, string? path, Action read) => Load(key, path, () =>
    {
        read();
        return true;
    });

    private static T Load<T>(string key, string? path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw TlsFiles.Unusable(key, path, exception);
        }
    }
}
