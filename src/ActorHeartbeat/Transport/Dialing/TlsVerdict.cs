using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>Judges the server's certificate in one TLS handshake, and remembers the details that explain a failure.</summary>
internal sealed class TlsVerdict(
    TlsSettings settings, X509Certificate2Collection authorities, string name, X509Certificate2? presented, int chainLength)
{
    private const int MaxIssuers = 4;

    private string? _refused;
    private string[]? _wantedIssuers;

    /// <summary>The name sent as SNI and expected in the certificate.</summary>
    public string Name => name;

    /// <summary>
    /// Whether the server's certificate is accepted. An authority file may hold that certificate itself, which is then trusted.
    /// </summary>
    public bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None || !settings.Verify)
            return true;
        if (errors == SslPolicyErrors.RemoteCertificateChainErrors && IsPinned(certificate, chain))
            return true;
        var causes = chain?.ChainStatus.Select(status => status.Status).Distinct() ?? [];
        _refused = certificate is null
            ? "the server showed no certificate"
            : $"the server's certificate ({Subject(certificate)}, for {NamesOf(certificate)}) " +
                $"is refused for {name}: {errors}{Join(causes)}";
        return false;
    }

    /// <summary>Whether the handshake finds out that the server wants a certificate.</summary>
    public bool IsAsked { get; init; }

    /// <summary>Called when the server wants a certificate and none is configured.</summary>
    public X509Certificate NothingToPresent(
        object sender, string host, X509CertificateCollection certificates, X509Certificate? remoteCertificate, string[] acceptableIssuers)
    {
        if (remoteCertificate is not null)
            _wantedIssuers = acceptableIssuers;
        return null!; // the framework's declaration excludes null, its contract allows it
    }

    /// <summary>Whether a client's certificate was sent, or wanted.</summary>
    public bool ConcernsClient => presented is not null || _wantedIssuers is not null;

    public string Describe(Exception exception)
    {
        if (_refused is not null)
            return $"TLS: {PeerText.Of(_refused)}";
        var versions = settings.MinVersion == TlsVersion.Tls13 ? "TLS 1.3" : "TLS 1.2 and 1.3";
        return $"TLS: {PeerText.Of(exception.GetBaseException().Message)} (offered {versions}; {DescribeClient()})";
    }

    /// <summary>Describes the client certificate that was sent, or the one that the server wants.</summary>
    public string DescribeClient()
    {
        if (presented is not null)
            return $"client certificate {presented.Subject}, issued by {presented.Issuer}, " +
                $"valid until {presented.NotAfter.ToUniversalTime():yyyy-MM-dd}, sent with {chainLength - 1} more";
        if (_wantedIssuers is null)
            return "no client certificate sent";
        var wanted = PeerText.Of(string.Join(" or ", _wantedIssuers.Take(MaxIssuers)), 256);
        var issuers = wanted.Length == 0 ? "" : $" issued by {wanted}";
        return $"the server wants a client certificate{issuers}, tls.client-cert names none";
    }

    private bool IsPinned(X509Certificate? certificate, X509Chain? chain) => certificate is X509Certificate2 own && chain is not null
        && authorities.Any(authority => authority.RawDataMemory.Span.SequenceEqual(own.RawDataMemory.Span))
        && chain.ChainStatus.All(status => status.Status is X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.UntrustedRoot);

    private static string Subject(X509Certificate certificate) => $"subject {certificate.Subject}, issuer {certificate.Issuer}";

    private static string NamesOf(X509Certificate certificate)
    {
        var names = (certificate as X509Certificate2)?.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        string[] all = names is null
            ? []
            : [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(address => address.ToString())];
        return all.Length == 0 ? "no name" : PeerText.Of(string.Join(", ", all), 256);
    }

    private static string Join(IEnumerable<X509ChainStatusFlags> causes) =>
        string.Join(", ", causes) is { Length: > 0 } text ? $" ({text})" : "";
}
