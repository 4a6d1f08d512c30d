using ActorHeartbeat.Service.Operating;

namespace ActorHeartbeat.Service.Tests.Operating;

/// <summary>Which endpoints a verb is about.</summary>
public sealed class SelectionTests
{
    private static readonly string[] All = ["a", "b", "c"];

    [Theory]
    [InlineData(new string[0], new string[0], "a b c", "")]
    [InlineData(new[] { "a" }, new string[0], "a", "")]
    [InlineData(new[] { "a", "x", "a" }, new string[0], "a", "x")]
    [InlineData(new[] { "venue=demo" }, new string[0], "a b c", "")]
    [InlineData(new[] { "*" }, new string[0], "a b c", "")]
    [InlineData(new[] { "!venue", "b" }, new string[0], "b", "")]
    [InlineData(new string[0], new[] { "venue=demo,venue!=x" }, "a b c", "")]
    [InlineData(new string[0], new[] { "venue=other" }, "", "")]
    [InlineData(new string[0], new[] { "venue=other", "venue" }, "a b c", "")]
    public void Ids_and_selectors_choose(string[] words, string[] selectors, string chosen, string unknown)
    {
        var result = Selection.Parse(words, selectors).Of([.. All.Select(id => Fleet.Open(id))], each => each);

        Assert.Equal((chosen, unknown), (string.Join(' ', result.Chosen.Select(each => each.Id)), string.Join(' ', result.Unknown)));
    }

    [Theory]
    [InlineData("not an id")]
    [InlineData("=x")]
    [InlineData("a,=b")]
    public void Other_words_are_refused(string word) => Assert.Throws<FormatException>(() => Selection.Parse([word], []));
}
