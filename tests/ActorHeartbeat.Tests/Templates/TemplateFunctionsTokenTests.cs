using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Tests.Templates;

public sealed class TemplateFunctionsTokenTests
{
    private const string Claims = """{ "sub": "1234567890", "name": "John Doe", "iat": 1516239022 }""";

    // The example that most writings on these tokens give.
    [Fact]
    public void A_token_of_a_secret_is_the_published_one() => Assert.Equal(
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ"
        + ".SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
        Sign("HS256", "your-256-bit-secret"));

    [Fact]
    public void A_longer_digest_signs_with_the_bytes_of_the_key()
    {
        byte[] key = [0x00, 0xff, 0x80];

        var parts384 = Parts(Call(T("HS384"), TemplateValue.Of(key), J(Claims)));
        var parts512 = Parts(Call(T("HS512"), TemplateValue.Of(key), J(Claims)));

        Assert.Equal("""{"alg":"HS384","typ":"JWT"}""", parts384.Header);
        Assert.Equal(HMACSHA384.HashData(key, parts384.Signed), parts384.Signature);
        Assert.Equal("""{"alg":"HS512","typ":"JWT"}""", parts512.Header);
        Assert.Equal(HMACSHA512.HashData(key, parts512.Signed), parts512.Signature);
    }

    [Fact]
    public void A_token_of_an_RSA_key_is_verified_by_its_public_key()
    {
        using var key = RSA.Create(2048);
        string[] pems = [key.ExportRSAPrivateKeyPem(), key.ExportPkcs8PrivateKeyPem()];

        Assert.All(pems.Concat(pems.Select(OnOneLine)), pem =>
        {
            var token = Parts(Sign("RS256", pem));

            Assert.Equal("""{"alg":"RS256","typ":"JWT"}""", token.Header);
            Assert.Equal("""{"sub":"1234567890","name":"John Doe","iat":1516239022}""", token.Claims);
            Assert.True(key.VerifyData(token.Signed, token.Signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        });
    }

    [Fact]
    public void A_token_of_an_EC_key_is_verified_by_its_public_key()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // Some programs write the curve before the key.
        const string parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
        string[] pems = [key.ExportECPrivateKeyPem(), key.ExportPkcs8PrivateKeyPem(), parameters + key.ExportECPrivateKeyPem()];

        Assert.All(pems.Concat(pems.Select(OnOneLine)), pem =>
        {
            var token = Parts(Sign("ES256", pem));

            Assert.Equal("""{"alg":"ES256","typ":"JWT"}""", token.Header);
            Assert.Equal(64, token.Signature.Length);
            Assert.True(key.VerifyData(token.Signed, token.Signature, HashAlgorithmName.SHA256));
        });
    }

    [Theory]
    [InlineData("""{}""", """{"alg":"HS256","typ":"JWT"}""")]
    [InlineData("""{"kid":"a/b","nonce":1.50}""", """{"alg":"HS256","typ":"JWT","kid":"a/b","nonce":1.50}""")]
    [InlineData("""{"kid":"a","typ":"other","alg":"HS256"}""", """{"alg":"HS256","typ":"JWT","kid":"a"}""")]
    public void The_members_of_the_header_follow_ours(string more, string header) =>
        Assert.Equal(header, Parts(Call(T("HS256"), T("key"), J(Claims), J(more))).Header);

    [Theory]
    [InlineData("""{"alg":"HS512"}""")]
    [InlineData("""{"alg":"none"}""")]
    [InlineData("""{"alg":null}""")]
    [InlineData("""{"alg":["HS256"]}""")]
    [InlineData("""{"kid":1,"kid":2}""")]
    [InlineData("""{"kid":"\ud800"}""")]
    [InlineData("""[]""")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    public void A_header_that_is_none_or_names_another_algorithm_is_refused(string more) =>
        Assert.Null(Call(T("HS256"), T("key"), J(Claims), J(more)));

    [Theory]
    [InlineData("""[1]""")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("""{"sub":"a","\u0073ub":"b"}""")]
    [InlineData("""{"sub":"\ud800"}""")]
    public void Claims_that_are_no_object_with_a_name_for_each_are_refused(string claims) =>
        Assert.Null(Call(T("HS256"), T("key"), J(claims)));

    [Theory]
    [InlineData("none")]
    [InlineData("hs256")]
    [InlineData("PS256")]
    [InlineData("")]
    public void An_algorithm_that_is_not_known_is_refused(string algorithm) => Assert.Null(Sign(algorithm, "key"));

    [Fact]
    public void Arguments_of_a_wrong_kind_are_refused()
    {
        var bytes = TemplateValue.Of([0x31]);

        Assert.Null(Call(J("1"), T("key"), J(Claims)));
        Assert.Null(Call(TemplateValue.Of("HS256"u8.ToArray()), T("key"), J(Claims)));
        Assert.Null(Call(T("HS256"), T(""), J(Claims)));
        Assert.Null(Call(T("HS256"), T("key"), bytes));
        Assert.Null(Call(T("HS256"), T("key"), J(Claims), bytes));
    }

    [Fact]
    public void A_key_that_does_not_fit_the_algorithm_is_refused()
    {
        using var rsa = RSA.Create(2048);
        using var weak = RSA.Create(1024);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var longer = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var sameLength = ECDsa.Create(ECCurve.NamedCurves.brainpoolP256r1);
        var fast = new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1);
        (string Algorithm, string Key)[] wrong =
        [
            ("RS256", "secret"),
            ("ES256", "secret"),
            ("RS256", PemEncoding.WriteString("PRIVATE KEY", [0x30, 0x00])),
            ("ES256", PemEncoding.WriteString("EC PRIVATE KEY", [0x30, 0x00])),
            ("RS256", ec.ExportPkcs8PrivateKeyPem()),
            ("ES256", rsa.ExportPkcs8PrivateKeyPem()),
            ("RS256", rsa.ExportSubjectPublicKeyInfoPem()),
            ("ES256", ec.ExportSubjectPublicKeyInfoPem()),
            ("RS256", rsa.ExportEncryptedPkcs8PrivateKeyPem("password", fast)),
            ("ES256", ec.ExportPkcs8PrivateKeyPem() + "\n" + longer.ExportPkcs8PrivateKeyPem()),
            ("RS256", weak.ExportPkcs8PrivateKeyPem()),
            ("ES256", longer.ExportPkcs8PrivateKeyPem()),
            ("ES256", sameLength.ExportPkcs8PrivateKeyPem()),
            ("ES256", OfUnknownCurve(ec)),
        ];

        Assert.All(wrong, pair => Assert.Null(Sign(pair.Algorithm, pair.Key)));
    }

    [Fact]
    public void Claims_may_be_a_text_that_spells_an_object()
    {
        Assert.Equal(Sign("HS256", "key"), Call(T("HS256"), T("key"), T(Claims)));
        Assert.Null(Call(T("HS256"), T("key"), T("[1]")));
        Assert.Null(Call(T("HS256"), T("key"), T("{")));
    }

    private static string OfUnknownCurve(ECDsa key)
    {
        var bytes = key.ExportPkcs8PrivateKey();
        var curve = bytes.AsSpan().IndexOf((byte[])[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]);
        bytes[curve + 7] = 0x7f;
        return PemEncoding.WriteString("PRIVATE KEY", bytes);
    }

    private static string OnOneLine(string pem) => pem.Replace("\n", @"\n", StringComparison.Ordinal);

    private static (string Header, string Claims, byte[] Signed, byte[] Signature) Parts(string? token)
    {
        Assert.NotNull(token);
        var parts = token.Split('.');
        Assert.Equal(3, parts.Length);
        string Decoded(int at) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[at]));
        return (Decoded(0), Decoded(1), Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]));
    }

    private static string? Sign(string algorithm, string key) => Call(T(algorithm), T(key), J(Claims));

    private static string? Call(params TemplateValue[] arguments) =>
        (TemplateFunctions.Find("jwt")!.Apply(arguments) as TemplateValue.Text)?.Value;

    private static TemplateValue T(string text) => TemplateValue.Of(text);

    private static TemplateValue J(string json) => TemplateValue.Of(JsonElement.Parse(json));
}
