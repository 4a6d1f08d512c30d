using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Subscriptions;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Tests.Subscriptions;

/// <summary>A pattern that is completed for many keys finds what each completed pattern would match.</summary>
public class PatternIndexTests
{
    private static readonly string[] Keys = ["BTC", "ETH", "a\"b", "é", "17", ""];

    [Theory]
    [InlineData("""{"ch":"trades","id":"BTC"}""", "BTC")]
    [InlineData("""{"id":"BTC","ch":"trades"}""", "BTC")]
    [InlineData("""{"ch":"trades","id":"\u0042TC"}""", "BTC")]
    [InlineData("""{"ch":"tr\u0061des","id":"ETH"}""", "ETH")]
    [InlineData("""{"c\u0068":"trades","id":"ETH"}""", "ETH")]
    [InlineData("""{"ch":"trades","id":"a\"b"}""", "a\"b")]
    [InlineData("""{"ch":"trades","id":"é"}""", "é")]
    [InlineData("""{"ch":"trades","id":""}""", "")]
    [InlineData("""{"ch":"trades","id":17}""", null)] // a number is no text
    [InlineData("""{"ch":"trades","id":"17"}""", "17")]
    [InlineData("""{"ch":"trades","id":"XRP"}""", null)]
    [InlineData("""{"ch":"book","id":"BTC"}""", null)]
    [InlineData("""{"ch":"trades","id":["BTC"]}""", null)]
    [InlineData("""{"ch":"trades"}""", null)]
    [InlineData("""{"ch":"trades","id":"BTC" """, null)]
    [InlineData("BTC", null)]
    public void The_key_of_a_message_is_found(string message, string? key) => Assert.Equal(
        key,
        Find(new MessagePattern.Json([new JsonExpectation("/ch", "\"trades\""), new JsonExpectation("/id", "\"@{each}\"")]), message));

    [Fact]
    public void A_key_may_be_a_part_of_a_text_and_stand_behind_a_prefix() => Assert.Equal(
        "ETH",
        Find(new MessagePattern.Json([new JsonExpectation("/0", "\"trades.@{each}.1s\"")]) { After = "42" }, """42["trades.ETH.1s",5]"""));

    [Theory]
    [InlineData("""{"id":"ETH","stream":"trades.ETH.1s"}""", "ETH")]
    [InlineData("""{"id":"ETH","stream":"trades.BTC.1s"}""", null)]
    [InlineData("""{"id":"BTC","stream":"trades.ETH.1s"}""", null)]
    [InlineData("""{"id":"XRP","stream":"trades.XRP.1s"}""", null)]
    [InlineData("""{"id":"ETH","stream":"trades.ETH.2s"}""", null)]
    [InlineData("""{"id":"ETH","stream":"ETH"}""", null)]
    [InlineData("""{"id":"","stream":"trades..1s"}""", "")]
    [InlineData("""{"id":"","stream":"trades.1s"}""", null)]
    [InlineData("""{"id":"é","stream":"trades.\u00e9.1s"}""", "é")]
    public void Each_place_of_a_key_has_to_hold_the_same(string message, string? key) => Assert.Equal(
        key,
        Find(
            new MessagePattern.Json([new JsonExpectation("/id", "\"@{each}\""), new JsonExpectation("/stream", "\"trades.@{each}.1s\"")]),
            message));

    [Fact]
    public void What_more_than_the_key_completes_is_not_found_by_its_name()
    {
        Assert.True(Named(new MessagePattern.Json([new JsonExpectation("/id", "\"-@{each}\"")])).IsByName);
        Assert.False(Named(new MessagePattern.Json([new JsonExpectation("/id", "\"@{upper(each)}\"")])).IsByName);
        Assert.False(Named(new MessagePattern.Json([new JsonExpectation("/id", "\"@{each}@{each}\"")])).IsByName);
        Assert.False(Named(new MessagePattern.Json([new JsonExpectation("/id", "[\"@{each}\"]")])).IsByName);
    }

