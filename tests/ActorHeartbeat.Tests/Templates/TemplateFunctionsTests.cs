using System.Text;
using System.Text.Json;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Tests.Templates;

public sealed class TemplateFunctionsTests
{
    private const int MiB = 1024 * 1024;

    [Fact]
    public void The_functions_are_known_by_name_with_how_many_arguments_they_take()
    {
        string[] known =
        [
            "string 1..1", "number 1..1", "json 1..1", "url 1..1", "add 2..2", "hex 1..", "unhex 1..1", "base64 1..", "base64url 1..",
            "unbase64 1..1", "sha256 1..", "sha512 1..", "hmac-sha256 2..", "hmac-sha512 2..", "hmac-sha1 2..", "jwt 3..4", "u16 1..1",
            "sized16 1..", "sized7 1..",
        ];

        Assert.Equal(known, TemplateFunctions.Names.Select(TemplateFunctions.Find).Select(f => $"{f!.Name} {f.Least}..{f.Most}"));
        Assert.Null(TemplateFunctions.Find("md5"));
        Assert.Null(TemplateFunctions.Find("SHA256"));
    }

    [Theory]
    [InlineData("1.50", "1.50")]
    [InlineData("true", "true")]
    [InlineData("""{ "a" : 1 }""", """{ "a" : 1 }""")]
    [InlineData("\"say \\u003c\"", "say <")]
    public void String_makes_text_of_JSON_as_it_is_written(string json, string text) => Assert.Equal(text, TextOf("string", J(json)));

