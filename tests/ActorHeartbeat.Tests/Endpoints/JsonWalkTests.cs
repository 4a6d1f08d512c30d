using System.Text;
using ActorHeartbeat.Endpoints;
using FsCheck;
using FsCheck.Fluent;

namespace ActorHeartbeat.Tests.Endpoints;

/// <summary>A walk over a message finds what a document has.</summary>
public sealed class JsonWalkTests
{
    private static readonly string[] Names =
        ["a", "b", "0", "1", "01", "+1", " 1", "", "é", "a/b", "\\u0061", "\\ud83d\\ude00", "\\ud800", "a\\u0062", "a\\ud800"];

    private static readonly string[] PointerNames =
        ["a", "b", "0", "1", "01", "+1", " 1", "-1", "", "é", "a~1b", "a~0b", "😀", "ab", "\ud800"];

    private static readonly string[] Scalars =
    [
        "0", "-0", "1", "1.0", "10e-1", "-1", "100", "1e2", "9223372036854775807", "9223372036854775808", "1e400", "0e99999999999",
        "\"\"", "\"a\"", "\"ab\"", "\"\\u0061\"", "\"\\ud800\"", "\"a\\ud800\"", "\"é\"", "\"1\"", "\"[1,{}]\"", "\"{\\\"a\\\":1}\"",
        "\"{\\\"a\\\":\\\"\\\\ud800\\\"}\"", "\"1\\n\"", "\" 1\"", "true", "false", "null",
    ];

    private static readonly string[] Conditions =
    [
        "0", "1", "1.0", "\"a\"", "\"é\"", "\"\\u0061\"", "\"\"", "true", "null", "[1]", "[]", "{}", """{"equals":{"a":1}}""",
        """{"equals":0e99999999999}""", """{"not":1}""", """{"not":"a"}""", """{"not":null}""", """{"not":{}}""",
        """{"one-of":[1,"a",null]}""", """{"one-of":[0e99999999999,1]}""", """{"one-of":[]}""", """{"one-of":[1.0,100,[1]]}""",
        """{"exists":true}""", """{"exists":false}""", """{"exists":true,"not":1}""", """{"prefix":"a"}""", """{"suffix":"b"}""",
        """{"contains":"é"}""", """{"contains":""}""", """{"regex":"^a?b?$"}""", """{"regex":"(?<x>.)"}""", """{"above":0}""",
        """{"below":100}""", """{"above":0,"below":9223372036854775808}""", """{"type":"string"}""", """{"type":"number"}""",
        """{"type":"boolean"}""", """{"type":"object"}""", """{"type":"array"}""", """{"type":"null"}""", """{"has":1}""",
        """{"has":"a"}""",
    ];

    private static readonly Gen<string> Space = Gen.Elements("", "", "", " ", "\n\t");

    private static readonly Gen<string> Pointer =
        from length in Gen.Frequency((1, Gen.Constant(0)), (8, Gen.Constant(1)), (4, Gen.Constant(2)), (1, Gen.Choose(3, 5)))
        from names in Gen.Frequency((4, Gen.Elements(PointerNames[0], PointerNames[1], PointerNames[2])), (1, Gen.Elements(PointerNames)))
            .ArrayOf(length)
        select string.Concat(names.Select(name => $"/{name}"));

    private static readonly Gen<JsonExpectation> Expectation =
        from pointer in Pointer
        from conditions in Gen.Elements(Conditions)
        select new JsonExpectation(pointer, conditions);

    // Half of the messages are JSON; the others have a byte changed, are cut, or have something behind or in front.
    private static readonly Gen<byte[]> Message =
        from json in Gen.Frequency((1, Value(0)), (9, Value(4)))
        from change in Gen.Choose(0, 9)
        from place in Gen.Choose(0, 1000)
        from other in Gen.Elements(0, 1, 9, '"', '\\', ',', ':', '{', '}', '[', ']', '0', '1', 'a', 'e', '-', 0x80, 0xc3, 0xff)
        select Changed(Encoding.UTF8.GetBytes(json), change, place, (byte)other);

