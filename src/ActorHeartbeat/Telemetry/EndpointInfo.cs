using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Telemetry;

/// <summary>The tags by which a query finds the endpoints of a venue: the group of an endpoint, and its labels.</summary>
internal static class EndpointInfo
{
    /// <summary>Comes before the name of a label, so that no label is taken for a tag of ours.</summary>
    private const string Label = "label.";

    /// <remarks>
    /// Prometheus knows letters, digits and _ in a name, and reads no page on which a series has one name twice. So of labels that it
    /// cannot tell apart the first by name is there. A check of the configuration warns of the others.
    /// </remarks>
    public static KeyValuePair<string, object?>[] Of(EndpointSettings endpoint)
    {
        var tags = new List<KeyValuePair<string, object?>>(endpoint.Labels.Count + 2) { new("endpoint", endpoint.Id.Value) };
        if (endpoint.Group is { } group)
            tags.Add(new("group", group));
        tags.AddRange(endpoint.Labels
            .OrderBy(label => label.Key, StringComparer.Ordinal)
            .DistinctBy(label => InPrometheus(label.Key))
            .Select(label => new KeyValuePair<string, object?>(Label + label.Key, label.Value)));
        return [.. tags];
    }

    /// <summary>The name that Prometheus knows a label by, whoever writes the page.</summary>
    public static string InPrometheus(string label) =>
        string.Concat((Label + label).Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
}
