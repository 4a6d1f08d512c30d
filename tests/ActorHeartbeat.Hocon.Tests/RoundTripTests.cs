using ActorHeartbeat.Hocon.Writing;
using FsCheck;
using FsCheck.Fluent;

namespace ActorHeartbeat.Hocon.Tests;

public sealed class RoundTripTests
{
    private static readonly HoconOrigin Nowhere = new("made", 0, 0);

    // Texts that mean something in HOCON, and a few that do not.
    private static readonly Gen<string> Text = Gen.Elements(
            "a",
            "b",
            ".",
            "\"",
            "\\",
            "${a}",
            "{",
            "}",
            "[",
            "#",
            "//",
            " ",
            "\n",
            "\u0001",
            "é",
            "\uFEFF",
            "true",
            "1",
            "include",
            "=",
            ",",
            "\uD800",
            "\uDE00")
        .ListOf()
        .Select(string.Concat);

    /// <summary>A failure prints the seed and the smallest text that fails.</summary>
    [Fact]
    public void A_written_value_reads_back_the_same_from_both_forms()
    {
        Prop.ForAll(Arb.From(Value(3)), value =>
        {
            var root = new HoconObject(Nowhere, [new HoconField("root", Nowhere, value)]);
            var json = HoconWriter.ToJson(root);

            Assert.Equal(json, Reading.Json(json));
            Assert.Equal(json, Reading.Json(HoconWriter.ToText(root)));
        }).QuickCheckThrowOnFailure();
    }

    private static Gen<HoconValue> Value(int depth)
    {
        var scalar = Gen.OneOf<HoconValue>(
            Text.Select(text => (HoconValue)new HoconString(Nowhere, text)),
            Gen.Elements("0", "-1", "1.50", "1e5", "2E-3").Select(number => (HoconValue)new HoconNumber(Nowhere, number)),
            Gen.Elements(true, false).Select(boolean => (HoconValue)new HoconBoolean(Nowhere, boolean)),
            Gen.Constant((HoconValue)new HoconNull(Nowhere)));
        return depth == 0 ? scalar : Gen.OneOf(
            scalar,
            Value(depth - 1).ListOf().Select(items => (HoconValue)new HoconArray(Nowhere, [.. items])),
            Text.ListOf().SelectMany(keys => Value(depth - 1).ListOf(keys.Distinct().Count()).Select(values => Fields(keys, values))));
    }

    private static HoconValue Fields(IEnumerable<string> keys, IEnumerable<HoconValue> values) =>
        new HoconObject(Nowhere, [.. keys.Distinct().Zip(values, (key, value) => new HoconField(key, Nowhere, value))]);
}
