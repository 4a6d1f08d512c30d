using System.Globalization;
using ActorHeartbeat.Hocon.Reading;

namespace ActorHeartbeat.Hocon.Tests;

public sealed class SyntaxTests
{
    [Theory]
    // Roots.
    [InlineData("", "{}")]
    [InlineData("# only a comment", "{}")]
    [InlineData("{}", "{}")]
    [InlineData("[1,2,]", "[1,2]")]
    [InlineData("\uFEFFa = 1", """{"a":1}""")]
    // Blanks, newlines, comments.
    [InlineData("a\u00A0=\u20281\u3000", """{"a":1}""")]
    [InlineData("a = 1\r\nb = 2\r\n", """{"a":1,"b":2}""")]
    [InlineData("a = x\ry", "{\"a\":\"x\\ry\"}")]
    [InlineData("a = 1 // one\nb = 2 # two", """{"a":1,"b":2}""")]
    [InlineData("a = x//y", """{"a":"x"}""")]
    [InlineData("a = \"#x//y\"", """{"a":"#x//y"}""")]
    // Strings.
    [InlineData("a = \"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", "{\"a\":\"\\\"\\\\/\\b\\f\\n\\r\\té\"}")]
    [InlineData("a = \"\"\"x\\n${y}\nz\"\"\"", "{\"a\":\"x\\\\n${y}\\nz\"}")]
    [InlineData("a = \"\"\"x\"\"\"\"\"", "{\"a\":\"x\\\"\\\"\"}")]
    [InlineData(
        "a = truefoo, b = footrue, c = true, d = null, e = nullx",
        """{"a":"truefoo","b":"footrue","c":true,"d":null,"e":"nullx"}"""
    )]
    [InlineData("a = (x)./-%;", """{"a":"(x)./-%;"}""")]
    // Numbers.
    [InlineData("a = 1e5, b = 1e5 x, c = -1.50, d = 1e+5", """{"a":1e5,"b":"1e5 x","c":-1.50,"d":1e+5}""")]
    [InlineData(
        "a = 1.0.0, b = 1-e3, c = 10e3e3, d = .33, e = 10.0bar, f = -, g = -foo",
        """{"a":"1.0.0","b":"1-e3","c":"10e3e3","d":".33","e":"10.0bar","f":"-","g":"-foo"}"""
    )]
    // Separators.
    [InlineData("a = 1, b : 2\nc\n{ d = 3 }\ne\n=\n4", """{"a":1,"b":2,"c":{"d":3},"e":4}""")]
    [InlineData("a = [1\n2\n\n3,\n4\n,5]", """{"a":[1,2,3,4,5]}""")]
    [InlineData("a = [1 2], b = [[1] [2]], c = [{x:1} {y:2}]", """{"a":["1 2"],"b":[[1,2]],"c":[{"x":1,"y":2}]}""")]
    // Concatenation.
    [InlineData("a =   foo  bar   ", """{"a":"foo  bar"}""")]
    [InlineData("a = foo \"b \" null 1.0 true", """{"a":"foo b  null 1.0 true"}""")]
    [InlineData("a = {x:1}{y:2} {x:3}", """{"a":{"x":3,"y":2}}""")]
    [InlineData("a = [1] {\"1\":b,\"0\":a,z:9}", """{"a":[1,"a","b"]}""")]
    // Keys.
    [InlineData("a.b.c = 1, a.\"b.c\" = 2", """{"a":{"b":{"c":1},"b.c":2}}""")]
    [InlineData("3.14 = x, true = y, a b c = z", """{"3":{"14":"x"},"true":"y","a b c":"z"}""")]
    [InlineData("a.\"\".b = 1, \"\" = 2", """{"a":{"":{"b":1}},"":2}""")]
    [InlineData("1.2.3 = x, 10.0foo = y, foo\"10.0\" = z", """{"1":{"2":{"3":"x"}},"10":{"0foo":"y"},"foo10.0":"z"}""")]
    [InlineData(
        "foo include = 1, a = include, \"include\" = 2, b = [include]",
        """{"foo include":1,"a":"include","include":2,"b":["include"]}"""
    )]
    [InlineData("a . b = 1, a. c = 2, \"a\" . d = 3, e = ${a . b}", """{"a ":{" b":1," d":3},"a":{" c":2},"e":1}""")]
    [InlineData("a. .b = 1", """{"a":{" ":{"b":1}}}""")]
    // Unpaired surrogates, which only an escape can express.
    [InlineData("a = \"x\\ud800y\\ude00\", b = \"\\ud83d\\ude00\\udc00\"", """{"a":"x\ud800y\ude00","b":"\uD83D\uDE00\udc00"}""")]
    [InlineData(
        "\"\\ud800\" = 1, a.\"x\\udc00y\" { \"\\ud83d\\ude00\" = [{ \"\\udfff\" = x }, 2] }, b = 3",
        """{"\ud800":1,"a":{"x\udc00y":{"\uD83D\uDE00":[{"\udfff":"x"},2]}},"b":3}"""
    )]
    // Merging.
    [InlineData("a { x = 1 }, a { y = 2 }", """{"a":{"x":1,"y":2}}""")]
    [InlineData("a { x = 1 }, a = null, a { y = 2 }", """{"a":{"y":2}}""")]
    [InlineData("a = x\u0001\u007Fy", "{\"a\":\"x\\u0001\\u007Fy\"}")]
    [InlineData("a = [1], a = [2]", """{"a":[2]}""")]
    [InlineData("a = { x = { y = 1 } }\na.x.z = 2\na.x.y = 3", """{"a":{"x":{"y":3,"z":2}}}""")]
    public void Reads(string text, string expected)
    {
        var json = Reading.Json(text);

        Assert.Equal(expected, json);
    }

