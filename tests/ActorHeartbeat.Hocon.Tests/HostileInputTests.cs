using System.Text;
using ActorHeartbeat.Hocon.Reading;
using ActorHeartbeat.Hocon.Writing;

namespace ActorHeartbeat.Hocon.Tests;

public sealed class HostileInputTests
{
    private const int Seed = 20261121;

    private static readonly string[] Pieces =
    [
        "a",
        "b",
        ".",
        "=",
        ":",
        "+=",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\n",
        " ",
        "\"",
        "\"\"\"",
        "${",
        "${?",
        "a.b",
        "${a}",
        "${?b}",
        "1e5",
        "-",
        "+",
        "true",
        "null",
        "include ",
        "#",
        "//",
        "\\u",
        "\\",
        "\u0000",
        "\uD800",
        "\uFEFF",
        "$",
        "a = ${a}\n",
        "b += ${?a}\n",
        "a { b = ${a.b} }\n",
    ];

    [Fact]
    public void Random_pieces_end_in_a_value_or_in_errors_and_a_value_survives_both_writers()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 5_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => Pieces[random.Next(Pieces.Length)]));

            var result = Reading.Load(text);

            Assert.True(result.IsValid == (result.Value is not null), $"seed {Seed}, round {round}: {text}");
            if (result.Value is null)
                continue;
            var json = HoconWriter.ToJson(result.Value);
            Assert.True(json == Reading.Json(HoconWriter.ToText(result.Value)), $"seed {Seed}, round {round}, as HOCON: {text}");
            Assert.True(json == Reading.Json(json), $"seed {Seed}, round {round}, as JSON: {text}");
        }
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a=")]
    [InlineData("a{")]
    [InlineData("a.")]
    [InlineData("${")]
    public void A_million_repetitions_end_in_an_error(string piece)
    {
        var text = new StringBuilder().Insert(0, piece, 1_000_000).ToString();

        Assert.NotEmpty(Reading.Errors(text));
    }

    [Fact]
    public void A_billion_laughs_are_cut_off()
    {
        var text = new StringBuilder("a0 = [x, x, x, x, x, x, x, x, x, x]\n");
        for (var level = 1; level < 12; level++)
            text.Append($"a{level} = [").AppendJoin(", ", Enumerable.Repeat($"${{a{level - 1}}}", 10)).Append("]\n");

        var result = HoconDocument.Load(text.ToString(), "text", new HoconOptions { Limits = new HoconLimits { Nodes = 100_000 } });

        Assert.Contains("larger than", string.Join('\n', result.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Long_runs_of_one_key_are_read()
    {
        var appended = string.Concat(Enumerable.Range(0, 20_000).Select(number => $"a += {number}\n"));
        var chain = "a0 = 1\n" + string.Concat(Enumerable.Range(1, 5_000).Select(number => $"a{number} = ${{a{number - 1}}}\n"));

        Assert.EndsWith("19999]}", Reading.Json(appended), StringComparison.Ordinal);
        Assert.EndsWith("\"a4999\":1,\"a5000\":1}", Reading.Json(chain), StringComparison.Ordinal);
    }
}
