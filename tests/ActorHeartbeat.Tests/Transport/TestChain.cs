using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorHeartbeat.Tests.Transport;

/// <summary>A root authority, an intermediate authority, and a leaf certificate with its key.</summary>
internal sealed class TestChain : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    public TestChain(string serverName = "client.example")
    {
        var root = Create("root", serverName, isAuthority: true, issuer: null);
        var intermediate = Create("intermediate", serverName, isAuthority: true, root);
        Leaf = Create("leaf", serverName, isAuthority: false, intermediate);
        IntermediatePem = intermediate.ExportCertificatePem();
    }

    public X509Certificate2 Leaf { get; }

    public string LeafPem => Leaf.ExportCertificatePem();

    public string IntermediatePem { get; }

    public string KeyPem => Leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(); // the constructor creates the leaf with a key

    public void Dispose() => _owned.ForEach(owned => owned.Dispose());

    private X509Certificate2 Create(string name, string serverName, bool isAuthority, X509Certificate2? issuer)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _owned.Add(key);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(serverName);
        if (!isAuthority)
            request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var issued = issuer is null
            ? request.CreateSelfSigned(now.AddDays(-2), now.AddDays(2))
            : request.Create(issuer, now.AddDays(-1), now.AddDays(1), [(byte)name.Length, 1, 2, 3]);
        var certificate = issued.HasPrivateKey
            ? X509CertificateLoader.LoadPkcs12(issued.Export(X509ContentType.Pkcs12), null)
            : issued.CopyWithPrivateKey(key);
        _owned.Add(certificate);
        return certificate;
    }
}
