using System.Text.Json;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Service.Running;

/// <summary>The part of the state file that holds the sessions of endpoints. What is read there is not trusted.</summary>
internal static class SessionEntries
{
    /// <summary>The most characters that all sessions of a file take: beside them the budgets must fit.</summary>
    public const int MostWritten = 12 * 1024 * 1024;

    /// <summary>As elements of the file; those beyond its bound are left out.</summary>
    public static IReadOnlyList<JsonElement> Write(IEnumerable<EndpointSession> sessions, out int leftOut)
    {
        var (elements, written) = (new List<JsonElement>(), 0L);
        leftOut = 0;
        foreach (var session in sessions)
        {
            var element = JsonSerializer.SerializeToElement(EntryOf(session), GovernorFileJson.Default.SessionEntry);
            written += element.GetRawText().Length;
            if (written > MostWritten)
                leftOut++;
            else
                elements.Add(element);
        }
        return elements;
    }

    /// <summary>The sessions of the endpoints that there are.</summary>
    /// <param name="part">The part of the file; null for none, as in a file of an earlier version.</param>
    /// <param name="endpoints">The endpoints that are configured.</param>
    /// <param name="problem">Why something of it is ignored, in one line without its values; null when nothing is.</param>
    public static IReadOnlyList<EndpointSession> Read(JsonElement? part, IReadOnlySet<EndpointId> endpoints, out string? problem)
    {
        problem = null;
        if (part is not { ValueKind: not JsonValueKind.Null } given)
            return [];
        if (given.ValueKind != JsonValueKind.Array)
        {
            problem = "the part is no list";
            return [];
        }
        var sessions = new Dictionary<EndpointId, EndpointSession>();
        foreach (var element in given.EnumerateArray())
        {
            var (session, wrong) = Read(element);
            problem ??= wrong;
            if (session is not null && endpoints.Contains(session.Endpoint))
                sessions[session.Endpoint] = session;
        }
        return [.. sessions.Values];
    }

    private static SessionEntry EntryOf(EndpointSession session) => new(
        session.Endpoint.Value,
        [.. session.Values.Select(value => new SessionValueEntry(value.Key, value.Value.Kind, value.Value.Content))],
        session.Sequence,
        session.Counters.ToDictionary(counter => counter.Key, counter => counter.Value, StringComparer.Ordinal));

    private static (EndpointSession? Session, string? Problem) Read(JsonElement element)
    {
        try
        {
            if (element.Deserialize(GovernorFileJson.Default.SessionEntry) is not { } entry)
                return (null, "a session is null");
            if (EndpointId.Reject(entry.Endpoint) is not null)
                return (null, "no endpoint has such an id");
            if (entry.Values.Any(value => value is null) || entry.Values.DistinctBy(value => value.Name).Count() != entry.Values.Count)
                return (null, "a session is not whole");
            var session = new EndpointSession(
                new EndpointId(entry.Endpoint),
                new(entry.Values.Select(value => KeyValuePair.Create(value.Name, new SessionValue(value.Kind, value.Content)))),
                entry.Sequence,
                new(entry.Counters));
            return session.Reject() is { } reason ? (null, $"{session.Endpoint}: {reason}") : (session, null);
        }
        catch (JsonException)
        {
            return (null, "a session is not whole"); // its text is not told: it may be what a file should not hold
        }
    }
}

internal sealed record SessionEntry(
    string Endpoint, IReadOnlyList<SessionValueEntry> Values, long? Sequence, IReadOnlyDictionary<string, long> Counters);

internal sealed record SessionValueEntry(string Name, SessionValueKind Kind, string Content);
