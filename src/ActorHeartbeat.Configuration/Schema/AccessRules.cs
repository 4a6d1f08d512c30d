using ActorHeartbeat.Configuration.Settings;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Contradictions between TLS, client certificates and keys of the HTTP API.</summary>
internal static class AccessRules
{
    public static readonly IReadOnlyList<Rule<ProcessSettings>> All =
    [
        new(ProcessSchema.TlsCertificate.Path, null, process =>
            process.Http.Tls is { Certificate: not null, Key: null }
                ? "needs http.tls.key, the file of its private key"
                : null),
        new(ProcessSchema.TlsKey.Path, null, process =>
            process.Http.Tls is { Certificate: null, Key: not null }
                ? "needs http.tls.certificate, the file of its certificate"
                : null),
        new(ProcessSchema.TlsCertificate.Path, ProcessSchema.HttpListen.Path, process =>
            process.Http is { Tls.Certificate: not null, Listen.SocketFile: not null }
                ? "http.tls is for addresses; the mode of a socket file is its guard: remove http.tls"
                : null),
        new(ProcessSchema.TlsClientCa.Path, null, process =>
            process.Http.Tls is { ClientCa: not null, Certificate: null }
                ? "needs http.tls.certificate: client certificates come by TLS"
                : null),
        new(ProcessSchema.TlsClientCa.Path, null, process =>
            process.Http is { Tls.ClientCa: not null, Access.Certificates.Count: 0 }
                ? "accepts certificates, and http.access.certificates gives none a role; name subjects there"
                : null),
        new(ProcessSchema.AccessCertificates.Path, null, process =>
            process.Http is { Tls.ClientCa: null, Access.Certificates.Count: > 0 }
                ? "needs http.tls.client-ca, which says whose certificates are accepted"
                : null),
        new(ProcessSchema.AccessKeys.Path, null, process =>
            Twice(process.Http.Access) is var (first, second)
                ? new Flaw(
                    $"{first} and {second} have the same hash, and the audit log could not tell them apart; make one anew",
                    keys => keys.Find(second)?.Find("hash"))
                : null),
    ];

    private static (string First, string Second)? Twice(AccessSettings access)
    {
        var byHash = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, key) in access.Keys)
        {
            if (!byHash.TryAdd(key.Hash, name))
                return (byHash[key.Hash], name);
        }
        return null;
    }
}
