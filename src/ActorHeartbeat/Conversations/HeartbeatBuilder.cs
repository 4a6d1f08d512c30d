using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Conversations;

/// <summary>
/// Says how the life of a connection is checked. Without <c>Send</c> or <c>Mode</c> it is a ping (RFC 6455 section 5.5.2).
/// </summary>
public sealed class HeartbeatBuilder
{
    private readonly HashSet<string> _words = new(StringComparer.Ordinal);
    private HeartbeatSettings _said;

    private HeartbeatBuilder(HeartbeatSettings settings) => _said = settings;

    /// <summary>The dialect. Default ping; <c>Send</c> makes it a message.</summary>
    public HeartbeatBuilder Mode(HeartbeatMode mode) => Say("mode", heartbeat => heartbeat with { Mode = mode });

    /// <summary>Sends a text message as the heartbeat.</summary>
    /// <param name="text">The text, with placeholders (<see cref="Template"/>).</param>
    /// <exception cref="FormatException">A placeholder is malformed, or may not stand here.</exception>
    public HeartbeatBuilder Send(string text) => Send(Spoken.Text(text, TemplatePlace.Message));

    /// <summary>Sends JSON as the heartbeat.</summary>
    /// <param name="json">The JSON; a text in it that is one placeholder becomes the JSON value that it stands for.</param>
    /// <exception cref="FormatException">It is no JSON, or a placeholder is malformed.</exception>
    public HeartbeatBuilder SendJson(string json) => Send(Spoken.Json(json, TemplatePlace.Message));

    /// <summary>Sends a binary message as the heartbeat.</summary>
    /// <param name="hex">Hexadecimal digits, two for each byte, with placeholders between them.</param>
    /// <exception cref="FormatException">It is something else.</exception>
    public HeartbeatBuilder SendBytes(string hex) => Send(Spoken.Bytes(hex, TemplatePlace.Message));

    /// <summary>Sends a message as the heartbeat.</summary>
    public HeartbeatBuilder Send(MessageTemplate message) => Say("send", heartbeat => heartbeat with
    {
        Mode = _words.Contains(EndpointSetting.HeartbeatMode.Key) ? heartbeat.Mode : HeartbeatMode.Message,
        Send = Spoken.Fitting(message, TemplatePlace.Message),
    });

    /// <summary>The whole text that answers it.</summary>
    /// <inheritdoc cref="Match.Text(string)"/>
    public HeartbeatBuilder Expect(string text) => Expect(Match.Text(text));

    /// <summary>The answer to it. Default: any message counts.</summary>
    /// <param name="pattern">The pattern. Its placeholders are filled when the heartbeat is sent.</param>
    /// <exception cref="FormatException">A placeholder in it may not stand in a pattern.</exception>
    /// <exception cref="ArgumentException">It looks at a status, which no message has.</exception>
    public HeartbeatBuilder Expect(MessagePattern pattern) =>
        Say("expect", heartbeat => heartbeat with { Expect = Spoken.OfMessage(pattern) });

    /// <summary>The time of silence before a heartbeat, or with always the time between two (<c>interval</c>). Default 20 s.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above zero.</exception>
    public HeartbeatBuilder Every(TimeSpan interval) =>
        Say("interval", heartbeat => heartbeat with { Interval = Spoken.Within(EndpointSetting.HeartbeatInterval, interval) });

    /// <summary>How long an answer may take; null is auto, from the measured round trip (RFC 6298). Default 10 s.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above zero.</exception>
    public HeartbeatBuilder Timeout(TimeSpan? time) =>
        Say("timeout", heartbeat => heartbeat with { Timeout = Spoken.Within(EndpointSetting.HeartbeatTimeout, time) });

    /// <summary>Missed answers in a row that end the connection. Default 2.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public HeartbeatBuilder MaxMissed(int answers) => Say("max-missed", heartbeat =>
        heartbeat with { MaxMissed = Spoken.Within(EndpointSetting.HeartbeatMaxMissed, answers) });

    /// <summary>Only the matching answer counts. Default off: any frame of the peer answers.</summary>
    public HeartbeatBuilder Strict() => Say("strict", heartbeat => heartbeat with { Strict = true });

    /// <summary>Whether a heartbeat is sent although frames arrive. Default idle: only after silence.</summary>
    public HeartbeatBuilder When(HeartbeatWhen when) => Say("when", heartbeat => heartbeat with { When = when });

    /// <summary>When the first heartbeat is sent. Default an interval after the connection is open.</summary>
    public HeartbeatBuilder First(FirstHeartbeat first) => Say("first", heartbeat => heartbeat with { First = first });

    /// <summary>Names a value for the message and its answer; it is filled once for each heartbeat.</summary>
    /// <inheritdoc cref="StepBuilder.Let(string, string)"/>
    public HeartbeatBuilder Let(string name, string value) => Let(name, ValueTemplate.Text(value));

    /// <summary>Names a JSON value for the message and its answer.</summary>
    /// <inheritdoc cref="StepBuilder.LetJson"/>
    public HeartbeatBuilder LetJson(string name, string json) => Let(name, ValueTemplate.Json(Spoken.Compact(json)));

    /// <summary>
    /// Answers a server that asks for a sign of life, whatever the mode; the short form of a rule behind all others. Default: nothing is
    /// answered.
    /// </summary>
    /// <param name="match">The question.</param>
    /// <param name="send">The answer; it may take values of the question, as in <c>@{/id}</c>.</param>
    /// <exception cref="FormatException">A placeholder may not stand where it stands.</exception>
    /// <exception cref="ArgumentException">The question looks at a status, which no message has.</exception>
    public HeartbeatBuilder Reply(MessagePattern match, MessageTemplate send) => Say("reply", heartbeat => heartbeat with
    {
        Reply = new HeartbeatReply(Spoken.OfMessage(match), Spoken.Fitting(send, TemplatePlace.Answer)),
    });

    /// <inheritdoc cref="Reply(MessagePattern, MessageTemplate)"/>
    public HeartbeatBuilder Reply(MessagePattern match, string send) => Reply(match, MessageTemplate.Text(send));

    /// <summary>How long nothing at all may come in before the connection ends; it needs no heartbeat. Default: no limit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above zero.</exception>
    public HeartbeatBuilder MaxSilence(TimeSpan time) =>
        Say("max-silence", heartbeat => heartbeat with { MaxSilence = Spoken.Within(EndpointSetting.HeartbeatMaxSilence, time) });

    /// <summary>Delivers answers and the server's questions as data too. Default off.</summary>
    public HeartbeatBuilder Deliver() => Say("deliver", heartbeat => heartbeat with { Deliver = true });

    internal static HeartbeatSettings Make(HeartbeatSettings settings, Action<HeartbeatBuilder> say)
    {
        var builder = new HeartbeatBuilder(settings);
        say(builder);
        Spoken.RefuseTogether(HeartbeatWords.Reject(builder._said, builder._words.Contains));
        return builder._said;
    }

    private HeartbeatBuilder Let(string name, ValueTemplate value) =>
        Say("let", heartbeat => heartbeat with { Let = Spoken.Let(heartbeat.Let, name, value, TemplatePlace.Message) });

    private HeartbeatBuilder Say(string word, Func<HeartbeatSettings, HeartbeatSettings> say)
    {
        _words.Add($"heartbeat.{word}");
        _said = say(_said);
        return this;
    }
}
