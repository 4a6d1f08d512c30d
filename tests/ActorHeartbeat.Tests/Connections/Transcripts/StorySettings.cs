using System.Globalization;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Tests.Connections.Transcripts;

/// <summary>Parses settings as transcripts write them: <c>key=value key=value</c>, with an underscore for a space in a value.</summary>
internal static class StorySettings
{
    public static EndpointSettings With(EndpointSettings settings, IEnumerable<string> words) =>
        words.Select(word => word.Split('=', 2)).Aggregate(settings, (before, pair) => With(before, pair[0], pair[1].Replace('_', ' ')));

    /// <summary>Parses <c>4s</c>, <c>250ms</c>, <c>5m</c> or <c>2h</c>.</summary>
    public static TimeSpan Time(string text)
    {
        var unit = text.TrimStart("0123456789.".ToCharArray());
        var number = double.Parse(text[..^unit.Length], CultureInfo.InvariantCulture);
        return unit switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            "h" => TimeSpan.FromHours(number),
            _ => throw new FormatException($"'{text}' is no time"),
        };
    }

    private static EndpointSettings With(EndpointSettings all, string key, string value) => key switch
    {
        "url" => all with { Url = new Uri(value) },
        "urls" => all with { Urls = [.. value.Split(',').Select(url => new Uri(url))] },
        "group" => all with { Group = value },
        "token-file" => all with { Headers = ValueMap.By(_ => "Authorization", [SecretValue.File(value)]) },
        "on-open" => all with { OnOpen = [.. value.Split(',').Select(Opening)] },
        "on-close" => all with { OnClose = [OutboundMessage.Text(value)] },
        "flap" => all with { Flap = new FlapSettings(Numbers(value)[0], TimeSpan.FromSeconds(Numbers(value)[1]), TimeSpan.FromMinutes(5)) },
        "max-age" => all with { MaxAge = new RotationSettings(Time(value), 0, TimeSpan.FromSeconds(5)) },
        "ready-when" => all with
        {
            MaxAge = new RotationSettings(TimeSpan.FromDays(1), 0, TimeSpan.FromSeconds(5)) { ReadyWhen = Pattern(value) },
        },
        "outcomes" => all with { Outcomes = Outcomes(value) },
        "max-message" => all with { Limits = all.Limits with { Message = int.Parse(value, CultureInfo.InvariantCulture) } },
        "send-queue" => all with { Limits = all.Limits with { SendQueue = int.Parse(value, CultureInfo.InvariantCulture) } },
        "while-down" => all with { Send = all.Send with { WhileDown = Enum.Parse<SendWhileDown>(value, ignoreCase: true) } },
        "time-to-live" => all with { Send = all.Send with { TimeToLive = Time(value) } },
        "data-idle" => all with { Timeouts = all.Timeouts with { DataIdle = new DataIdleSettings(Time(value)) } },
        "connect" => all with { Timeouts = all.Timeouts with { Connect = Time(value) } },
        "initial" => all with { Backoff = all.Backoff with { Initial = Time(value) } },
        "max" => all with { Backoff = all.Backoff with { Max = Time(value) } },
        "reset-after" => all with { Backoff = all.Backoff with { ResetAfter = Time(value) } },
        "max-attempts" => all with { Backoff = all.Backoff with { MaxAttempts = int.Parse(value, CultureInfo.InvariantCulture) } },
        _ => all with { Heartbeat = With(all.Heartbeat, key, value) },
    };

    private static HeartbeatSettings With(HeartbeatSettings all, string key, string value) => key switch
    {
        "mode" => all with { Mode = Enum.Parse<HeartbeatMode>(value, ignoreCase: true) },
        "interval" => all with { Interval = Time(value) },
        "timeout" => all with { Timeout = Time(value) },
        "max-missed" => all with { MaxMissed = int.Parse(value, CultureInfo.InvariantCulture) },
        "strict" => all with { Strict = bool.Parse(value) },
        "send" => all with { Send = OutboundMessage.Text(value) },
        "expect" => all with { Expect = Pattern(value) },
        "reply" => all with { Reply = Reply(value.Split(':')) },
        "max-silence" => all with { MaxSilence = Time(value) },
        _ => throw new FormatException($"'{key}' is no setting of a story"),
    };

    private static HeartbeatReply Reply(string[] parts) => new(new MessagePattern.Text(parts[0]), OutboundMessage.Text(parts[1]));

    private static DialogueStep Opening(string text)
    {
        var parts = text.Split(':');
        if (parts[0] == "wait")
            return new DialogueStep(null, null, TimeSpan.FromSeconds(5)) { Wait = Time(parts[1]) };
        return new DialogueStep(
            OutboundMessage.Text(parts[0]), parts.Length > 1 ? new MessagePattern.Text(parts[1]) : null, TimeSpan.FromSeconds(5));
    }

    /// <summary>Parses <c>/id:7</c> as a JSON pattern, and anything else as the whole text.</summary>
    private static MessagePattern Pattern(string text) => text.StartsWith('/')
        ? new MessagePattern.Json([new JsonExpectation(text.Split(':')[0], text.Split(':')[1])])
        : new MessagePattern.Text(text);

    /// <summary>Parses <c>403:Stop,502:NextUrl</c>: the actions for HTTP statuses of refused handshakes and for close codes.</summary>
    private static OutcomeSettings Outcomes(string text) => new(
        [.. text.Split(',').Select(rule => rule.Split(':')).Select(rule => Rule(rule[0], rule[1]))],
        OutcomeAction.Retry);

    private static OutcomeRule Rule(string status, string action)
    {
        var code = int.Parse(status, CultureInfo.InvariantCulture);
        var then = Enum.Parse<OutcomeAction>(action);
        return code < 1000 ? new OutcomeRule { HttpStatus = [code], Then = then } : new OutcomeRule { CloseCode = [code], Then = then };
    }

    private static int[] Numbers(string text) => [.. text.Split('/').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
}
