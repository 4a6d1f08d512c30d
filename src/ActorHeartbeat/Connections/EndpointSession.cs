using System.Text.Json;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Connections;

/// <summary>
/// What an endpoint knows of its conversation beyond its connections, to be kept over restarts of the process. It holds no secret: a
/// session with a secret value is not kept at all.
/// </summary>
/// <param name="Endpoint">Whose session it is.</param>
/// <param name="Values">The values of names that begin with <c>session.</c>.</param>
/// <param name="Sequence">The highest number of the peer; null for none.</param>
/// <param name="Counters">The last number of each counter; the counter without a name has the empty one.</param>
public sealed record EndpointSession(EndpointId Endpoint, ValueMap<SessionValue> Values, long? Sequence, ValueMap<long> Counters)
{
    /// <summary>The most values, and the most counters, of a session that is kept, or of a key in it.</summary>
    public const int MostNames = 256;

    /// <summary>The most keys of a session that is kept.</summary>
    public const int MostKeys = 20_000;

    /// <summary>What is known of keys of its subscriptions, by subscription and key, as in <c>trades/BTC-USDT</c>. Default none.</summary>
    public ValueMap<KeySession> Keys { get; init; } = ValueMap<KeySession>.Empty;

    /// <summary>Why no endpoint can have such a session, in one line without its values; null when one can.</summary>
    public string? Reject()
    {
        if (Keys.Count > MostKeys)
            return $"it has more than {MostKeys} keys";
        if (Counters.Count > MostNames || Values.Count > MostNames || Keys.Values.Any(key => key.Values.Count > MostNames))
            return $"it has more than {MostNames} names";
        foreach (var (name, value) in Values.Concat(Keys.Values.SelectMany(key => key.Values)))
        {
            if (!TemplateName.IsOfSession(name) || TemplateName.RejectCaptured(name) is not null)
                return "a name is not session. and a name";
            if (value.Read() is null)
                return "a value is none, or is too large";
        }
        if (Counters.Keys.Any(name => name.Length > SessionValue.MostBytes))
            return "the name of a counter is too long";
        return Counters.Values.Any(number => number < 0) ? "a counter is below 0" : null;
    }

    /// <summary>Whose it is, and the number of its values: what a peer calls its session is not for every log.</summary>
    public override string ToString() => $"session of {Endpoint} with {Values.Count} values";

    /// <summary>The session as it may be kept; null where it may not, and where nothing is known.</summary>
    /// <param name="endpoint">The settings of its endpoint.</param>
    /// <param name="session">The session.</param>
    /// <param name="keys">What is known of keys of its subscriptions.</param>
    internal static EndpointSession? Of(EndpointSettings endpoint, Session session, ValueMap<KeySession> keys)
    {
        if ((session.Values.Count == 0 && session.Sequence is null && keys.Count == 0)
            || session.Values.Any(value => value.Value.IsSecret || endpoint.Secrets.Contains(value.Key, StringComparer.Ordinal)))
            return null;
        var kept = new EndpointSession(
            endpoint.Id,
            new(session.Values.Select(value => KeyValuePair.Create(value.Key, SessionValue.Of(value.Value)))),
            session.Sequence,
            new(session.Counters))
        {
            Keys = Public(keys, endpoint),
        };
        return kept.Reject() is null ? kept : null;
    }

    /// <summary>
    /// The session for the next connection; empty where it cannot be one, and where the settings call a value of it secret.
    /// </summary>
    internal Session For(EndpointSettings endpoint) =>
        Reject() is not null || Values.Keys.Any(name => endpoint.Secrets.Contains(name, StringComparer.Ordinal))
            ? Session.Empty
            : Session.Empty with
            {
                Values = Session.Empty.Values.AddRange(Values.Select(value => KeyValuePair.Create(value.Key, value.Value.Read()!))),
                Sequence = Sequence,
                Counters = Session.Empty.Counters.AddRange(Counters),
                Keys = Public(Keys, endpoint),
            };

    /// <summary>The keys without those of which a value is a secret.</summary>
    private static ValueMap<KeySession> Public(ValueMap<KeySession> keys, EndpointSettings endpoint) => endpoint.Secrets.Count == 0
        ? keys
        : new(keys.Where(key => !key.Value.Values.Keys.Any(name => endpoint.Secrets.Contains(name, StringComparer.Ordinal))));
}

/// <summary>What is known of a key of a subscription beyond a connection.</summary>
/// <param name="Values">The values of names that begin with <c>session.</c>.</param>
/// <param name="Sequence">The highest number of its data that consumers have; null for none.</param>
public sealed record KeySession(ValueMap<SessionValue> Values, long? Sequence)
{
    /// <summary>The number of its values.</summary>
    public override string ToString() => $"key with {Values.Count} values";
}

/// <summary>A value of a session, in a form that can be written down.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Content">The text, the JSON as it is written, or the bytes in Base64.</param>
public sealed record SessionValue(SessionValueKind Kind, string Content)
{
    internal const int MostBytes = Conversation.MostCaptured;

    /// <summary>Its kind.</summary>
    public override string ToString() => $"{Kind}";

    internal static SessionValue Of(TemplateValue value) => value switch
    {
        TemplateValue.Bytes bytes => new(SessionValueKind.Bytes, Convert.ToBase64String(bytes.Value)),
        TemplateValue.Text text => new(SessionValueKind.Text, text.Value),
        _ => new(SessionValueKind.Json, value.AsText()!), // nothing is never captured
    };

    /// <summary>The value; null where the content is none, or is larger than what may be captured.</summary>
    internal TemplateValue? Read()
    {
        switch (Kind)
        {
            case SessionValueKind.Text when Content is { Length: <= MostBytes }:
                return TemplateValue.Of(Content);
            case SessionValueKind.Bytes when Content is { Length: <= MostBytes * 2 }:
                var bytes = new byte[MostBytes * 2];
                return Convert.TryFromBase64String(Content, bytes, out var count) && count <= MostBytes
                    ? TemplateValue.Of(bytes[..count])
                    : null;
            case SessionValueKind.Json when Content is { Length: <= MostBytes }:
                return ReadJson(Content) is { IsNothing: false } json ? json : null;
            default:
                return null;
        }
    }

    private static TemplateValue? ReadJson(string content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return TemplateValue.Of(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

public enum SessionValueKind
{
    Text,

    /// <summary>JSON other than a text.</summary>
    Json,

    Bytes,
}
