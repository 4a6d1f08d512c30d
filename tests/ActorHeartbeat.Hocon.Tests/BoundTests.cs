using System.Text;
using ActorHeartbeat.Hocon.Reading;
using ActorHeartbeat.Hocon.Writing;
using FsCheck;
using FsCheck.Fluent;

namespace ActorHeartbeat.Hocon.Tests;

/// <summary>Runs alone: these tests measure the allocations of the whole process.</summary>
[CollectionDefinition(nameof(BoundTests), DisableParallelization = true)]
public sealed class Alone;

/// <summary>
/// Few bytes can demand much depth, many values, many steps or many files. Each is bounded where it arises, for every syntax, and the error
/// names the place and the limit. The tests measure allocated bytes, which stand for work and memory and do not depend on the machine.
/// </summary>
[Collection(nameof(BoundTests))]
public sealed class BoundTests
{
    private static readonly HoconLimits Tight = new()
    {
        Depth = 50,
        Nodes = 20_000,
        Steps = 100_000,
        TotalBytes = 1_000_000,
        Includes = 100,
    };

    public static TheoryData<string, string> Depths =>
        new()
        {
            { "a" + Repeat(".a", 200_000) + " = 1", "a path of more than 500 elements" },
            { "\"a\"" + Repeat(".\"a\"", 200_000) + " = 1", "a path of more than 500 elements" },
            { Repeat("\"\" ", 200_000) + "= 1", "a path of more than 500 elements" },
            { "b = ${a" + Repeat(".a", 200_000) + "}", "a path of more than 500 elements" },
            { "b = ${\"a\"" + Repeat(".\"a\"", 200_000) + "}", "a path of more than 500 elements" },
            { Repeat("a {", 501) + Repeat("}", 501), "nested more than 500 deep" },
            { Repeat("a.b.c {", 200) + Repeat("}", 200), "nested more than 500 deep" },
            { Repeat("a=[", 1) + Repeat("[", 501) + Repeat("]", 502), "nested more than 500 deep" },
            {
                Range(5_000, i => $"a{i} = {{ x = ${{a{i + 1}}} }}\n") + "a5000 = 1",
                "substitutions nest this configuration more than 500 deep"
            },
            { Range(5_000, i => $"a{i} = [${{a{i + 1}}}]\n") + "a5000 = 1", "substitutions nest this configuration more than 500 deep" },
        };

    [Theory]
    [MemberData(nameof(Depths))]
    public void A_tree_is_no_deeper_than_the_limit_whatever_makes_it_deep(string text, string message)
    {
        var error = Assert.Single(Reading.Load(text).Errors);

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.True(error.Origin.Line > 0);
    }

    [Theory]
    [InlineData("a" + ".a", 499)]
    [InlineData("a {", 500)]
    public void A_tree_as_deep_as_the_limit_is_read_and_written(string piece, int count)
    {
        var text = piece == "a {" ? Repeat("a {", 499) + Repeat("}", 499) : "a" + Repeat(".a", count - 1) + " = 1";

        var result = Reading.Load(text);

        Assert.Empty(result.Errors);
        Assert.Equal(HoconWriter.ToJson(result.Value!), Reading.Json(HoconWriter.ToText(result.Value!)));
    }

    [Fact]
    public void Includes_count_towards_the_depth_of_the_tree_they_stand_in()
    {
        var files = Range(40, i => $"{i}|{Repeat("a {", 20)} include \"{i + 1}.conf\" {Repeat("}", 20)}\n")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('|'))
            .ToDictionary(parts => $"{parts[0]}.conf", parts => Encoding.UTF8.GetBytes(parts[1]));

        var result = HoconDocument.LoadFile("0.conf", new HoconOptions { ReadFile = files.GetValueOrDefault });

