using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ActorHeartbeat.Templates;

/// <summary>JSON Web Tokens (RFC 7519), signed, in their compact form (RFC 7515 section 3.1).</summary>
internal static class JsonWebToken
{
    private const string Algorithm = "alg", Type = "typ";

    /// <summary>The fewest bits of an RSA key: RFC 7518 section 3.3.</summary>
    private const int LeastRsaBits = 2048;

    /// <summary>The curve P-256, by its object identifier: RFC 5480 section 2.1.1.1.</summary>
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>Those that are known.</summary>
    public static readonly IReadOnlyList<string> Algorithms = ["HS256", "HS384", "HS512", "RS256", "ES256"];

    /// <param name="algorithm">One of <see cref="Algorithms"/>.</param>
    /// <param name="key">The secret of HS; the PEM text of a private key of the others.</param>
    /// <param name="claims">An object.</param>
    /// <param name="header">More members of the header, an object; it may not name another algorithm.</param>
    /// <returns>Null when an argument is not as it must be, or an object names a member twice.</returns>
    public static string? Sign(string algorithm, byte[] key, JsonElement claims, JsonElement? header)
    {
        if (!IsObject(claims) || (header is { } more && !IsHeader(more, algorithm)))
            return null;

        var signed = $"{Encode(Header(algorithm, header))}.{Encode(CompactJson.Of(claims))}";
        return Signature(algorithm, key, Encoding.ASCII.GetBytes(signed)) is { } signature
            ? $"{signed}.{Base64Url.EncodeToString(signature)}"
            : null;
    }

    /// <summary>What is wrong with a key for an algorithm, to stand behind "whose key", without the key; null for nothing.</summary>
    public static string? RejectKey(string algorithm, byte[] key) =>
        key.Length == 0 ? "is empty"
        : !Algorithms.Contains(algorithm) || Signature(algorithm, key, []) is not null ? null
        : PemEncoding.TryFind(PemOf(key), out _) ? $"is no private key that {algorithm} takes"
        : "is no PEM text";

    /// <summary>Readers differ in which of two members with one name they take, so there must be one: RFC 7519 section 4.</summary>
    private static bool IsObject(JsonElement json)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        return json.ValueKind == JsonValueKind.Object && json.EnumerateObject().All(member => names.Add(member.Name));
    }

    private static bool IsHeader(JsonElement json, string algorithm) =>
        IsObject(json)
        && (!json.TryGetProperty(Algorithm, out var named)
            || (named.ValueKind == JsonValueKind.String && named.ValueEquals(algorithm)));

    private static string Header(string algorithm, JsonElement? more) => CompactJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString(Algorithm, algorithm);
        writer.WriteString(Type, "JWT");
        if (more is { } members)
        {
            foreach (var member in members.EnumerateObject().Where(member => member.Name is not (Algorithm or Type)))
                member.WriteTo(writer);
        }
        writer.WriteEndObject();
    });

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static byte[]? Signature(string algorithm, byte[] key, byte[] data) => algorithm switch
    {
        _ when key.Length == 0 => null, // HMAC takes it, and the token would prove nothing
        "HS256" => HMACSHA256.HashData(key, data),
        "HS384" => HMACSHA384.HashData(key, data),
        "HS512" => HMACSHA512.HashData(key, data),
        "RS256" => WithPrivateKey(key, pem => SignRsa(pem, data)),
        "ES256" => WithPrivateKey(key, pem => SignEcdsa(pem, data)),
        _ => null,
    };

    /// <summary>Environment variables hold the two characters <c>\n</c> in the place of line ends.</summary>
    private static string PemOf(byte[] key) => Encoding.UTF8.GetString(key).Replace(@"\n", "\n", StringComparison.Ordinal);

    private static byte[]? WithPrivateKey(byte[] key, Func<string, byte[]?> sign)
    {
        try
        {
            return sign(PemOf(key));
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException or PlatformNotSupportedException)
        {
            return null; // no key or two of them; broken, encrypted, public or of another kind; a curve that the platform lacks
        }
    }

    private static byte[]? SignRsa(string pem, byte[] data)
    {
        using var key = RSA.Create();
        key.ImportFromPem(pem);
        return key.KeySize < LeastRsaBits ? null : key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    // The two numbers of the signature have a fixed length, one behind the other: RFC 7518 section 3.4.
    private static byte[]? SignEcdsa(string pem, byte[] data)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(pem);
        return key.ExportParameters(includePrivateParameters: false).Curve is { IsNamed: true, Oid.Value: P256 }
            ? key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
            : null;
    }
}
