using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Files;
using ActorHeartbeat.Service.Logging;

namespace ActorHeartbeat.Service.Access;

/// <summary>
/// The certificate of the service, and the authorities of its clients. A handshake looks at the files again, at most once a second. While
/// what they say cannot be used, the former certificate serves on, and the log says why.
/// </summary>
internal sealed class ServerCertificate
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>A long chain of certificates in PEM takes some ten kilobytes, a bundle of public authorities 200.</summary>
    private const int MostBytes = 1024 * 1024;

    /// <summary>id-kp-clientAuth (RFC 5280 section 4.2.1.12).</summary>
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly HttpTlsSettings _tls;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private volatile Served _now;
    private byte[] _seen; // the hash of the last reading, usable or not
    private long _lookedAt;
    private int _isLooking;

    private ServerCertificate(HttpTlsSettings tls, TimeProvider time, ILogger log, byte[] seen, Served now)
    {
        (_tls, _time, _log, _seen, _now) = (tls, time, log, seen, now);
        _lookedAt = time.GetTimestamp();
    }

    /// <summary>Reads the files of the start.</summary>
    /// <exception cref="InvalidDataException">They cannot be used; the message names file and reason.</exception>
    public static async Task<ServerCertificate> ReadAsync(HttpTlsSettings tls, TimeProvider time, ILogger log)
    {
        var files = await Files.ReadAsync(tls);
        return new ServerCertificate(tls, time, log, files.Hash, files.Parse(tls));
    }

    /// <summary>What the next handshake uses.</summary>
    public async ValueTask<SslServerAuthenticationOptions> OptionsAsync()
    {
        if (_time.GetElapsedTime(Interlocked.Read(ref _lookedAt)) >= Fresh && Interlocked.Exchange(ref _isLooking, 1) == 0)
        {
            try
            {
                await LookAgain();
            }
            finally
            {
                Interlocked.Exchange(ref _lookedAt, _time.GetTimestamp());
                Volatile.Write(ref _isLooking, 0);
            }
        }
        return _now.Options();
    }

    private async Task LookAgain()
    {
        try
        {
            var files = await Files.ReadAsync(_tls);
            if (files.Hash.AsSpan().SequenceEqual(_seen))
                return;
            _seen = files.Hash;
            _now = files.Parse(_tls);
            _log.CertificateRead(_tls.Certificate!, _now.Expiry); // not null: there is no other reason for this object
        }
        catch (InvalidDataException problem)
        {
            _log.CertificateNotRead(problem.Message);
        }
    }

    /// <summary>The bytes of the files.</summary>
    private sealed record Files(byte[] Certificate, byte[] Key, byte[]? ClientCa)
    {
        public byte[] Hash { get; } = SHA256.HashData([.. Certificate, 0, .. Key, 0, .. ClientCa ?? []]);

        public static async Task<Files> ReadAsync(HttpTlsSettings tls) => new(
            await Read("http.tls.certificate", tls.Certificate!), // not null: the rules of the configuration want both
            await Read("http.tls.key", tls.Key!),
            tls.ClientCa is { } ca ? await Read("http.tls.client-ca", ca) : null);

        private static async Task<byte[]> Read(string key, string path)
        {
            try
            {
                return await BoundedFileReader.Shared.ReadAsync(path, MostBytes, Patience);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                throw new InvalidDataException($"{key}: {path}: {problem.Message}", problem);
            }
        }

        public Served Parse(HttpTlsSettings tls)
        {
            var chain = new X509Certificate2Collection();
            var authorities = new X509Certificate2Collection();
            try
            {
                var text = Encoding.UTF8.GetString(Certificate);
                var leaf = X509Certificate2.CreateFromPem(text, Encoding.UTF8.GetString(Key));
                chain.ImportFromPem(text);
                if (ClientCa is not null)
                    authorities.ImportFromPem(Encoding.UTF8.GetString(ClientCa));
                if (ClientCa is not null && authorities.Count == 0)
                    throw new InvalidDataException($"http.tls.client-ca: {tls.ClientCa}: it has no certificate in PEM");
                return new Served(SslStreamCertificateContext.Create(leaf, chain, offline: true), leaf.NotAfter, authorities);
            }
            catch (Exception problem) when (problem is CryptographicException or ArgumentException)
            {
                throw new InvalidDataException(
                    $"http.tls: {tls.Certificate}, {tls.Key}{(tls.ClientCa is { } ca ? $", {ca}" : "")}: {problem.Message}", problem);
            }
        }
    }

    /// <summary>What handshakes use.</summary>
    private sealed record Served(SslStreamCertificateContext Context, DateTime Expiry, X509Certificate2Collection Authorities)
    {
        public SslServerAuthenticationOptions Options() => new()
        {
            ServerCertificateContext = Context,
            ClientCertificateRequired = Authorities.Count > 0, // asked for, and not demanded: a key does as well
            RemoteCertificateValidationCallback = (_, certificate, chain, _) => Accept(certificate as X509Certificate2, chain),
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };

        private bool Accept(X509Certificate2? certificate, X509Chain? sent)
        {
            if (certificate is null || Authorities.Count == 0)
                return true;
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(Authorities);
            chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.DisableCertificateDownloads = true;
            if (sent is not null)
                chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
            return chain.Build(certificate);
        }
    }
}
