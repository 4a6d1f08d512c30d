using System.Text.Json;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Conversations;

/// <summary>What is wrong with the words of a heartbeat, in code or in a file: in one line, null when nothing is. Pure.</summary>
internal static class HeartbeatWords
{
    private static readonly HeartbeatMode[] Messages =
        [HeartbeatMode.Text, HeartbeatMode.Json, HeartbeatMode.Message];

    private static readonly HeartbeatMode[] Asking = [HeartbeatMode.Ping, .. Messages];

    /// <summary>The settings that only some modes have.</summary>
    public static readonly IReadOnlyList<(Setting<EndpointSettings> Setting, HeartbeatMode[] Modes)> OfModes =
    [
        (EndpointSetting.HeartbeatWhen, Asking),
        (EndpointSetting.HeartbeatInterval, Asking),
        (EndpointSetting.HeartbeatTimeout, Asking),
        (EndpointSetting.HeartbeatMaxMissed, Asking),
        (EndpointSetting.HeartbeatStrict, Asking),
        (EndpointSetting.HeartbeatFirst, Asking),
        (EndpointSetting.HeartbeatLet, Messages),
        (EndpointSetting.HeartbeatSend, Messages),
        (EndpointSetting.HeartbeatExpect, Messages),
    ];

    /// <summary>Two settings each, and how they contradict each other.</summary>
    public static readonly IReadOnlyList<Contradiction> Contradictions =
    [
        new(EndpointSetting.HeartbeatInterval, EndpointSetting.HeartbeatTimeout, heartbeat =>
            Asks(heartbeat) && heartbeat.Timeout is { } timeout && heartbeat.Interval < timeout
                ? $"heartbeat.interval {Words.Spell(heartbeat.Interval)} is shorter than heartbeat.timeout {Words.Spell(timeout)}; "
                    + "lower the timeout too, or let it be auto"
                : null),
        new(EndpointSetting.HeartbeatMode, EndpointSetting.HeartbeatSend, heartbeat =>
            IsMessage(heartbeat) && heartbeat is { Send: null, Reply: null }
                ? $"heartbeat.mode = {Combinations.Kebab(heartbeat.Mode)} needs heartbeat.send, what to ask, or heartbeat.reply, what to "
                    + "answer"
                : null),
        new(EndpointSetting.HeartbeatExpect, EndpointSetting.HeartbeatSend, heartbeat =>
            heartbeat is { Expect: not null, Send: null }
                ? "heartbeat.expect waits for an answer, but heartbeat.send asks nothing; add heartbeat.send, or make what comes unasked a "
                    + "rule of on-message with is = beat"
                : null),
        new(EndpointSetting.HeartbeatStrict, EndpointSetting.HeartbeatExpect, heartbeat =>
            IsMessage(heartbeat) && heartbeat is { Strict: true, Send: not null, Expect: null }
                ? "heartbeat.strict counts only the matching answer, but heartbeat.expect names none"
                : null),
        new(EndpointSetting.HeartbeatExpect, EndpointSetting.HeartbeatMode, heartbeat => heartbeat switch
        {
            { Mode: HeartbeatMode.Text, Expect: MessagePattern.Json } =>
                "heartbeat.mode = text compares the whole answer, but heartbeat.expect has JSON pointers; use mode = json",
            { Mode: HeartbeatMode.Json, Expect: MessagePattern.Text } =>
                "heartbeat.mode = json compares by JSON pointers such as { \"/type\" = pong }, but heartbeat.expect is text",
            _ => null,
        }),
        new(EndpointSetting.HeartbeatSend, EndpointSetting.HeartbeatMode, heartbeat =>
            heartbeat is { Mode: HeartbeatMode.Json, Send: { } message } && !IsJson(message)
                ? "heartbeat.mode = json, but heartbeat.send is no JSON; write an object, or use mode = text"
                : null),
    ];

    /// <summary>Why a setting has no meaning in a mode; null when it has one.</summary>
    public static string? RejectMode(Setting<EndpointSettings> setting, HeartbeatMode[] modes, HeartbeatMode mode) => modes.Contains(mode)
        ? null
        : $"{setting.Key} belongs to the modes {string.Join(", ", modes.Select(each => Combinations.Kebab(each)))}; mode = "
            + Combinations.Kebab(mode);

    /// <param name="heartbeat">What came of the words.</param>
    /// <param name="says">Whether a word was said, by its key.</param>
    public static string? Reject(HeartbeatSettings heartbeat, Predicate<string> says) => Contradictions
        .Select(each => each.Reject(heartbeat))
        .Concat(OfModes
            .Where(each => says(each.Setting.Key))
            .Select(each => RejectMode(each.Setting, each.Modes, heartbeat.Mode)))
        .FirstOrDefault(fault => fault is not null);

    private static bool IsMessage(HeartbeatSettings heartbeat) => Messages.Contains(heartbeat.Mode);

    private static bool Asks(HeartbeatSettings heartbeat) =>
        heartbeat.Mode == HeartbeatMode.Ping || (IsMessage(heartbeat) && heartbeat is not { Send: null, Reply: not null });

    private static bool IsJson(MessageTemplate message)
    {
        var reader = new Utf8JsonReader(message.Written.Span);
        try
        {
            while (reader.Read())
            {
                // The reader throws on invalid JSON.
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>How two settings of a heartbeat contradict each other.</summary>
    internal sealed record Contradiction(
        Setting<EndpointSettings> Setting, Setting<EndpointSettings> Other, Func<HeartbeatSettings, string?> Reject);
}
