using System.Text;
using System.Text.Json;
using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Reloading;

/// <summary>Prints a difference as text and as JSON.</summary>
public static class DiffReport
{
    /// <summary>The number of changes of each kind, in one line.</summary>
    public static string Summary(ConfigurationDiff diff)
    {
        var endpoints = diff.Endpoints;
        var restarts = diff.NeedsRestart.Count();
        return $"{endpoints.Added.Count} added, {endpoints.Removed.Count} removed, {endpoints.Reconnected.Count()} reconnected, "
            + $"{endpoints.FromNextAttempt.Count()} from the next attempt, {endpoints.ChangedLive.Count()} changed live, "
            + $"{endpoints.Unchanged} unchanged{(restarts > 0 ? $", {restarts} settings need a restart" : "")}";
    }

    /// <summary>One line per difference, then the counts.</summary>
    public static string Print(ConfigurationDiff diff)
    {
        var text = new StringBuilder();
        foreach (var id in diff.Endpoints.Added)
            text.Append($"+ {id}\n");
        foreach (var id in diff.Endpoints.Removed)
            text.Append($"- {id}\n");
        foreach (var (id, change) in diff.Endpoints.Changed.OrderByDescending(endpoint => endpoint.Change.Effect))
            text.Append($"~ {id}: {Words(change.Effect)}: {string.Join(", ", change.Keys)}\n");
        foreach (var (key, effect) in diff.Settings)
            text.Append($"~ {key}: {Words(effect)}\n");
        return text.Append(Summary(diff)).Append('\n').ToString();
    }

    /// <param name="json">Receives the differences.</param>
    /// <param name="diff">The differences.</param>
    /// <param name="writeAdded">Writes what is told of keys that were added at runtime; null where nobody knows.</param>
    public static void Write(Utf8JsonWriter json, ConfigurationDiff diff, Action? writeAdded = null)
    {
        json.WriteStartObject();
        WriteIds(json, "added", diff.Endpoints.Added);
        WriteIds(json, "removed", diff.Endpoints.Removed);
        WriteChanges(json, "reconnected", diff.Endpoints.Reconnected);
        WriteChanges(json, "nextAttempt", diff.Endpoints.FromNextAttempt);
        WriteChanges(json, "changedLive", diff.Endpoints.ChangedLive);
        json.WriteNumber("unchanged", diff.Endpoints.Unchanged);
        json.WriteStartObject("settings");
        foreach (var (key, effect) in diff.Settings)
            json.WriteString(key, Values.Kebab(effect.ToString()));
        json.WriteEndObject();
        if (writeAdded is not null)
        {
            json.WritePropertyName("addedKeys");
            writeAdded();
        }
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
