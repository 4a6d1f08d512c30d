using System.Text;
using ActorHeartbeat.Hocon.Reading;
using ActorHeartbeat.Hocon.Writing;

namespace ActorHeartbeat.Hocon.Tests;

public sealed class LayerAndLimitTests
{
    private static readonly HoconOptions Options = new() { Environment = _ => null, ReadFile = _ => null };

    [Fact]
    public void The_upper_layer_wins_and_substitutions_of_both_layers_see_the_merged_tree()
    {
        var below = HoconDocument.Parse("a { x = 1, y = ${b} }, b = low, l = [1]", "low", Options);
        var above = HoconDocument.Parse("a.x = ${a.x}2, b = high, l += 2", "high", Options);

        var result = above.Over(below).Resolve();

        Assert.Equal("""{"a":{"x":"12","y":"high"},"b":"high","l":[1,2]}""", HoconWriter.ToJson(result.Value!));
        Assert.Equal("high:1:7", result.Root!.At("a", "x")!.Origin.ToString());
    }

    [Fact]
    public void Errors_of_both_layers_are_reported()
    {
        var result = HoconDocument.Parse("a = @", "high", Options).Over(HoconDocument.Parse("b = @", "low", Options)).Resolve();

        Assert.Equal(["low:1:5: '@' must be quoted", "high:1:5: '@' must be quoted"], result.Errors.Select(error => error.ToString()));
    }

    [Theory]
    [InlineData("a = x\n")]
    [InlineData("a = [1, [2, [3, [4]]]]")]
    [InlineData("a = [${b}, ${b}, ${b}], b = [1, 2, 3, 4, 5, 6, 7, 8, 9]")]
    public void A_limit_that_is_passed_is_an_error(string text)
    {
        var tight = Options with { Limits = new HoconLimits { Bytes = text.Length < 8 ? 5 : 1_000, Depth = 3, Nodes = 20 } };

        Assert.True(HoconDocument.Load(text, "text", Options).IsValid);
        Assert.False(HoconDocument.Load(text, "text", tight).IsValid);
    }

    [Fact]
    public void No_more_errors_are_reported_than_the_limit_allows()
    {
        var text = new StringBuilder().Insert(0, "a = @\n", 100).ToString();

        Assert.Equal(7, HoconDocument.Load(text, "text", Options with { Limits = new HoconLimits { Errors = 7 } }).Errors.Count);
    }

    [Fact]
    public void A_file_larger_than_the_limit_is_read_only_one_byte_past_it()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, new string('#', 10_000));

        var result = HoconDocument.LoadFile(path, new HoconOptions { Limits = new HoconLimits { Bytes = 100 } });

        Assert.Equal($"{path}:1:1: larger than 100 bytes", Assert.Single(result.Errors).ToString());
        Assert.Equal(101, Assert.Single(result.Files).Content!.Length);
        File.Delete(path);
    }

    [Theory]
    [InlineData("a = 1", "a = ${a}x", 20_000)]
    [InlineData("t { q = 1 }\na = ${t}", "a = ${a} { k = 1 }", 20_000)]
    [InlineData("a = [0]", "a = ${a} [1]", 20_000)]
    public void A_long_run_of_assignments_that_extend_each_other_is_read(string first, string next, int count)
    {
        var text = first + new StringBuilder().Insert(0, "\n" + next, count);

        Assert.Empty(Reading.Errors(text));
    }

    [Fact]
    public void Many_concatenated_objects_become_one()
    {
        var text = "t { q = 1 }\na = ${t} " + string.Concat(Enumerable.Range(0, 20_000).Select(index => $"{{ k{index} = {index} }}"));

        Assert.Equal(20_001, ((HoconObject)Reading.Load(text).Root!["a"]!).Fields.Count);
    }
}
