using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>TLS settings with the certificates they name loaded, and the TLS handshake of an attempt.</summary>
internal sealed class TlsClientOptions : IDisposable
{
    /// <summary>The label of PKCS #8 (RFC 7468 section 11), and the header of the older form (RFC 1421 section 4.6.1.1).</summary>
    private static readonly string[] EncryptedKeys = ["BEGIN ENCRYPTED PRIVATE KEY", "Proc-Type: 4,ENCRYPTED"];

    /// <summary>As many names as endpoints of one process may have; redirects may bring more.</summary>
    private const int MostNames = 65_536;

    private readonly ConcurrentDictionary<string, byte> _content = new(StringComparer.OrdinalIgnoreCase);
    private readonly TlsSettings _settings;
    private readonly X509Certificate2Collection _authorities = [];
    private readonly X509Certificate2Collection _chain = [];
    private readonly X509Certificate2? _client;
    private readonly SslStreamCertificateContext? _presented;

    private TlsClientOptions(TlsFiles files)
    {
        _settings = files.Settings;
        if (files.Authorities is { } authorities)
            Load(_authorities, "ca-file", _settings.CaFile, authorities);
        if (files.Client is not { } client)
            return;
        Load(_chain, "client-cert", _settings.ClientCert, client);
        _client = WithKey(client, files.Key);
        // All certificates of the file are sent: a server that trusts only the root needs the intermediate ones.
        _presented = SslStreamCertificateContext.Create(_client, [.. _chain.Skip(1)], offline: true);
    }

    /// <exception cref="DialException">A file holds no usable certificate.</exception>
    public static TlsClientOptions Load(TlsFiles files) => new(files);

    /// <summary>The judge of one handshake.</summary>
    /// <param name="hostHeader">The Host header of the request, if it has one of its own.</param>
    /// <param name="host">The host of the URL.</param>
    public TlsVerdict VerdictFor(string? hostHeader, string host) =>
        VerdictFor(_settings.ServerName ?? (hostHeader is null ? host : HostOf(hostHeader)));

    /// <summary>
    /// A server of this name was content with what it was shown. To be asked for a certificate, and then to say so, a handshake must
    /// do without the keys of the one before it, which costs twice the time. So only servers that are not known are given the chance.
    /// </summary>
    public void Accepted(TlsVerdict verdict)
    {
        if (_content.Count >= MostNames)
            _content.Clear();
        _content.TryAdd(verdict.Name, 0);
    }

    /// <summary>A server of this name was not content, or may not have been.</summary>
    public void Refused(TlsVerdict verdict) => _content.TryRemove(verdict.Name, out _);

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
        LocalCertificateSelectionCallback = verdict.IsAsked ? verdict.NothingToPresent : null,
    };

    private TlsVerdict VerdictFor(string name) =>
        new(_settings, _authorities, name, _client, _chain.Count) { IsAsked = _presented is null && !_content.ContainsKey(name) };

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

    private static void Load(X509Certificate2Collection certificates, string key, string? path, string pem)
    {
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException exception)
        {
            throw TlsFiles.Unusable(key, path, exception.Message, exception);
        }
        if (certificates.Count == 0)
            throw TlsFiles.Unusable(key, path, "it has no certificate in PEM");
    }

    /// <summary>The first certificate of client-cert with its key, from client-key or from the same file.</summary>
    private X509Certificate2 WithKey(string client, string? key)
    {
        var (name, path, pem) = key is null ? ("client-cert", _settings.ClientCert, client) : ("client-key", _settings.ClientKey, key);
        if (EncryptedKeys.Any(mark => pem.Contains(mark, StringComparison.Ordinal)))
            throw TlsFiles.Unusable(name, path, "its key is encrypted; take one that is not");
        if (!pem.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            throw TlsFiles.Unusable(name, path, $"it has no key{(key is null ? "; put it there, or name its file in client-key" : "")}");
        try
        {
            return X509Certificate2.CreateFromPem(client, pem);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            const string Why = "its key cannot be read, or is not that of the first certificate in client-cert";
            throw TlsFiles.Unusable(name, path, $"{Why}: {exception.Message}", exception);
        }
    }
}
