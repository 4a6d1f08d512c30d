using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>How the life of a connection is checked.</summary>
public sealed record HeartbeatSettings
{
    /// <summary>The dialect. Default ping (RFC 6455 section 5.5.2).</summary>
    public HeartbeatMode Mode { get; init; } = HeartbeatMode.Ping;

    /// <summary>idle (default): only after silence. always: on schedule even when frames arrive, as some venues require.</summary>
    public HeartbeatWhen When { get; init; } = HeartbeatWhen.Idle;

    /// <summary>Silence (or, with always, time since the last answer) before a heartbeat is sent. Default 20 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long an answer may take; null means auto: from the measured round trip (RFC 6298), at least 1 s. Default 10 s.
    /// </summary>
    public TimeSpan? Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Missed answers in a row that end the connection. Default 2.</summary>
    public int MaxMissed { get; init; } = 2;

    /// <summary>True: only the matching answer counts. False (default): any inbound frame answers a heartbeat.</summary>
    public bool Strict { get; init; }

    /// <summary>When the first heartbeat is sent. Default an interval after the connection is open.</summary>
    public FirstHeartbeat First { get; init; }

    /// <summary>Values by name for the message and its answer, filled once for each heartbeat. Default none.</summary>
    public ValueMap<ValueTemplate> Let { get; init; } = ValueMap<ValueTemplate>.Empty;

    /// <summary>The heartbeat message, in every mode but ping and none.</summary>
    public MessageTemplate? Send { get; init; }

    /// <summary>The pattern of the answer to it. Its placeholders are filled when the heartbeat is sent.</summary>
    public MessagePattern? Expect { get; init; }

    /// <summary>
    /// The reply to a server that asks for a sign of life; null (default) for none. Combines with any mode. The short form of a rule behind
    /// those of <see cref="EndpointSettings.OnMessage"/>.
    /// </summary>
    public HeartbeatReply? Reply { get; init; }

    /// <summary>
    /// How long nothing at all may come in, data or sign of life, before the connection ends; null (default) for no limit.
    /// </summary>
    public TimeSpan? MaxSilence { get; init; }

    /// <summary>Whether heartbeat answers and the server's requests are also delivered as data. Default false.</summary>
    public bool Deliver { get; init; }
}

public enum HeartbeatMode
{
    Ping,
    Text,
    Json,

    /// <summary>Whatever <see cref="HeartbeatSettings.Send"/> is, and whatever is expected for it.</summary>
    Message,
    None,
}

/// <summary>When the first heartbeat of a connection is sent.</summary>
public enum FirstHeartbeat
{
    /// <summary>An interval after it is open.</summary>
    Interval,

    /// <summary>After a random part of the interval, so that a fleet does not speak at once.</summary>
    Jitter,

    /// <summary>When it opens.</summary>
    Now,
}

public enum HeartbeatWhen
{
    Idle,
    Always,
}

/// <summary>Answers every message that matches <paramref name="Match"/> with <paramref name="Send"/>.</summary>
public sealed record HeartbeatReply(MessagePattern Match, MessageTemplate Send);