    [Theory]
    [InlineData("a = 1 }")]
    [InlineData("a = 1\n]")]
    [InlineData("]}]")]
    [InlineData("a = [ { b = 1 ]")]
    [InlineData("a { ] }")]
    [InlineData("{} x")]
    [InlineData("{},")]
    [InlineData("[1] 2")]
    [InlineData("{ a = 1")]
    [InlineData("a = [1")]
    [InlineData("a = [1 }")]
    [InlineData("a = [,1]")]
    [InlineData("a = [1,,2]")]
    [InlineData("a = [1,2,,]")]
    [InlineData(",a = 1")]
    [InlineData("a = 1,, b = 2")]
    [InlineData("a = ")]
    [InlineData("a = , b = 1")]
    [InlineData("a")]
    [InlineData("a..b = 1")]
    [InlineData(".a = 1")]
    [InlineData("a. = 1")]
    [InlineData("a = ${}")]
    [InlineData("a = ${b..c}")]
    [InlineData("a = ${b")]
    [InlineData("a = ${b${c}}")]
    [InlineData("a = ${ ?b}")]
    [InlineData("${a} = 1")]
    [InlineData("a = $b")]
    [InlineData("a = 1+")]
    [InlineData("a = x+y")]
    [InlineData("a = x?y")]
    [InlineData("a = wss://x")]
    [InlineData("a = \"x\ny\"")]
    [InlineData("a = \"x\ty\"")]
    [InlineData("a = \"\\x\"")]
    [InlineData("a = \"\\u12\"")]
    [InlineData("a = \"\"\"x")]
    [InlineData("a = [1] x")]
    [InlineData("a = {} x")]
    [InlineData("a = {x:1} \" \" {y:2}")]
    [InlineData("a = [1] {x:2}")]
    [InlineData("include x")]
    [InlineData("include \"\"")]
    [InlineData("include \"\\u0000\"")]
    [InlineData("include = 1")]
    [InlineData("include required(\"x\")")]
    [InlineData("include \"a\" \"b\"")]
    [InlineData("a = [ { b += 1 } ]")]
    public void Refuses(string text)
    {
        var errors = Reading.Errors(text);

        Assert.StartsWith("text:", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Blanks_are_the_separators_of_Unicode_some_control_characters_and_the_byte_order_mark()
    {
        var blanks = new List<string>();

        for (var character = '\0'; character < '\uFFFF'; character++)
        {
            if (character is not ('\n' or '"') && HoconDocument.Load($"a ={character}x{character}").Root?["a"] is HoconString { Text: "x" })
                blanks.Add($"{(int)character:X4}");
        }

        string[] others = ["0009", "000B", "000C", "000D", "001C", "001D", "001E", "001F", "FEFF"];
        var separators = Enumerable
            .Range(0, 0xFFFF)
            .Where(code =>
                CharUnicodeInfo.GetUnicodeCategory((char)code)
                    is UnicodeCategory.SpaceSeparator
                        or UnicodeCategory.LineSeparator
                        or UnicodeCategory.ParagraphSeparator)
            .Select(code => $"{code:X4}");
        Assert.Equal(others.Concat(separators).Order(StringComparer.Ordinal), blanks);
    }

    [Theory]
    [InlineData("a = 10 s", "10 s")]
    [InlineData("a = x /y/ z // a comment", "x /y/ z")]
    [InlineData("a = null\t1", "null\t1")]
    [InlineData("a = {b = 1}, a = \"\" \"\"", " ")]
    [InlineData("a = [1], a = on \"off\"", "on off")]
    public void Literals_beside_each_other_are_one_text_that_hides_what_was_there(string text, string expected)
    {
        var value = HoconDocument.Load(text).Root?["a"];

        var joined = Assert.IsType<HoconString>(value);
        Assert.Equal(expected, joined.Text);
        Assert.Equal(text.LastIndexOf('=') + 3, joined.Origin.Column);
    }

    [Theory]
    [InlineData("a { x = 1 } b { y = 2 }", "text:1:13: a ',' or a line break is missing before a text")]
    [InlineData("a = [1] b = 2", "text:1:9: a ',' or a line break is missing before a text")]
    [InlineData("a = [{} b]", "text:1:9: a ',' or a line break is missing before a text")]
    [InlineData("a { b = {} \"c\" = 1 }", "text:1:12: a ',' or a line break is missing before a quoted text")]
    [InlineData(
        "a { b = 5s c = 6s }",
        "text:1:14: expected a newline, ',' or '}' before '='; is a ',' or a line break missing before its key?"
    )]
    [InlineData(
        "a = 5s b { }",
        "text:1:10: a string and an object cannot stand side by side in one value; is a ',' or a line break missing before the key "
            + "of the object?"
    )]
    public void A_comma_that_is_missing_on_a_line_is_named_with_its_place(string text, string expected)
    {
        Assert.Equal(expected, Reading.Errors(text));
    }
}