    [Fact]
    public void A_pattern_matches_what_its_document_matches()
    {
        var (matching, decided) = (0, 0);
        var samples =
            from message in Message
            from expectations in Gen.Frequency((3, Expectation.ArrayOf(1)), (2, Expectation.ArrayOf(2)), (1, Expectation.ArrayOf(4)))
            from after in Gen.Frequency((5, Gen.Constant("")), (1, Gen.Constant("4")))
            select (message, pattern: new MessagePattern.Json([.. expectations]) { After = after });
        Prop.ForAll(samples.ToArbitrary(), sample =>
        {
            var expected = sample.pattern.MatchesDocument(sample.message);
            matching += expected ? 1 : 0;
            decided++;
            Assert.Equal(expected, sample.pattern.Matches(sample.message));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

        Assert.True(matching > decided / 40, $"{matching} of {decided} match");
    }

    [Fact]
    public void Patterns_that_share_a_walk_match_as_each_by_itself()
    {
        var samples =
            from messages in Message.ArrayOf(3)
            from expectations in Expectation.ArrayOf(1).ArrayOf(5)
            from more in Expectation.ArrayOf(2)
            select (messages, patterns: (MessagePattern.Json[])
                [.. expectations.Select(each => new MessagePattern.Json([.. each])), new([.. more]), new([.. more]) { After = "4" }]);
        Prop.ForAll(samples.ToArbitrary(), sample =>
        {
            var shared = new SharedWalk(sample.patterns);
            foreach (var message in sample.messages)
            {
                shared.Begin();
                Assert.Equal(
                    sample.patterns.Select(pattern => pattern.MatchesDocument(message)),
                    sample.patterns.Select((pattern, index) => shared.Matches(index, pattern, message)));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
    }

    [Fact]
    public void The_number_of_a_message_is_that_of_its_document()
    {
        var numbered = 0;
        var samples =
            from message in Message
            from pointers in Gen.OneOf(Pointer.ArrayOf(1), Pointer.ArrayOf(2), Pointer.ArrayOf(3))
            select (message, settings: new SequenceSettings([.. pointers]));
        Prop.ForAll(samples.ToArbitrary(), sample =>
        {
            var expected = sample.settings.ReadDocument(sample.message);
            numbered += expected is null ? 0 : 1;
            Assert.Equal(expected, sample.settings.Read(sample.message));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10_000));

        Assert.True(numbered > 250, $"{numbered} have a number");
    }

    [Theory]
    [InlineData("/a", "2", """{"a":1,"a":2}""", true)]
    [InlineData("/a", "1", """{"a":1,"a":2}""", false)]
    [InlineData("/a/b", "1", """{"a":{"b":1},"a":{}}""", false)]
    [InlineData("/a/b", "1", """{"a":{"b":1},"a":"{}"}""", false)]
    [InlineData("/a/b", """{"exists":false}""", """{"a":{"b":1},"a":{}}""", true)]
    [InlineData("/a", "1", """{"a":1,"\u0061":2}""", false)]
    [InlineData("/a", "1", """{"a":1,"b":}""", false)]
    [InlineData("/a", "1", """{"a":1} and more""", true)]
    [InlineData("/a", "1", """{"a":1""", false)]
    [InlineData("/1", "1", """{"01":2,"1":1}""", true)]
    [InlineData("/01", "1", "[0,1]", true)]
    [InlineData("", "-0", "0", true)]
    public void What_comes_behind_a_value_counts_too(string pointer, string value, string message, bool expected)
    {
        var pattern = new MessagePattern.Json([new JsonExpectation(pointer, value)]);

        Assert.Equal(expected, pattern.Matches(Encoding.UTF8.GetBytes(message)));
        Assert.Equal(expected, pattern.MatchesDocument(Encoding.UTF8.GetBytes(message)));
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void JSON_is_64_deep_at_most(int depth, bool expected)
    {
        var pattern = new MessagePattern.Json([new JsonExpectation("/a", "1")]);
        var message = Encoding.UTF8.GetBytes($$"""{"a":1,"b":{{new string('[', depth)}}{{new string(']', depth)}}}""");

        Assert.Equal(expected, pattern.Matches(message));
        Assert.Equal(expected, pattern.MatchesDocument(message));
    }

    [Fact]
    public void Pointers_may_be_many_long_or_two_for_one_element()
    {
        var many = Enumerable.Range(0, 20).Select(number => new JsonExpectation($"/{number}", $"{number}")).ToArray();
        var message = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Range(0, 20))}]");
        var twice = new MessagePattern.Json([new JsonExpectation("/1", "1"), new JsonExpectation("/01", "1")]);
        var one = new MessagePattern.Json([new JsonExpectation("/1", "1")]);

        Assert.True(new MessagePattern.Json([.. many]).Matches(message));
        Assert.False(new MessagePattern.Json([.. many, new JsonExpectation("/0", "1")]).Matches(message));
        Assert.True(twice.Matches(message));
        Assert.False(new MessagePattern.Json([new JsonExpectation(string.Concat(Enumerable.Repeat("/a", 100_000)), "1")]).Matches("{}"u8));
        Assert.True(one.Matches(message));
        Assert.False((one with { Expectations = [new JsonExpectation("/2", "1")] }).Matches(message));
    }

    private static Gen<string> Value(int depth)
    {
        var scalar = Gen.Frequency((1, Gen.Elements("0", "1", "\"a\"", "null")), (2, Gen.Elements(Scalars)));
        if (depth == 0)
            return scalar;
        var name = Gen.Frequency((3, Gen.Elements("a", "b", "0")), (1, Gen.Elements(Names)));
        var member =
            from before in Space
            from key in name
            from between in Space
            from value in Value(depth - 1)
            select $"{before}\"{key}\"{between}:{value}{between}";
        var members = Gen.Choose(0, 6).SelectMany(count => member.ArrayOf(count));
        var elements = Gen.Choose(0, 3).SelectMany(count => Value(depth - 1).ArrayOf(count));
        return Gen.Frequency(
            (depth < 4 ? 3 : 0, scalar),
            (depth < 4 ? 2 : 5, members.Select(each => $"{{{string.Join(',', each)}}}")),
            (2, elements.Select(each => $"[{string.Join(',', each)}]")));
    }

    private static byte[] Changed(byte[] json, int change, int place, byte other)
    {
        place %= json.Length;
        switch (change)
        {
            case 0:
                json[place] = other;
                return json;
            case 1:
                return json[..place];
            case 2:
                return [.. json, other];
            case 3:
                return [.. json[..place], other, .. json[place..]];
            case 4:
                return [(byte)'4', .. json];
            default:
                return json;
        }
    }
}
