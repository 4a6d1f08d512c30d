using System.Text.RegularExpressions;

namespace ActorHeartbeat.Service.Tests.Telemetry;

/// <summary>What a query in PromQL names: metrics, the labels that it asks of each, and those that it joins and sums by.</summary>
internal sealed partial class Query
{
    private static readonly HashSet<string> Groupings = ["by", "without", "on", "ignoring", "group_left", "group_right"];
    private static readonly HashSet<string> Words = ["and", "or", "unless", "bool", "offset", "inf", "nan"];

    private readonly List<(string Metric, string Label, string Operator, string Value)> _matchers = [];

    public Query(string text)
    {
        Text = text;
        var tokens = Tokens().Matches(text).Select(token => token.Value).ToArray();
        Assert.Equal(text.Where(letter => !char.IsWhiteSpace(letter)), string.Concat(tokens).Where(letter => !char.IsWhiteSpace(letter)));
        for (var at = 0; at < tokens.Length; at++)
        {
            var next = at + 1 < tokens.Length ? tokens[at + 1] : "";
            if (!Name().IsMatch(tokens[at]) || Words.Contains(tokens[at]))
                continue;
            if (Groupings.Contains(tokens[at]))
            {
                while (next == "(" && tokens[++at] != ")")
                {
                    if (Name().IsMatch(tokens[at]))
                        Labels.Add(tokens[at]);
                }
            }
            else if (next is not ("(" or "by" or "without"))
            {
                at = Selector(tokens, at, next);
            }
        }
    }

    public string Text { get; }

    public HashSet<string> Metrics { get; } = [];

    public HashSet<string> Labels { get; } = [];

    /// <summary>What is wrong with it, given what a service shows; null for nothing.</summary>
    /// <param name="page">The metrics of a service.</param>
    /// <param name="words">Values that a label may have, seen on the page or not.</param>
    public string? Refuse(Scrape page, ILookup<string, string> words)
    {
        string[] ofPrometheus = ["job", "instance"];
        foreach (var metric in Metrics.Where(metric => metric != "up" && !page.Names.Contains(metric)))
            return $"no metric {metric}";
        foreach (var (metric, label, _, value) in _matchers.Where(each => !ofPrometheus.Contains(each.Label)))
        {
            var seen = page.LabelsOf(metric);
            if (!seen.Contains(label))
                return $"{metric} has no label {label}";
            foreach (var one in value.Split('|').Where(one => !seen[label].Concat(words[label]).Append("").Append("_other").Contains(one)))
                return $"{metric} has no {label} {one}";
        }
        foreach (var label in Labels.Where(each => !ofPrometheus.Contains(each) && !Metrics.Any(one => page.LabelsOf(one).Contains(each))))
            return $"no metric of it has the label {label}";
        return Metrics.Count == 0 ? "no metric at all" : null;
    }

    private int Selector(string[] tokens, int at, string next)
    {
        var metric = tokens[at];
        Metrics.Add(metric);
        if (next != "{")
            return at;
        for (at += 2; tokens[at] != "}"; at++)
        {
            if (tokens[at] == ",")
                continue;
            _matchers.Add((metric, tokens[at], tokens[at + 1], tokens[at + 2].Trim('"')));
            at += 2;
        }
        return at;
    }

    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"|[a-zA-Z_:][a-zA-Z0-9_:]*|\[[^\]]*\]|[0-9][0-9a-z.]*|=~|!~|==|!=|>=|<=|\S
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Tokens();

    [GeneratedRegex("^[a-zA-Z_:][a-zA-Z0-9_:]*$")]
    private static partial Regex Name();
}