    [Theory]
    [InlineData("""{"id":"BTC","n":17}""", 17)]
    [InlineData("""{"n":17,"id":"BTC"}""", 17)]
    [InlineData("""{"id":"BTC","seq":18}""", 18)]
    [InlineData("""{"id":"BTC","n":"17"}""", 17)]
    [InlineData("""{"id":"BTC","n":"n17"}""", null)]
    [InlineData("""{"id":"BTC","n":1.5,"seq":18}""", 18)]
    [InlineData("""{"id":"\u0042TC","n":17}""", 17)]
    [InlineData("""{"id":"BTC","\u006e":17}""", 17)]
    [InlineData("""{"id":"BTC"}""", null)]
    public void The_number_of_a_message_is_read_with_its_key(string message, int? number)
    {
        var index = Named(new MessagePattern.Json([new JsonExpectation("/id", "\"@{each}\"")]), new SequenceSettings(["/n", "/seq"]));

        Assert.Equal("BTC", index.Find(Encoding.UTF8.GetBytes(message), out _, out var found));
        Assert.Equal(number, found);
    }

    [Fact]
    public void A_number_stands_in_the_JSON_behind_the_prefix()
    {
        var json = new MessagePattern.Json([new JsonExpectation("/0", "\"@{each}\"")]) { After = "42" };

        Assert.Equal("BTC", Named(json, new SequenceSettings(["/1"])).Find("""42["BTC",17]"""u8, out _, out var found));
        Assert.Equal(17, found);
    }

    [Fact]
    public void A_pattern_that_is_no_equality_is_compared_for_each_key()
    {
        var pattern = new MessagePattern.TextWhere("""{"prefix":"@{each}:"}""");

        Assert.False(PatternIndex<string>.IsIndexed(pattern));
        Assert.Equal("ETH", Find(pattern, "ETH: 5"));
    }

    [Theory]
    [InlineData("17", "[17,5]", true)]
    [InlineData("17", "[17.0,5]", true)]
    [InlineData("17", "[1.7e1,5]", true)]
    [InlineData("17", "[\"17\",5]", false)]
    [InlineData("17.50", "[17.5]", true)]
    [InlineData("-0", "[0]", true)]
    [InlineData("12345678901234567890123", "[12345678901234567890123]", true)]
    [InlineData("true", "[true]", true)]
    [InlineData("true", "[false]", false)]
    [InlineData("null", "[null]", true)]
    public void Numbers_are_equal_by_value_and_types_do_not_convert(string captured, string message, bool isFound)
    {
        var index = Index(new MessagePattern.Json([new JsonExpectation("/0", "\"@{chan}\"")]));
        var names = new LetBlock(new ValueMap<ValueTemplate>([new("chan", ValueTemplate.Json(captured))]), outer: null);
        Assert.NotNull(index.Add(new TemplateScope { Names = names }, "it"));

        Assert.Equal(isFound ? "it" : null, index.Find(Encoding.UTF8.GetBytes(message), out _));
    }

    [Fact]
    public void What_is_removed_is_found_no_more_and_what_has_taken_its_place_stays()
    {
        var index = Index(new MessagePattern.Json([new JsonExpectation("/id", "\"@{each}\"")]));
        var first = index.Add(new TemplateScope { Keys = ["BTC"] }, "first")!;
        index.Add(new TemplateScope { Keys = ["BTC"] }, "second");

        index.Remove(first, "first");

        Assert.Equal("second", index.Find("""{"id":"BTC"}"""u8, out _));
        index.Remove(first, "second");
        Assert.Null(index.Find("""{"id":"BTC"}"""u8, out _));
    }

    private static string? Find(MessagePattern pattern, string message)
    {
        var index = Index(pattern);
        foreach (var key in Keys)
            index.Add(new TemplateScope { Keys = [key] }, key);
        var bytes = Encoding.UTF8.GetBytes(message);
        var found = index.Find(bytes, out _);
        Assert.Equal(Keys.FirstOrDefault(key => pattern.Fix(new TemplateScope { Keys = [key] })!.Matches(bytes)), found);
        var named = Named(pattern);
        if (named.IsByName)
            Assert.Equal(found, named.Find(bytes, out _));
        return found;
    }

    private static PatternIndex<string> Named(MessagePattern pattern, SequenceSettings? sequence = null) => new(
        pattern, _ => new(CompletedKey.Comparer), name => Array.Find(Keys, name.ToString().Equals), sequence);

    private static PatternIndex<string> Index(MessagePattern pattern) => new(pattern, _ => new(CompletedKey.Comparer));
}
