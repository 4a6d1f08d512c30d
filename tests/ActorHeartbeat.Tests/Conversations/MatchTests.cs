using ActorHeartbeat.Conversations;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Tests.Conversations;

public sealed class MatchTests
{
    private static readonly Dictionary<string, (MessagePattern Said, MessagePattern ByHand)> Patterns = new()
    {
        ["Text"] = (Match.Text("@{a}"), new MessagePattern.Text("@{a}")),
        ["Text of conditions"] = (
            Match.Text(text => text.Prefix("a").Suffix("b")), new MessagePattern.TextWhere("""{"prefix":"a","suffix":"b"}""")),
        ["Bytes"] = (Match.Bytes("9003????00"), new MessagePattern.Bytes("9003????00")),
        ["Status"] = (Match.Status(202), new MessagePattern.Status(202)),
        ["Any"] = (
            Match.Any(Match.Text("a"), Match.At("/b", 1)),
            new MessagePattern.Any([new MessagePattern.Text("a"), Json(("/b", "1"))])),
        ["At text"] = (Match.At("/a", "\"1"), Json(("/a", "\"\\\"1\""))),
        ["At number"] = (Match.At("/a", 1.50m), Json(("/a", "1.50"))),
        ["At truth"] = (Match.At("/a", true).At("/b", false), Json(("/a", "true"), ("/b", "false"))),
        ["At and more"] = (
            Match.At("/a", "b").At("/c", 1).At("/d", value => value.Above(2)).AtJson("/e", "[ 1 ]"),
            Json(("/a", "\"b\""), ("/c", "1"), ("/d", """{"above":2}"""), ("/e", "[1]"))),
        ["AtJson"] = (Match.AtJson("/a", "null"), Json(("/a", "null"))),
        ["AtJson of an object"] = (Match.AtJson("/a", "{ \"b\": 1 }"), Json(("/a", """{"equals":{"b":1}}"""))),
        ["After"] = (
            Match.At("/0", "open").After("42"),
            new MessagePattern.Json([new JsonExpectation("/0", "\"open\"")]) { After = "42" }),
        ["And"] = (
            Match.At("/a", 1).And(Match.Status(200)).And(Match.At("/b", 2)),
            new MessagePattern.All([new MessagePattern.Status(200), Json(("/a", "1"), ("/b", "2"))])),
        ["After in all"] = (
            Match.Text(text => text.Contains("x")).At("/0", 1).After("42"),
            new MessagePattern.All([
                new MessagePattern.TextWhere("""{"contains":"x"}"""),
                new MessagePattern.Json([new JsonExpectation("/0", "1")]) { After = "42" },
            ])),
    };

    private static readonly Dictionary<string, (Action<ConditionBuilder> Say, string ByHand)> Conditions = new()
    {
        ["EqualTo"] = (it => it.EqualTo("a"), """{"equals":"a"}"""),
        ["EqualToJson"] = (it => it.EqualToJson("{ \"a\": 1 }"), """{"equals":{"a":1}}"""),
        ["Not"] = (it => it.Not("a"), """{"not":"a"}"""),
        ["NotJson"] = (it => it.NotJson("null"), """{"not":null}"""),
        ["OneOf"] = (it => it.OneOf("a", "@{b}"), """{"one-of":["a","@{b}"]}"""),
        ["OneOf numbers"] = (it => it.OneOf(1, 2.5m), """{"one-of":[1,2.5]}"""),
        ["Prefix"] = (it => it.Prefix("a"), """{"prefix":"a"}"""),
        ["Suffix"] = (it => it.Suffix("a"), """{"suffix":"a"}"""),
        ["Contains"] = (it => it.Contains("a"), """{"contains":"a"}"""),
        ["Regex"] = (it => it.Regex("(?<id>[a-z]+)@{b}"), """{"regex":"(?<id>[a-z]+)@{b}"}"""),
        ["Exists"] = (it => it.Exists(), """{"exists":"on"}"""),
        ["Exists not"] = (it => it.Exists(false), """{"exists":"off"}"""),
        ["Above"] = (it => it.Above(1), """{"above":1}"""),
        ["Below"] = (it => it.Below(1.5m), """{"below":1.5}"""),
        ["Type"] = (it => it.Type("array"), """{"type":"array"}"""),
        ["Has"] = (it => it.Has("a"), """{"has":"a"}"""),
        ["HasJson"] = (it => it.HasJson("1"), """{"has":1}"""),
    };

    public static TheoryData<string> Said() => [.. Patterns.Keys];

    public static TheoryData<string> SaidOfValues() => [.. Conditions.Keys];

    [Theory]
    [MemberData(nameof(Said))]
    public void A_pattern_is_the_one_by_hand(string word)
    {
        Assert.Equal(Patterns[word].ByHand, Patterns[word].Said);
    }

    [Theory]
    [MemberData(nameof(SaidOfValues))]
    public void A_condition_is_the_one_by_hand(string word)
    {
        Assert.Equal(Json(("/a", Conditions[word].ByHand)), Match.At("/a", Conditions[word].Say));
    }

    [Fact]
    public void Every_word_has_its_row()
    {
        var words = typeof(Match).GetMethods().Where(method => method.IsStatic).Select(method => method.Name);

        Assert.Empty(words.Except(Patterns.Keys.Select(row => row.Split(' ')[0])));
        Assert.Empty(EndpointBuilderTests.Missing(typeof(ConditionBuilder), Conditions.Keys));
    }

    private static MessagePattern.Json Json(params (string Pointer, string Value)[] all) =>
        new([.. all.Select(each => new JsonExpectation(each.Pointer, each.Value))]);
}
