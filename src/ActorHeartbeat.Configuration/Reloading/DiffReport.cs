using System.Text;
using System.Text.Json;
using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Reloading;

/// <summary>Prints a difference for eyes and for machines.</summary>
public static class DiffReport
{
    /// <summary>Counts in one line.</summary>
    public static string Summary(ConfigurationDiff diff) =>
        $"{diff.Added.Count} added, {diff.Removed.Count} removed, {diff.Reconnected.Count()} reconnected, "
            + $"{diff.FromNextAttempt.Count()} from the next attempt, "
        + $"{diff.ChangedLive.Count()} changed live, {diff.Unchanged} "
        + $"unchanged{(diff.NeedsRestart.Any() ? $", {diff.NeedsRestart.Count()} settings need a restart" : "")}";

    /// <summary>One line per difference, then the counts.</summary>
    public static string Print(ConfigurationDiff diff)
    {
        var text = new StringBuilder();
        foreach (var id in diff.Added)
            text.Append($"+ {id}\n");
        foreach (var id in diff.Removed)
            text.Append($"- {id}\n");
        foreach (var (id, change) in diff.Changed.OrderByDescending(endpoint => endpoint.Change.Effect))
            text.Append($"~ {id}: {Words(change.Effect)}: {string.Join(", ", change.Keys)}\n");
        foreach (var (key, effect) in diff.Settings)
            text.Append($"~ {key}: {Words(effect)}\n");
        return text.Append(Summary(diff)).Append('\n').ToString();
    }

    public static void Write(Utf8JsonWriter json, ConfigurationDiff diff)
    {
        json.WriteStartObject();
        WriteIds(json, "added", diff.Added);
        WriteIds(json, "removed", diff.Removed);
        WriteChanges(json, "reconnected", diff.Reconnected);
        WriteChanges(json, "nextAttempt", diff.FromNextAttempt);
        WriteChanges(json, "changedLive", diff.ChangedLive);
        json.WriteNumber("unchanged", diff.Unchanged);
        json.WriteStartObject("settings");
        foreach (var (key, effect) in diff.Settings)
            json.WriteString(key, Values.Kebab(effect.ToString()));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Words(ChangeEffect effect) => effect switch
    {
        ChangeEffect.Live => "live",
        ChangeEffect.NextAttempt => "from the next attempt",
        ChangeEffect.Reconnect => "reconnect",
        ChangeEffect.Restart => "needs a restart",
        _ => "nothing",
    };

    private static void WriteIds(Utf8JsonWriter json, string name, IEnumerable<EndpointId> ids)
    {
        json.WriteStartArray(name);
        foreach (var id in ids)
            json.WriteStringValue(id.Value);
        json.WriteEndArray();
    }

    private static void WriteChanges(Utf8JsonWriter json, string name, IEnumerable<ChangedEndpoint> endpoints)
    {
        json.WriteStartObject(name);
        foreach (var (id, change) in endpoints)
        {
            json.WriteStartArray(id.Value);
            foreach (var key in change.Keys)
                json.WriteStringValue(key);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}