    [Theory]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("-12.50")]
    [InlineData("1e5")]
    [InlineData("1.0E+05")]
    [InlineData("123456789012345678901234567890.123456789012345678901234567890")]
    public void Number_reads_a_number_and_keeps_its_digits(string number)
    {
        Assert.Equal(number, Number("number", T(number)));
        Assert.Equal(number, Number("number", J(number)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("01")]
    [InlineData("+1")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("1e")]
    [InlineData(" 1")]
    [InlineData("1\n")]
    [InlineData("1,000")]
    [InlineData("0x10")]
    [InlineData("NaN")]
    [InlineData("١")]
    [InlineData("true")]
    public void Number_refuses_what_JSON_does_not_call_a_number(string text) => Assert.Null(Call("number", T(text)));

    [Theory]
    [InlineData("""{ "a" : [ 1.50, null ], "b": "<\u003e" }""", """{"a":[1.50,null],"b":"<>"}""")]
    [InlineData("\"say \\\"hi\\\" & <é>\"", "\"say \\\"hi\\\" & <é>\"")]
    [InlineData("1e400", "1e400")]
    public void Json_is_compact_and_escapes_only_what_it_must(string json, string text) => Assert.Equal(text, TextOf("json", J(json)));

    [Fact]
    public void A_string_with_half_of_a_character_has_no_form_in_JSON() => Assert.Null(Call("json", J("""["\ud800"]""")));

    [Fact]
    public void Url_escapes_all_but_the_unreserved_characters()
    {
        Assert.Equal("a%20b%2Fc%3Fd%26e%3D%2B%C3%A9-._~", TextOf("url", T("a b/c?d&e=+é-._~")));
        Assert.Equal("1.50", TextOf("url", J("1.50")));
        Assert.Equal(300_000, TextOf("url", T(new string('/', 100_000)))!.Length);
    }

    [Theory]
    [InlineData("1", "2", "3")]
    [InlineData("99999999999999999999999999999999999999999999", "1", "100000000000000000000000000000000000000000000")]
    [InlineData("-5", "5", "0")]
    [InlineData("0.1", "0.2", "0.3")]
    [InlineData("1.50", "1.50", "3.00")]
    [InlineData("-0.25", "0.2", "-0.05")]
    [InlineData("1.0000000000000000000000000000000000000001", "1", "2.0000000000000000000000000000000000000001")]
    [InlineData("1e3", "1", "1001")]
    [InlineData("1.5E+1", "25e-2", "15.25")]
    [InlineData("-0", "-0.0", "0.0")]
    public void Add_is_exact(string left, string right, string sum)
    {
        Assert.Equal(sum, Number("add", J(left), J(right)));
        Assert.Equal(sum, Number("add", J(right), J(left)));
    }

    [Fact]
    public void Add_refuses_numbers_that_take_long()
    {
        var longest = new string('9', 4096);

        Assert.Equal($"1{new string('0', 4096)}", Number("add", J(longest), J("1")));
        Assert.Null(Call("add", J(longest + "9"), J("1")));
        Assert.NotNull(Call("add", J("1e4096"), J("1e-4096")));
        Assert.Null(Call("add", J("1e4097"), J("1")));
        Assert.Null(Call("add", J("1"), J("1e-4097")));
        Assert.Null(Call("add", J("1"), J("1e99999999999999999999")));
    }

    // RFC 4648 section 10.
    [Theory]
    [InlineData("", "", "")]
    [InlineData("f", "Zg==", "66")]
    [InlineData("fo", "Zm8=", "666f")]
    [InlineData("foo", "Zm9v", "666f6f")]
    [InlineData("foob", "Zm9vYg==", "666f6f62")]
    [InlineData("fooba", "Zm9vYmE=", "666f6f6261")]
    [InlineData("foobar", "Zm9vYmFy", "666f6f626172")]
    public void Bytes_are_spelled_and_read_in_hex_and_base64(string text, string base64, string hex)
    {
        var bytes = Encoding.UTF8.GetBytes(text);

        Assert.Equal(base64, TextOf("base64", T(text)));
        Assert.Equal(base64.TrimEnd('='), TextOf("base64url", T(text)));
        Assert.Equal(hex, TextOf("hex", T(text)));
        Assert.Equal(bytes, BytesOf("unbase64", T(base64)));
        Assert.Equal(bytes, BytesOf("unbase64", T(base64.TrimEnd('='))));
        Assert.Equal(bytes, BytesOf("unhex", T(hex)));
        Assert.Equal(bytes, BytesOf("unhex", T(hex.ToUpperInvariant())));
    }

    [Fact]
    public void Unbase64_reads_both_alphabets()
    {
        byte[] bytes = [0xfb, 0xff, 0xbf, 0xfe];

        Assert.Equal("+/+//g==", TextOf("base64", TemplateValue.Of(bytes)));
        Assert.Equal("-_-__g", TextOf("base64url", TemplateValue.Of(bytes)));
        Assert.Equal(bytes, BytesOf("unbase64", T("+/+//g==")));
        Assert.Equal(bytes, BytesOf("unbase64", T("-_-__g")));
        Assert.Equal(bytes, BytesOf("unbase64", T("-_-__g==")));
    }

    [Theory]
    [InlineData("unhex", "6")]
    [InlineData("unhex", "6g")]
    [InlineData("unhex", "0x66")]
    [InlineData("unhex", "66 6")]
    [InlineData("unbase64", "Z")]
    [InlineData("unbase64", "Zg=")]
    [InlineData("unbase64", "Zg===")]
    [InlineData("unbase64", "Zm9v=")]
    [InlineData("unbase64", "Zm9v====")]
    [InlineData("unbase64", "====")]
    [InlineData("unbase64", "Zg==Zg==")]
    [InlineData("unbase64", "Zm 9v")]
    [InlineData("unbase64", "Zm9v\n")]
    [InlineData("unbase64", "Zm%v")]
    public void What_is_no_hex_or_base64_is_refused(string name, string text) => Assert.Null(Call(name, T(text)));

    // FIPS 180-4, the examples of one block and of two.
    [Theory]
    [InlineData("sha256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData(
        "sha256",
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    [InlineData(
        "sha512",
        "abc",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")]
    public void Digests_are_those_of_the_standard(string name, string text, string digest)
    {
        Assert.Equal(digest, TextOf("hex", Call(name, T(text))!));
        Assert.Equal(digest, TextOf("hex", Call(name, T(text[..1]), T(text[1..]))!));
    }

    // RFC 4231 sections 4.2 and 4.3; RFC 2202 section 3 for SHA-1.
    [Theory]
    [InlineData("hmac-sha1", true, "b617318655057264e28bc0b6fb378c8ef146be00")]
    [InlineData("hmac-sha1", false, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")]
    [InlineData("hmac-sha256", true, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")]
    [InlineData("hmac-sha256", false, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")]
    [InlineData(
        "hmac-sha512",
        true,
        "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854")]
    [InlineData(
        "hmac-sha512",
        false,
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737")]
    public void Authentication_codes_are_those_of_the_standard(string name, bool isFirst, string code)
    {
        var key = isFirst ? TemplateValue.Of([.. Enumerable.Repeat((byte)0x0b, 20)]) : T("Jefe");
        TemplateValue[] parts = isFirst ? [T("Hi "), T("There")] : [T("what do ya want "), T("for nothing?")];

        Assert.Equal(code, TextOf("hex", Call(name, [key, .. parts])!));
    }

    [Fact]
    public void Parts_of_any_kind_are_put_together_as_bytes() =>
        Assert.Equal("c3a9312e35307b7d00ff", TextOf("hex", T("é"), J("1.50"), J("{}"), TemplateValue.Of([0x00, 0xff])));

    // RFC 7515 appendix A.1: its header has a line break in it, so the token is put together here.
    [Fact]
    public void Functions_together_sign_as_a_web_token_does()
    {
        const string key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        var header = TextOf("base64url", T("{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}"))!;
        var claims = TextOf("base64url", T("{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}"))!;

        var signature = Call("hmac-sha256", Call("unbase64", T(key))!, T(header), T("."), T(claims));

        Assert.Equal("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", TextOf("base64url", signature!));
    }

    [Theory]
    [InlineData("0", "0000")]
    [InlineData("258", "0102")]
    [InlineData("65535", "ffff")]
    public void U16_is_two_bytes_the_high_one_first(string number, string hex) => Assert.Equal(hex, TextOf("hex", Call("u16", J(number))!));

    [Theory]
    [InlineData("65536")]
    [InlineData("-1")]
    [InlineData("1.0")]
    [InlineData("1e2")]
    [InlineData("\"1\"")]
    [InlineData("true")]
    public void U16_refuses_what_is_no_number_of_two_bytes(string json) => Assert.Null(Call("u16", J(json)));

    [Theory]
    [InlineData(0, "0000")]
    [InlineData(3, "0003")]
    [InlineData(65535, "ffff")]
    public void Sized16_puts_the_length_in_two_bytes_before_the_parts(int length, string prefix) => AssertSized("sized16", length, prefix);

    [Fact]
    public void Sized16_refuses_more_than_its_length_can_say() => Assert.Null(Call("sized16", T(new string('x', 65535)), T("x")));

    // MQTT 3.1.1, table 2.4.
    [Theory]
    [InlineData(0, "00")]
    [InlineData(127, "7f")]
    [InlineData(128, "8001")]
    [InlineData(16383, "ff7f")]
    [InlineData(16384, "808001")]
    [InlineData(MiB - 3, "fdff3f")]
    public void Sized7_puts_the_length_in_groups_of_seven_bits_before_the_parts(int length, string prefix) =>
        AssertSized("sized7", length, prefix);

    [Theory]
    [InlineData("string", MiB)]
    [InlineData("url", MiB)]
    [InlineData("json", MiB - 2)]
    [InlineData("hex", MiB / 2)]
    [InlineData("base64", MiB / 4 * 3)]
    [InlineData("base64url", MiB / 4 * 3)]
    [InlineData("sha256", MiB)]
    [InlineData("sha512", MiB)]
    [InlineData("sized7", MiB - 3)]
    public void A_result_and_its_parts_have_a_bound(string name, int most)
    {
        Assert.NotNull(Call(name, T(new string('x', most))));
        Assert.Null(Call(name, T(new string('x', most + 1))));
    }

    [Fact]
    public void The_bound_counts_bytes_and_all_parts()
    {
        var half = T(new string('é', MiB / 4));

        Assert.NotNull(Call("string", T(new string('é', MiB / 2))));
        Assert.Null(Call("string", T(new string('é', MiB / 2) + "x")));
        Assert.NotNull(Call("hmac-sha1", T("key"), half, half));
        Assert.Null(Call("hmac-sha1", T("key"), half, half, T("x")));
        Assert.Null(Call("jwt", T("HS256"), T("key"), J($$"""{"a":"{{new string('x', MiB)}}"}""")));
        Assert.Null(Call("number", T(new string('1', MiB + 1))));
        Assert.Null(Call("unhex", T(new string('0', 2 * MiB + 2))));
        Assert.Null(Call("unbase64", T(new string('A', 2 * MiB))));
    }

    [Fact]
    public void Types_do_not_convert()
    {
        var bytes = TemplateValue.Of([0x31]);

        Assert.All(["string", "number", "json", "url", "unhex", "unbase64", "u16"], name => Assert.Null(Call(name, bytes)));
        Assert.All(["number", "unhex", "unbase64", "u16"], name => Assert.Null(Call(name, J("{}"))));
        Assert.All(["unhex", "unbase64"], name => Assert.Null(Call(name, J("1234"))));
        Assert.Null(Call("add", T("1"), J("1")));
        Assert.Null(Call("add", J("1"), T("1")));
        Assert.Null(Call("add", J("1"), bytes));
        Assert.Null(Call("u16", T("1")));
    }

    [Fact]
    public void Nothing_and_a_wrong_number_of_arguments_give_nothing() => Assert.All(TemplateFunctions.Names, name =>
    {
        var function = TemplateFunctions.Find(name)!;
        TemplateValue[] arguments = name == "jwt" ? [T("HS256"), T("key"), J("{}"), J("{}")]
            : name is "unhex" or "unbase64" ? [T("1234")]
            : [.. Enumerable.Repeat(J("1"), function.Most ?? 3)];

        Assert.NotNull(function.Apply(arguments));
        Assert.All(Enumerable.Range(0, arguments.Length), at =>
            Assert.Null(function.Apply([.. arguments[..at], TemplateValue.None.Value, .. arguments[(at + 1)..]])));
        Assert.Null(function.Apply(arguments[..(function.Least - 1)]));
        if (function.Most is not null)
            Assert.Null(function.Apply([.. arguments, J("1")]));
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_function_throws_and_equal_arguments_give_equal_results(int seed)
    {
        var random = new Random(seed);
        var results = 0;
        for (var round = 0; round < 5_000; round++)
        {
            var name = random.GetItems([.. TemplateFunctions.Names], 1)[0];
            var arguments = random.GetItems(Odd, random.Next(0, 6));
            var at = $"seed {seed}, round {round}: {name}({string.Join(", ", arguments.Select(Spell))})";

            var (one, other) = (Outcome(name, arguments), Outcome(name, arguments));

            Assert.False(one.StartsWith("threw", StringComparison.Ordinal), $"{at} {one}");
            Assert.True(one == other, $"{at} gave {one} and {other}");
            results += one == "null" ? 0 : 1;
        }
        Assert.InRange(results, 1_000, 4_000);
    }

    private static readonly TemplateValue[] Odd =
    [
        TemplateValue.None.Value, T(""), T("a b"), T("1"), T("-1.5e3"), T("1e999999999999"), T("6a6B"), T("Zm9v"), T("=="), T("\n"),
        T("\ud800"), T("HS256"), T("HS512"), T("RS256"), T("ES256"), T("none"),
        T("-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----"), T(new string('x', 70_000)),
        J("0"), J("65536"), J("-1"), J("1.50"), J("1e3"), J("1e-3"), J("1e999999999999"), J("null"), J("true"), J("[]"), J("{}"),
        J("""{"alg":"HS256","a":1}"""), J("""{"alg":null}"""), J("""{"a":1,"a":2}"""), J("""["\ud800"]"""), J("""{"\ud800":1}"""),
        Malformed(), TemplateValue.Of([]), TemplateValue.Of([0x00, 0xff]), TemplateValue.Of(new byte[70_000]),
        TemplateValue.Of(long.MaxValue),
    ];

    /// <summary>JSON whose string is no UTF-8: the parser does not look.</summary>
    private static TemplateValue.Json Malformed() =>
        new(JsonDocument.Parse((byte[])[(byte)'[', (byte)'"', 0xff, (byte)'"', (byte)']']).RootElement);

    private static string Outcome(string name, TemplateValue[] arguments)
    {
        try
        {
            return Call(name, arguments) is { } result ? Spell(result) : "null";
        }
        catch (Exception fault)
        {
            return $"threw {fault}";
        }
    }

    private static string Spell(TemplateValue value) => value switch
    {
        TemplateValue.Text text => $"'{text.Value}'",
        TemplateValue.Bytes bytes => Convert.ToHexString(bytes.Value),
        TemplateValue.Json json => json.Value.ValueKind == JsonValueKind.Array ? "[..]" : json.Value.GetRawText(),
        _ => value.ToString()!,
    };

    private static void AssertSized(string name, int length, string prefix)
    {
        var parts = new string('x', length);

        byte[] expected = [.. Convert.FromHexString(prefix), .. Encoding.UTF8.GetBytes(parts)];

        Assert.Equal(expected, BytesOf(name, T(parts[..(length / 2)]), T(parts[(length / 2)..])));
    }

    private static TemplateValue? Call(string name, params TemplateValue[] arguments) => TemplateFunctions.Find(name)!.Apply(arguments);

    private static string? TextOf(string name, params TemplateValue[] arguments) => (Call(name, arguments) as TemplateValue.Text)?.Value;

    private static byte[]? BytesOf(string name, params TemplateValue[] arguments) => (Call(name, arguments) as TemplateValue.Bytes)?.Value;

    private static string? Number(string name, params TemplateValue[] arguments) =>
        Call(name, arguments) is TemplateValue.Json { Value.ValueKind: JsonValueKind.Number } number ? number.AsText() : null;

    private static TemplateValue T(string text) => TemplateValue.Of(text);

    private static TemplateValue J(string json) => TemplateValue.Of(JsonElement.Parse(json));
}
