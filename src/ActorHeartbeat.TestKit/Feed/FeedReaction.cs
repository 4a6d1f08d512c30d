using System.Text.Json;

namespace ActorHeartbeat.TestKit;

/// <summary>The server's reaction to a text message. Pure: path and text in, reaction out.</summary>
/// <param name="Reply">The reply; null for none.</param>
/// <param name="Kind">The kind of the message.</param>
internal readonly record struct FeedReaction(string? Reply, FeedMessageKind Kind)
{
    public const string Question = """{"event":"ping"}""";

    private static readonly FeedReaction Data = new(null, FeedMessageKind.Data);

    public static FeedReaction To(FeedPath path, string text)
    {
        if (path.Path == FeedPath.Echo)
            return new FeedReaction(text, FeedMessageKind.Data);
        return text.StartsWith('{') ? ToJson(path, text) : ToWord(path, text);
    }

    private static FeedReaction ToWord(FeedPath path, string text) => (path.Dialect, text) switch
    {
        (FeedDialect.Text, "ping") => new FeedReaction("pong", FeedMessageKind.Heartbeat),
        (_, "start sending") when path.Path == FeedPath.StartStop => new FeedReaction(null, FeedMessageKind.Start),
        (_, "stop") when path.Path == FeedPath.StartStop => new FeedReaction(null, FeedMessageKind.Stop),
        _ => Data,
    };

    private static FeedReaction ToJson(FeedPath path, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return ToObject(path, text, document.RootElement);
        }
        catch (JsonException)
        {
            return Data;
        }
    }

    private static FeedReaction ToObject(FeedPath path, string text, JsonElement message) =>
        path.Dialect switch
        {
            FeedDialect.Json when Has(message, "type", "ping") => new FeedReaction(
                """{"type":"ping","status":"pong"}""",
                FeedMessageKind.Heartbeat),
            FeedDialect.ModeCode when Has(message, "ModeCode", "heart_beat") => new FeedReaction(text, FeedMessageKind.Heartbeat),
            FeedDialect.ModeCode when message.TryGetProperty("ModeCode", out _) => new FeedReaction(text, FeedMessageKind.Data),
            FeedDialect.Mexc when Has(message, "method", "ping") => new FeedReaction("""{"channel":"pong"}""", FeedMessageKind.Heartbeat),
            FeedDialect.Asks when Has(message, "event", "pong") => new FeedReaction(null, FeedMessageKind.Answer),
            _ when Has(message, "method", "SUBSCRIBE") => new FeedReaction(Acknowledge(message), FeedMessageKind.Start),
            _ when Has(message, "method", "UNSUBSCRIBE") => new FeedReaction(Acknowledge(message), FeedMessageKind.Stop),
            _ => Data,
        };

    private static bool Has(JsonElement message, string name, string value) =>
        message.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String && found.ValueEquals(value);

    private static string Acknowledge(JsonElement message) =>
        $$"""{"id":{{(message.TryGetProperty("id", out var id) ? id.GetRawText() : "null")}},"result":null}""";
}

internal enum FeedMessageKind
{
    Data,

    /// <summary>A heartbeat of the path's dialect.</summary>
    Heartbeat,

    /// <summary>The answer to the server's own question.</summary>
    Answer,

    /// <summary>Asks for the ticks to begin.</summary>
    Start,

    /// <summary>Asks for the ticks to end.</summary>
    Stop,
}
