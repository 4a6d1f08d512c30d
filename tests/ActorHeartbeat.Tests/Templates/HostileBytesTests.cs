using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;
using FsCheck;
using FsCheck.Fluent;

namespace ActorHeartbeat.Tests.Templates;

/// <summary>No bytes of a peer and no values made of them make a match or a template throw.</summary>
public sealed class HostileBytesTests
{
    private static readonly MessagePattern[] Patterns =
    [
        new MessagePattern.Text("ping"),
        new MessagePattern.Text("p-@{name}"),
        new MessagePattern.TextWhere("""{"prefix":"@{name}","not":"x"}"""),
        new MessagePattern.TextWhere("""{"regex":"^(?<x>[a-z]+)@{name}.?"}"""),
        new MessagePattern.TextWhere("""{"one-of":["@{name}","@{string(number(name))}"]}"""),
        new MessagePattern.TextWhere("""{"contains":"é","suffix":"}"}"""),
        new MessagePattern.Bytes("9003????00"),
        new MessagePattern.Bytes("@{sized16(name)}00"),
        Json("/a", "\"@{name}\""),
        Json("/a/@{name}", "1"),
        Json("/a", """{"equals":{"b":"@{name}"}}"""),
        Json("/a", """{"has":"@{name}"}"""),
        Json("/a", """{"above":"@{name}"}"""),
        Json("/a", """{"regex":"@{name}$"}"""),
        Json("", """{"not":"@{json(name)}"}"""),
        Json("/a/0/b", """{"type":"string","contains":"a"}"""),
        new MessagePattern.Json([new JsonExpectation("/a", """{"exists":true}"""), new JsonExpectation("/0", "1")]) { After = "4@{name}" },
        new MessagePattern.Json([new JsonExpectation("/a", """{"exists":true}"""), new JsonExpectation("/b", """{"regex":"(?<x>.*)"}""")]),
        new MessagePattern.Status(new CodeRange(200, 299)),
        new MessagePattern.All([Json("/a", "\"@{name}\""), new MessagePattern.TextWhere("""{"prefix":"{"}""")]),
        new MessagePattern.Any([Json("/a", "\"@{name}\""), new MessagePattern.TextWhere("""{"regex":"(?<y>.)"}""")]),
    ];

