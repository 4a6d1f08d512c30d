using System.Text.Json;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Service.State;

/// <summary>Sessions of endpoints as JSON. What is read there is not trusted.</summary>
internal static class SessionEntries
{
    public static string Write(EndpointSession session) => JsonSerializer.Serialize(EntryOf(session), StateJson.Default.SessionEntry);

    /// <summary>The session that a text says, or why it says none: in one line without its values.</summary>
    public static (EndpointSession? Session, string? Problem) Read(string text) =>
        Read(() => JsonSerializer.Deserialize(text, StateJson.Default.SessionEntry));

    /// <summary>The sessions of a file of an earlier version, one for each endpoint.</summary>
    /// <param name="part">The part of the file; null for none, as in a file of the first version.</param>
    /// <param name="problem">Why something of it is ignored, in one line without its values; null when nothing is.</param>
    public static IReadOnlyList<EndpointSession> Read(JsonElement? part, out string? problem)
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
            var (session, wrong) = Read(() => element.Deserialize(StateJson.Default.SessionEntry));
            problem ??= wrong;
            if (session is not null)
                sessions[session.Endpoint] = session;
        }
        return [.. sessions.Values];
    }

    private static SessionEntry EntryOf(EndpointSession session) => new(
        session.Endpoint.Value,
        [.. session.Values.Select(value => new SessionValueEntry(value.Key, value.Value.Kind, value.Value.Content))],
        session.Sequence,
        session.Counters.ToDictionary(counter => counter.Key, counter => counter.Value, StringComparer.Ordinal))
    {
        Keys = session.Keys.Count == 0
            ? null
            : session.Keys.ToDictionary(key => key.Key, key => EntryOf(key.Value), StringComparer.Ordinal),
    };

    private static KeyEntry EntryOf(KeySession key) =>
        new([.. key.Values.Select(value => new SessionValueEntry(value.Key, value.Value.Kind, value.Value.Content))], key.Sequence);

    private static (EndpointSession? Session, string? Problem) Read(Func<SessionEntry?> parse)
    {
        try
        {
            if (parse() is not { } entry)
                return (null, "a session is null");
            if (EndpointId.Reject(entry.Endpoint) is not null)
                return (null, "no endpoint has such an id");
            var keys = entry.Keys ?? new Dictionary<string, KeyEntry>();
            if (!IsWhole(entry.Values) || !keys.Values.All(key => key is not null && IsWhole(key.Values)))
                return (null, "a session is not whole");
            var session = new EndpointSession(
                new EndpointId(entry.Endpoint),
                ValuesOf(entry.Values),
                entry.Sequence,
                new(entry.Counters))
            {
                Keys = new(keys.Select(
                    key => KeyValuePair.Create(key.Key, new KeySession(ValuesOf(key.Value.Values), key.Value.Sequence)))),
            };
            return session.Reject() is { } reason ? (null, $"{session.Endpoint}: {reason}") : (session, null);
        }
        catch (JsonException)
        {
            return (null, "a session is not whole"); // its text is not told: it may be what a file should not hold
        }
    }

    private static bool IsWhole(IReadOnlyList<SessionValueEntry> values) =>
        values.All(value => value is not null) && values.DistinctBy(value => value.Name).Count() == values.Count;

    private static ValueMap<SessionValue> ValuesOf(IReadOnlyList<SessionValueEntry> values) =>
        new(values.Select(value => KeyValuePair.Create(value.Name, new SessionValue(value.Kind, value.Content))));
}

internal sealed record SessionEntry(
    string Endpoint, IReadOnlyList<SessionValueEntry> Values, long? Sequence, IReadOnlyDictionary<string, long> Counters)
{
    /// <summary>Keys of subscriptions; null for none, as in entries of an earlier version.</summary>
    public IReadOnlyDictionary<string, KeyEntry>? Keys { get; init; }
}

internal sealed record KeyEntry(IReadOnlyList<SessionValueEntry> Values, long? Sequence);

internal sealed record SessionValueEntry(string Name, SessionValueKind Kind, string Content);
