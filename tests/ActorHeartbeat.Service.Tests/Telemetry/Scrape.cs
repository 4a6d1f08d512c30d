using System.Globalization;
using System.Text.RegularExpressions;

namespace ActorHeartbeat.Service.Tests.Telemetry;

/// <summary>An answer of <c>GET /metrics</c>.</summary>
internal sealed partial class Scrape
{
    private readonly List<(string Name, Dictionary<string, string> Labels, double Value)> _series = [];

    public Scrape(string text)
    {
        Text = text;
        foreach (var line in text.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            var parts = Series().Match(line);
            Assert.True(parts.Success, line);
            var labels = Label().Matches(parts.Groups[2].Value).ToDictionary(each => each.Groups[1].Value, each => each.Groups[2].Value);
            _series.Add((parts.Groups[1].Value, labels, double.Parse(parts.Groups[3].Value, CultureInfo.InvariantCulture)));
        }
    }

    public string Text { get; }

    public IEnumerable<string> Names => _series.Select(each => each.Name).Distinct();

    /// <summary>By name of a label, its values; empty where no series has this name.</summary>
    public ILookup<string, string> LabelsOf(string name) => _series
        .Where(each => each.Name == name)
        .SelectMany(each => each.Labels)
        .ToLookup(label => label.Key, label => label.Value);

    /// <summary>The sum of a metric of ours over the series with these labels, as in <c>endpoint=a,outcome=open</c>.</summary>
    public double Sum(string name, string labels = "")
    {
        var wanted = labels.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(each => each.Split('=')).ToArray();
        return _series
            .Where(each => each.Name == $"actorheartbeat_{name}")
            .Where(each => Array.TrueForAll(wanted, one => each.Labels.GetValueOrDefault(one[0]) == one[1]))
            .Sum(each => each.Value);
    }

    public bool Has(string name) => _series.Exists(each => each.Name == $"actorheartbeat_{name}");

    [GeneratedRegex("""^([a-z_A-Z0-9]+)(?:\{(.*)\})? (\S+)$""")]
    private static partial Regex Series();

    [GeneratedRegex("""(\w+)="((?:[^"\\]|\\.)*)",?""")]
    private static partial Regex Label();
}