        var error = Assert.Single(result.Errors);
        Assert.Equal("nested more than 500 deep", error.Message);
        Assert.StartsWith("24.conf:1:", error.ToString(), StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Works => new()
    {
        // Layers of one object, each with the same key.
        { "t { q = 1 }\na = ${t} " + Range(28, i => $"{{ k {{ x{i} = 1 }} }} "), "" },
        { "t { q = 1 }\na = ${t} " + Range(20_000, i => $"{{ k {{ x{i} = 1 }} }} "), "more than 20,000 keys and values" },
        // Every field refers to every field.
        { Range(30, i => $"a{i} = {Range(30, j => $"${{?a{j}}}")}\n"), "more than 100,000 steps" },
        // A long cycle.
        { Range(4_000, i => $"a{i} = ${{a{(i + 1) % 4_000}}}\n"), "is a cycle: a0 -> a1 -> a2 -> a3 -> ... (3,993 more) -> " },
        // Names that are similar to many others.
        { Range(5_000, i => $"k{i} = ${{x{i}}}\n"), "has no value" },
        // An object that converts to a list, concatenated many times.
        { $"o {{ {Range(500, i => $"{i} = x, ")} }}\na = [] {Repeat("${o} ", 1_000)}", "larger than 20,000 values" },
        { $"o = [{Repeat("x,", 500)}]\na = {Repeat("${o} ", 1_000)}", "larger than 20,000 values" },
        { $"o = {new string('x', 1_000)}\na = [{Repeat("${o}${o},", 1_000)}]", "larger than 20,000 values" },
        // Texts and lists that double.
        { "a0 = xxxxxxxx\n" + Range(60, i => $"a{i + 1} = ${{a{i}}}${{a{i}}}\n"), "larger than 20,000 values" },
        { "a0 = [x]\n" + Range(60, i => $"a{i + 1} = ${{a{i}}} ${{a{i}}}\n"), "larger than 20,000 values" },
        // Very long values on one line.
        { "x = 1\na = " + Repeat("${x}", 50_000), "more than 20,000 keys and values" },
        { "a = " + Repeat("\"\" ", 50_000), "more than 20,000 keys and values" },
        { "a = [" + Repeat("1,", 50_000) + "]", "more than 20,000 keys and values" },
        // Each += under a long path walks the whole path.
        { Repeat("a {", 45) + "\n" + Repeat("a += 1\n", 6_000) + Repeat("}", 45), "more than 100,000 steps" },
        { "a = []\n" + Repeat("a += 1\n", 11_000), "more than 20,000 keys and values" },
        { "a = ${a}", "refers to itself" },
        // Errors: one line may be the whole file, and a message may quote it.
        { "x = 1\n" + Repeat("a = @ ", 20_000), "'@' must be quoted" },
        { "x = 1\ny = 2 " + new string('z', 100_000) + Repeat("=\"", 10_000), "" },
    };

    [Theory]
    [MemberData(nameof(Works))]
    public void A_small_text_costs_little_whatever_it_asks_for(string text, string message)
    {
        var allocated = Allocated(
            () =>
                HoconDocument.Load(
                    text,
                    "text",
                    new HoconOptions
                    {
                        Environment = _ => null,
                        ReadFile = _ => null,
                        Limits = Tight,
                    }),
            out var result);

        Assert.True(allocated < 40_000_000, $"{allocated:N0} bytes");
        if (message.Length > 0)
            Assert.Contains(message, string.Join('\n', result.Errors), StringComparison.Ordinal);
        Assert.All(result.Errors, error => Assert.True(error.Message.Length <= 1_010));
    }

    [Fact]
    public void A_long_variable_of_the_environment_is_copied_once_and_counted()
    {
        var options = new HoconOptions
        {
            Environment = name => name == "x" ? new string('x', 100_000) : null,
            ReadFile = _ => null,
            Limits = Tight,
        };

        var allocated = Allocated(() => HoconDocument.Load($"a = [{Repeat("${x},", 5_000)}]", "text", options), out _);

        Assert.True(allocated < 20_000_000, $"{allocated:N0} bytes");
    }

    [Fact]
    public void A_storm_of_includes_reads_no_more_bytes_than_the_limit()
    {
        var content = Encoding.UTF8.GetBytes(new string('#', 100_000));
        var reads = 0;
        byte[]? Read(string path) =>
            path == "main.conf" ? Encoding.UTF8.GetBytes(Repeat("include \"x.conf\"\n", 50))
            : ++reads > 0 ? content.ToArray()
            : null;

        var result = HoconDocument.LoadFile("main.conf", new HoconOptions { ReadFile = Read, Limits = Tight });

        Assert.Equal(
            "main.conf:10:1: cannot read x.conf: with it the files of this configuration are larger than 1,000,000 bytes together",
            Assert.Single(result.Errors).ToString());
        Assert.Equal(10, reads);
    }

    [Fact]
    public void Writing_or_comparing_a_value_nested_too_deeply_throws_and_does_not_crash_the_process()
    {
        var nowhere = new HoconOrigin("made", 0, 0);
        HoconValue Deep() =>
            Enumerable.Range(0, 200_000).Aggregate((HoconValue)new HoconNull(nowhere), (value, _) => new HoconArray(nowhere, [value]));
        var deep = Deep();

        Assert.Throws<InsufficientExecutionStackException>(() => HoconWriter.ToJson(deep));
        Assert.Throws<InsufficientExecutionStackException>(() => HoconWriter.ToText(deep));
        Assert.Throws<InsufficientExecutionStackException>(() => deep.Equals(Deep()));
    }

    // Lines that substitute, append, nest and include over a few keys: random sequences refer to themselves in every way.
    private static readonly Gen<string> Line = Gen.Elements(
        "a = ${?b} ${?c}\n",
        "b = ${?a} ${?c}\n",
        "c = ${?a}${?b}\n",
        "a += ${?a}\n",
        "b += ${?c}\n",
        "a.b = ${?c}\n",
        "c { a = ${?b}, b = ${?a.b} }\n",
        "a { b { c = ${?a} } }\n",
        "c = ${?c} { a = ${?b} }\n",
        "b = [${?a}, ${?b}, ${?c}]\n",
        "a = ${?a} [1] ${?b}\n",
        "c = ${?a} ${?a} ${?a}\n",
        "a = {} ${?b} {}\n",
        "b { 0 = ${?a}, 1 = ${?c} }\n",
        "a.b.c.a = ${?a.b} ${?c}\n",
        "include \"x\"\n",
        "c.c { include \"x\" }\n",
        "a = [{ b = ${?a} }]\n",
        "a = x\n",
        "b = [y]\n",
        "c = {}\n");

    [Fact]
    public void Random_references_cost_bounded_work()
    {
        Prop.ForAll(Arb.From(Line.ListOf(25).Select(string.Concat)), text =>
            {
                var included = Encoding.UTF8.GetBytes("a = ${?b}\nb += ${?a.b}\n");
                var options = new HoconOptions
                {
                    Environment = _ => null,
                    ReadFile = path => path == "x.conf" ? included : null,
                    Limits = Tight,
                };
                HoconResult? result = null;

                var allocated = Allocated(() => HoconDocument.Load(text, "text", options), out result);

                if (result.Value is { } value)
                    _ = HoconWriter.ToText(value);
                Assert.True(allocated < 100_000_000, $"{allocated:N0} bytes");
            }).QuickCheckThrowOnFailure();
    }

    private static long Allocated(Func<HoconResult> load, out HoconResult result)
    {
        var before = GC.GetTotalAllocatedBytes();
        result = load();
        return GC.GetTotalAllocatedBytes() - before;
    }

    private static string Repeat(string piece, int count) => new StringBuilder().Insert(0, piece, count).ToString();

    private static string Range(int count, Func<int, string> piece) => string.Concat(Enumerable.Range(0, count).Select(piece));
}
