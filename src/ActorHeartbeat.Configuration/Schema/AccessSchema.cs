using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Keys, client certificates and hosts of <c>http.access</c>.</summary>
internal static class AccessSchema
{
    private const string HashStart = "sha256:";

    /// <summary>The keys of one key: an error never shows a text in the place of a hash, which may be the key itself.</summary>
    public static readonly Shape<AccessKeySettings> KeyShape = new(
        Part.Of<AccessKeySettings, AccessRole>(
            "role", Values.Word<AccessRole>(), key => key.Role, (key, role) => key with { Role = role }),
        Part.Of<AccessKeySettings, string>(
            "hash",
            new Judged<string>($"{HashStart} and 64 hexadecimal digits", Hash, Shown) { HoldsSecret = true },
            key => key.Hash,
            (key, hash) => key with { Hash = hash }));

    public static readonly ValueReader<ValueMap<AccessKeySettings>> Keys = new MapOf<AccessKeySettings>(
        "an object of keys by name, such as { ops { role = operate, hash = \"sha256:...\" } }",
        new ObjectOf<AccessKeySettings>("a key", KeyShape, new AccessKeySettings(), "role", "hash"),
        StringComparer.Ordinal,
        AccessKeySettings.RejectName);

    public static readonly ValueReader<ValueMap<AccessCertificateSettings>> Certificates = new MapOf<AccessCertificateSettings>(
        "an object of client certificates by name, such as { ops { role = operate, subject = \"CN=ops\" } }",
        new ObjectOf<AccessCertificateSettings>(
            "a client certificate",
            new(
                Part.Of<AccessCertificateSettings, AccessRole>(
                    "role", Values.Word<AccessRole>(), given => given.Role, (given, role) => given with { Role = role }),
                Part.Of<AccessCertificateSettings, string>(
                    "subject",
                    new Judged<string>("a subject such as \"CN=ops, O=Example\"", Subject, subject => subject),
                    given => given.Subject,
                    (given, subject) => given with { Subject = subject })),
            new AccessCertificateSettings(),
            "role",
            "subject"),
        StringComparer.Ordinal,
        AccessKeySettings.RejectName);

    public static readonly ValueReader<ValueList<string>> Hosts = new ListOf<string>(
        new Scalar<string>(
            "a host name without a port, such as \"feeds.example.com\"",
            text => (Uri.CheckHostName(text) == UriHostNameType.Dns, text),
            host => host));

    /// <summary>The first digits tell one hash from another.</summary>
    private static string Shown(string hash) => $"{hash.AsSpan(0, Math.Min(hash.Length, HashStart.Length + 8))}...";

    private static (string?, string?) Hash(string text) =>
        text.StartsWith(HashStart, StringComparison.Ordinal)
        && text.Length == HashStart.Length + (2 * SHA256.HashSizeInBytes)
        && text.AsSpan(HashStart.Length).ContainsAnyExcept("0123456789abcdef") is false
            ? (text, null)
            : (
                null,
                $"is no hash of a key: expected {HashStart} and 64 digits 0-9 and a-f; \"actorheartbeat key new\" prints a new key and its "
                    + "hash");

    private static (string?, string?) Subject(string text)
    {
        try
        {
            return (new X500DistinguishedName(text).Name, null);
        }
        catch (CryptographicException)
        {
            return (null, "is no subject of a certificate; write it as \"openssl x509 -noout -subject -nameopt RFC2253\" does");
        }
    }
}
