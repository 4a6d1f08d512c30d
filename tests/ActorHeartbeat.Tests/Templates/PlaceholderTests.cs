using System.Security.Cryptography;
using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Tests.Templates;

/// <summary>Placeholders other than plain references.</summary>
public sealed class PlaceholderTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 28, 22, 43, 1, 250, TimeSpan.Zero);

    [Theory]
    [InlineData("@{/id}", "12345678901234567890")]
    [InlineData("@{/name}", "a\"b")]
    [InlineData("@{/inner/deep}", "[1,\"x\"]")]
    [InlineData("@{/list/1}", "two")]
    [InlineData("@{/a~1b}", "slash")]
    [InlineData("@{/yes} @{/nothing}", "true null")]
    [InlineData("@{/text/json}", "7")]
    [InlineData("@{text}", Message)]
    [InlineData("@{/absent ?? 'none there'}", "none there")]
    [InlineData("@{/absent ?? /list/0}", "1")]
    [InlineData("@{/absent ?? /gone ?? 60}s", "60s")]
    [InlineData("@{ 'it''s' }", "it's")]
    [InlineData("@{'}'}", "}")]
    [InlineData("@{counter} @{counter} @{counter.x} @{counter}", "1 2 1 3")]
    [InlineData("@{now.ms} @{now.s}", "1795905781250 1795905781")]
    [InlineData("@{now.iso}", "2026-11-28T22:43:01.250Z")]
    [InlineData("@{now('yyyy-MM-ddTHH:mm:ss')}", "2026-11-28T22:43:01")]
    [InlineData("@{attempt}/@{incarnation}", "4/9")]
    [InlineData("@{uuid}", "00000000-0000-0000-0000-000000000007")]
    [InlineData("@{string(now.s)}", "1795905781")]
    [InlineData("@{hex(hmac-sha256(env.KEY, 'what do ya want ', 'for nothing?'))}",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")]
    [InlineData("@{url( file:/run/secrets/pass )}", "p%20w")]
    [InlineData("@{file:/run/secrets/pass}", "p w")]
    [InlineData("user@{'@'}@{env.KEY}", "user@Jefe")]
    public void A_placeholder_has_a_value(string text, string value) => Assert.Equal(value, Template.Parse(text).Fill(Scope()));

    [Theory]
    [InlineData("@{/absent}", "@{/absent}")]
    [InlineData("a @{hex(/absent)} @{/gone}", "@{hex(/absent)}")]
    [InlineData("@{unhex(now.iso)}", "@{unhex(now.iso)}")]
    [InlineData("@{sha256('a')}", "@{sha256('***')}")] // bytes are no text
    [InlineData("@{none}", "@{none}")]
    public void What_has_no_value_is_told_by_its_placeholder(string text, string lacking)
    {
        var scope = Scope();

        Assert.Null(Template.Parse(text).Fill(scope));
        Assert.Equal(lacking, scope.Lacking);
    }

    [Theory]
    [InlineData("@{jwt('RS256', env.KEY, '{}')}", "@{jwt('***', env.KEY, '***')}, whose key is no PEM text, has no value")]
    [InlineData("@{hex(jwt('ES256', env.KEY, '{}'))}", "@{hex(jwt('***', env.KEY, '***'))}, whose key is no PEM text, has no value")]
    [InlineData("@{jwt('RS256', env.P384, '{}')}",
        "@{jwt('***', env.P384, '***')}, whose key is no private key that RS256 takes, has no value")]
    [InlineData("@{jwt('ES256', env.P384, '{}')}",
        "@{jwt('***', env.P384, '***')}, whose key is no private key that ES256 takes, has no value")]
    [InlineData("@{jwt('HS256', env.EMPTY, '{}')}", "@{jwt('***', env.EMPTY, '***')}, whose key is empty, has no value")]
    [InlineData("@{jwt('HS256', env.KEY, env.KEY)}", "@{jwt('***', env.KEY, env.KEY)} has no value")] // no claims
    [InlineData("@{jwt('RS256', env.KEY, '{}') ?? 'none'} @{/absent}", "@{/absent} has no value")]
    [InlineData("@{jwt('RS256', env.KEY, '{}') ?? sha256('a')}", "@{jwt('***', env.KEY, '***') ?? sha256('***')} has no value")]
    public void A_token_that_cannot_be_signed_says_what_its_key_is_not(string text, string told)
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var scope = new TemplateScope
        {
            Secrets = new Dictionary<SecretReference, string>
            {
                [new SecretReference(SecretSource.Environment, "KEY")] = "Jefe",
                [new SecretReference(SecretSource.Environment, "EMPTY")] = "",
                [new SecretReference(SecretSource.Environment, "P384")] = curve.ExportPkcs8PrivateKeyPem(),
            },
        };

        Assert.Null(Template.Parse(text).Fill(scope));

        Assert.Equal(told, $"{scope.Lacking} has no value");
    }

    [Theory]
    [InlineData("@{/absent", "no end")]
    [InlineData("@{'a}", "no closing single quote")]
    [InlineData("@{SHA3('a')}", "unknown function; known: ")]
    [InlineData("@{hex(}", "unknown placeholder")]
    [InlineData("@{hex()}", "hex takes 1 or more values, not 0")]
    [InlineData("@{add(1)}", "add takes 2 values, not 1")]
    [InlineData("@{jwt('HS256', env.A)}", "jwt takes 3 to 4 values, not 2")]
    [InlineData("@{jwt('HS255', env.A, '{}')}", "jwt signs with HS256, HS384, HS512, RS256, ES256")]
    [InlineData("@{unhex('zz')}", "unhex makes nothing of these values")]
    [InlineData("@{hex(env.A, u16(70000))}", "u16 makes nothing of these values")]
    [InlineData("@{add('x', 1)}", "add makes nothing of these values")]
    [InlineData("@{now('')}", "now takes a format")]
    [InlineData("@{now('%')}", "now takes a format")]
    [InlineData("@{now()}", "now takes a format")]
    [InlineData("@{/a~2}", "not ~0 or ~1")]
    [InlineData("@{token.of}", "unknown placeholder")]
    [InlineData("@{/a /b}", "unknown placeholder")]
    [InlineData("@{/a ??}", "unknown placeholder")]
    [InlineData("@{-}", "unknown placeholder")]
    public void What_is_wrong_is_told(string text, string fault) =>
        Assert.Contains(fault, Template.Reject(text), StringComparison.Ordinal);

    [Fact]
    public void Functions_are_nested_to_a_bound()
    {
        Assert.Null(Template.Reject(Nested(16)));
        Assert.Contains("deeper than 16", Template.Reject(Nested(17)), StringComparison.Ordinal);
        Assert.NotNull(Template.Reject(Nested(1_000_000)));

        static string Nested(int depth) =>
            "@{" + string.Concat(Enumerable.Repeat("string(", depth)) + "1" + new string(')', depth) + "}";
    }

    [Theory]
    [InlineData("""{"id":"@{/id}"}""", """{"id":12345678901234567890}""")]
    [InlineData("""{"id":"n-@{/id}"}""", """{"id":"n-12345678901234567890"}""")]
    [InlineData("""{"id":"@{string(/id)}"}""", """{"id":"12345678901234567890"}""")]
    [InlineData("""{"a":"@{/name}","b":["@{/inner}"]}""", """{"a":"a\"b","b":[{"deep":[1,"x"]}]}""")]
    [InlineData("""{"a":"@{/absent ?? none}","b":["@{none}",1],"c":"@{null}"}""", """{"b":[1],"c":null}""")]
    [InlineData("""{ "@{/list/1}" : 1.50, "e": 1e2 }""", """{"two":1.50,"e":1e2}""")]
    [InlineData(""" [ "@{counter}", "@{counter}" ] """, "[1,2]")]
    public void A_text_of_JSON_that_is_one_placeholder_takes_the_type_of_its_value(string json, string sent) =>
        Assert.Equal(sent, Encoding.UTF8.GetString(MessageTemplate.Json(json).Fill(Scope())!.Payload.Span));

    [Fact]
    public void Bytes_have_placeholders_between_their_digits()
    {
        var message = MessageTemplate.Bytes("10@{sized7(sized16('MQTT'), unhex('04C2'))}@{u16(30)}00");

        var sent = message.Fill(Scope())!;

        Assert.Equal("1008" + "00044D515454" + "04C2" + "001E" + "00", Convert.ToHexString(sent.Payload.Span));
        Assert.Equal(MessageKind.Binary, sent.Kind);
        Assert.Throws<FormatException>(() => MessageTemplate.Bytes("1@{u16(1)}0"));
        Assert.Throws<FormatException>(() => MessageTemplate.Bytes("xx"));
        Assert.Equal([0xAB, 0xCD], MessageTemplate.Bytes("abCD").Fill(Scope())!.Payload.ToArray());
    }

    [Fact]
    public void What_is_made_from_a_secret_is_a_secret()
    {
        var scope = Scope();
        Template.Parse("@{hex(sha256(env.KEY))} @{/name} @{hex('a')} @{/absent ?? base64(env.KEY)}").Fill(scope);

        Assert.Equal(2, scope.Made.Count);
        Assert.Equal("SmVmZQ==", scope.Made[1]);
    }

    [Fact]
    public void Values_of_a_message_that_is_no_JSON_are_absent()
    {
        foreach (var payload in (byte[][])[[], "{"u8.ToArray(), [0xFF, 0xFE], "\"\\ud800\""u8.ToArray(), "1e99999"u8.ToArray()])
        {
            var read = MessageAtHand.Read(payload, ["/a", "text", ""]);
            Assert.Null(read.Find("/a"));
            Assert.NotNull(read.Find("text"));
        }
    }

    private const string Message =
        """{"id":12345678901234567890,"name":"a\"b","inner":{"deep":[1,"x"]},"list":[1,"two"],"a/b":"slash","yes":true,"""
        + """
          "nothing":null,"text":"{\"json\":7}"}
          """;

    private static TemplateScope Scope()
    {
        var counters = new Dictionary<string, long>();
        return new TemplateScope
        {
            Secrets = new Dictionary<SecretReference, string>
            {
                [new(SecretSource.Environment, "KEY")] = "Jefe",
                [new(SecretSource.File, "/run/secrets/pass")] = "p w",
            },
            Message = MessageAtHand.Read(
                Encoding.UTF8.GetBytes(Message),
                [
                    "/id", "/name", "/inner", "/inner/deep", "/list/0", "/list/1", "/a~1b", "/yes", "/nothing", "/text/json", "/absent",
                    "text",
                ]),
            Count = name => counters[name] = counters.GetValueOrDefault(name) + 1,
            Now = Now,
            NewUuid = () => new Guid(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7),
            Attempt = 4,
            Incarnation = 9,
        };
    }
}
