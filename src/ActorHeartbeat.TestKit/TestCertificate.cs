using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorHeartbeat.TestKit;

/// <summary>Self-signed certificates for test servers; no client trusts them by default.</summary>
public static class TestCertificate
{
    private static readonly TimeSpan Validity = TimeSpan.FromDays(30);

    /// <summary>A certificate for a host name and the loopback addresses, valid for 30 days around now.</summary>
    public static X509Certificate2 Create(string host = "localhost") => Create(TimeProvider.System, host, TimeSpan.Zero);

    internal static X509Certificate2 Create(TimeProvider time, string host, TimeSpan shift)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        if (host == "localhost")
        {
            names.AddIpAddress(IPAddress.Loopback);
            names.AddIpAddress(IPAddress.IPv6Loopback);
        }
        request.CertificateExtensions.Add(names.Build());
        var now = time.GetUtcNow() + shift;
        return request.CreateSelfSigned(now - Validity / 2, now + Validity / 2);
    }
}
