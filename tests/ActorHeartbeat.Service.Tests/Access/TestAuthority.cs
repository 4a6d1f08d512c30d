using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorHeartbeat.Service.Tests.Access;

/// <summary>A certificate authority for one test, and certificates that it signs.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly X509Certificate2 _root;

    public TestAuthority(string name = "CN=test authority")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _root = request.CreateSelfSigned(DateTimeOffset.UtcNow - Day, DateTimeOffset.UtcNow + Day);
    }

    public string Pem => _root.ExportCertificatePem();

    /// <summary>The two PEM files of a server on loopback.</summary>
    public (string Certificate, string Key) Server(string subject)
    {
        using var signed = Sign(subject, "1.3.6.1.5.5.7.3.1", TimeSpan.Zero);
        return (signed.ExportCertificatePem(), signed.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    /// <param name="subject">Its subject.</param>
    /// <param name="usage">The extended key usage: client authentication unless told.</param>
    /// <param name="shift">Moves the day in which it is good.</param>
    public X509Certificate2 Client(string subject, string usage = "1.3.6.1.5.5.7.3.2", TimeSpan shift = default) =>
        Sign(subject, usage, shift);

    public void Dispose() => _root.Dispose();

    private X509Certificate2 Sign(string subject, string usage, TimeSpan shift)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var begin = DateTimeOffset.UtcNow + shift;
        using var signed = request.Create(
            _root, Later(_root.NotBefore, begin - (Day / 2)), begin + (Day / 2), RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