    private static readonly string[] Values =
    [
        "name", "/a", "/a/b", "text", "string(name)", "number(name)", "json(name)", "url(name)", "add(name, /a)", "hex(name)",
        "base64(name)", "base64url(name)", "unbase64(name)", "sha256(name, text)", "sha512(name)", "hmac-sha256(name, text)",
        "hmac-sha512(name, /a)", "hmac-sha1(name, 'x')", "jwt('HS256', name, /a)", "jwt(name, /a, name)", "jwt('ES256', name, json(/a))",
        "jwt('RS256', text, name, /a)", "u16(name)", "sized16(name)", "sized7(name)", "/a ?? name", "name ?? none",
        "unhex(name)", "hex(unbase64(unhex(text)))",
    ];

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.Elements(
            "", "ping", "p-a", "a", "1", "-0", "1e400", "0e99999999999", "99999999999999999999999", "65536", "{\"a\":1}", "[",
            "\ud800", "a\udc00b",
            "é", "\0", "@{name}", "@@{", "(", "a|b", "\\", "\"", "4a", "zz", "00ff", "AA=="),
        Gen.Choose(0, 0x2ff).Select(code => (char)code).ArrayOf().Select(characters => new string(characters)));

    private static readonly Gen<TemplateValue> Value = Gen.OneOf(
        Text.Select(TemplateValue.Of),
        Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf().Select(TemplateValue.Of),
        Gen.Elements("null", "1", "1.50", "-0", "1e400", "0e99999999999", "true", "[1,\"a\"]", "{\"sub\":\"\\ud800\"}", "{}", "[[[]]]")
            .Select(json => TemplateValue.Of(JsonElement.Parse(json))));

    private static readonly Gen<byte[]> Message = Gen.OneOf(
        Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(),
        Text.Select(Encoding.UTF8.GetBytes),
        Text.Select(text => Encoding.UTF8.GetBytes($"4a{{\"a\":{JsonSerializer.Serialize(text)}}}")),
        Gen.Elements(
            """{"a":"\ud800"}""", """{"a":0e99999999999}""", """{"a":1,"a":[{"b":"a"}]}""", """{"\ud800":1,"a":"{\"b\":\"\\ud800\"}"}""",
            """{"a":{"b":1e400}}""", """{"a":"\ud800","b":"x"}""", """{"a":{"\ud800":1},"b":"x"}""", """{"a":["\ud800"]}""",
            """["\u0000",1,{}]""", """{"a":"p-a" """, "\"\\ud800\"", "4[1]", "4{\"a\":1}")
            .Select(Encoding.UTF8.GetBytes),
        from name in Text
        from place in Gen.Choose(0, 100)
        from other in Gen.Choose(0, 255)
        select Changed(Encoding.UTF8.GetBytes($"{{\"a\":[{{\"b\":{JsonSerializer.Serialize(name)}}}]}}"), place, (byte)other));

    [Fact]
    public void No_pattern_throws()
    {
        var matching = new HashSet<MessagePattern>();
        var samples =
            from value in Value
            from message in Gen.OneOf(
                Message,
                Gen.Elements("{0}", "p-{0}", "a{0}", "4{0}{{\"a\":1,\"0\":1}}").Select(form => Spelled(form, value)),
                Gen.Elements("{{\"a\":{0},\"b\":\"x\"}}", "{{\"a\":[{0}]}}", "{{\"a\":{{\"b\":{0}}}}}")
                    .Select(form => Spelled(form, value)))
            select (message, value);
        Prop.ForAll(samples.ToArbitrary(), sample =>
        {
            foreach (var pattern in Patterns)
            {
                Assert.False(pattern is not MessagePattern.Any && pattern.HasPlaceholders && pattern.Matches(sample.message));
                if (pattern.Fix(Scope(sample.value, sample.message)) is not { } filled || !filled.Matches(sample.message))
                    continue;
                matching.Add(pattern);
                filled.Capture(sample.message, (_, _) => { });
                filled.Look(sample.message, (_, _) => { });
                _ = filled.Heard(sample.message).Json.Length;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

        Assert.True(matching.Count > Patterns.Length / 2, $"{matching.Count} of the patterns match something");
    }

    [Fact]
    public void No_template_throws()
    {
        var filled = new HashSet<string>();
        var samples =
            from message in Message
            from value in Gen.Frequency((50, Value), (1, Gen.Constant(TemplateValue.Of(new string('a', 70_000)))))
            from expression in Gen.Elements(Values)
            select (message, value, expression);
        Prop.ForAll(samples.ToArbitrary(), sample =>
        {
            var (scope, placeholder) = (Scope(sample.value, sample.message), $"@{{{sample.expression}}}");
            var fillings = new object?[]
            {
                Template.Parse($"a {placeholder} b").Fill(scope),
                MessageTemplate.Text(placeholder).Fill(scope),
                MessageTemplate.Json($$"""{"k":"{{placeholder}}","l":["x{{placeholder}}"],"{{placeholder}}":1}""").Fill(scope),
                MessageTemplate.Bytes($"10{placeholder}").Fill(scope),
                ValueTemplate.Text(placeholder).Fill(scope),
                ValueTemplate.Json($"[\"{placeholder}\"]").Fill(scope),
            };
            if (Array.Exists(fillings, each => each is not null))
                filled.Add(sample.expression);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

        Assert.True(filled.Count > Values.Length / 2, $"{filled.Count} of the expressions have a value sometimes");
    }

    private static MessagePattern.Json Json(string pointer, string value) => new([new JsonExpectation(pointer, value)]);

    private static TemplateScope Scope(TemplateValue name, byte[] message) => new()
    {
        Names = new OneName(name),
        Message = MessageAtHand.Read(message, ["/a", "/a/b", "text"]),
    };

    /// <summary>A message with a value in it: as JSON where the form is JSON, or else as text.</summary>
    private static byte[] Spelled(string form, TemplateValue value)
    {
        var spelling = form[0] == '{' && form[1] == '{' ? value.AsJson()?.GetRawText() : value.AsText();
        return Encoding.UTF8.GetBytes(string.Format(CultureInfo.InvariantCulture, form, spelling ?? "1"));
    }

    private static byte[] Changed(byte[] json, int place, byte other)
    {
        json[place % json.Length] = other;
        return json;
    }

    private sealed class OneName(TemplateValue value) : ITemplateNames
    {
        public TemplateValue? Find(string name, TemplateScope scope) => name == "name" ? value : null;
    }
}
