using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Service.Tests.Telemetry;

/// <summary>Holds the alerts and the dashboard of docker/observability against the metrics of a service.</summary>
[Collection(nameof(MetricsTests))]
public sealed partial class ObservabilityTests
{
    private const string Alerts = "alerts.yaml", Dashboard = "grafana/dashboards/actorheartbeat.json";

    /// <summary>Ends of connections that do not all happen in a test.</summary>
    private static readonly ILookup<string, string> Words = Enum.GetNames<CauseKind>()
        .ToLookup(_ => "end_reason", JsonNamingPolicy.KebabCaseLower.ConvertName);

    [Fact]
    public async Task Each_query_names_metrics_and_labels_that_a_service_has()
    {
        await using var service = await MetricsTests.StartAll();
        await MetricsTests.Play(service);
        var page = new Scrape(await service.Client.GetStringAsync("/metrics"));

        var queries = QueriesOfAlerts().Concat(QueriesOfTheDashboard()).ToList();

        Assert.True(queries.Count > 30, $"only {queries.Count} queries");
        Assert.All(queries, query => Assert.Null(query.Refuse(page, Words)));
    }

    [Theory]
    [InlineData("actorheartbeat_endpoint_upp", "no metric actorheartbeat_endpoint_upp")]
    [InlineData("rate(actorheartbeat_io_total[5m])", "no metric actorheartbeat_io_total")]
    [InlineData("""actorheartbeat_messages_total{way="receive"}""", "actorheartbeat_messages_total has no label way")]
    [InlineData("""actorheartbeat_messages_total{direction="in"}""", "actorheartbeat_messages_total has no direction in")]
    [InlineData("sum by (venue) (actorheartbeat_endpoint_up)", "no metric of it has the label venue")]
    [InlineData("vector(1)", "no metric at all")]
    [InlineData("sum by (job) (increase(actorheartbeat_messages_total{direction=~\"receive|transmit\"}[5m] offset 1h)) > 5", null)]
    public void A_query_that_names_something_else_is_found_out(string query, string? wrong)
    {
        var page = new Scrape(
            "actorheartbeat_endpoint_up{endpoint=\"a\"} 1\n"
            + "actorheartbeat_messages_total{direction=\"receive\",endpoint=\"a\"} 1\n"
            + "actorheartbeat_messages_total{direction=\"transmit\",endpoint=\"a\"} 1\n");

        Assert.Equal(wrong, new Query(query).Refuse(page, Words));
    }

    /// <summary>Prometheus refuses a rule file whose templates are wrong, but a label that is not there is only empty.</summary>
    [Fact]
    public void Each_alert_tells_only_of_labels_that_its_query_keeps()
    {
        foreach (var alert in File.ReadAllText(PathOf(Alerts)).Split("- alert: ").Skip(1))
        {
            var query = new Query(Expression().Match(alert).Groups["query"].Value);
            var told = Told().Matches(alert).Select(each => each.Groups[1].Value);

            Assert.Empty(told.Except(query.Labels.Concat(["instance", "job"])));
            Assert.Contains("summary:", alert, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<Query> QueriesOfAlerts()
    {
        var text = File.ReadAllText(PathOf(Alerts));
        var found = Expression().Matches(text).Select(each => new Query(each.Groups["query"].Value)).ToList();
        Assert.Equal(text.Split("- alert: ").Length - 1, found.Count);
        return found;
    }

    private static IEnumerable<Query> QueriesOfTheDashboard()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(PathOf(Dashboard)));
        var found = new List<Query>();
        foreach (var panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
        {
            var targets = panel.TryGetProperty("targets", out var all) ? all.EnumerateArray() : [];
            foreach (var target in targets)
            {
                var query = new Query(Filled(Text(target, "expr")));
                found.Add(query);
                var told = Legend().Matches(target.TryGetProperty("legendFormat", out var legend) ? $"{legend}" : "");
                Assert.Empty(told.Select(each => each.Groups[1].Value).Except([.. query.Labels, "instance"]));
            }
        }
        foreach (var variable in dashboard.RootElement.GetProperty("templating").GetProperty("list").EnumerateArray())
        {
            if (Text(variable, "type") == "query")
                found.Add(new Query(Filled(Values().Replace(Text(variable, "definition"), "count by ($2) ($1)"))));
        }
        return found;
    }

    private static string Text(JsonElement of, string name) => $"{of.GetProperty(name)}";

    /// <summary>As Grafana fills in its own variables.</summary>
    private static string Filled(string query) => query
        .Replace("$__rate_interval", "1m", StringComparison.Ordinal)
        .Replace("$__range", "1h", StringComparison.Ordinal)
        .Replace("$instance", "", StringComparison.Ordinal)
        .Replace("$endpoint", "", StringComparison.Ordinal)
        .Replace("$venue", "", StringComparison.Ordinal);

    private static string PathOf(string file, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../../../docker/observability", file);

    [GeneratedRegex(@"^ +expr: (?:\|\n(?<query>(?: {10}.*\n)+)|(?<query>.+)\n)", RegexOptions.Multiline)]
    private static partial Regex Expression();

    [GeneratedRegex(@"\$labels\.(\w+)")]
    private static partial Regex Told();

    [GeneratedRegex(@"\{\{\s*(\w+)\s*\}\}")]
    private static partial Regex Legend();

    [GeneratedRegex(@"^label_values\((.+), (\w+)\)$")]
    private static partial Regex Values();
}
