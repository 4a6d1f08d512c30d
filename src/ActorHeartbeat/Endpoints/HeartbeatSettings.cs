namespace ActorHeartbeat.Endpoints;

/// <summary>How the life of a connection is checked.</summary>
public sealed record HeartbeatSettings
{
    /// <summary>The dialect. Default ping (RFC 6455 section 5.5.2).</summary>
    public HeartbeatMode Mode { get; init; } = HeartbeatMode.Ping;

    /// <summary>idle (default): only after silence. always: on schedule whatever came in, as some venues require.</summary>
    public HeartbeatWhen When { get; init; } = HeartbeatWhen.Idle;

    /// <summary>Silence (or, with always, time since the last answer) before a heartbeat is sent. Default 20 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long an answer may take; null means auto: from the measured round trip (RFC 6298), at least 1 s. Default 10 s.
    /// </summary>
    public TimeSpan? Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Missed answers in a row that end the connection. Default 2.</summary>
    public int MaxMissed { get; init; } = 2;

    /// <summary>True: only the matching answer counts as life. False (default): any inbound frame does.</summary>
    public bool Strict { get; init; }

    /// <summary>What text and json modes send.</summary>
    public OutboundMessage? Send { get; init; }

    /// <summary>What counts as the answer in text and json modes.</summary>
    public MessagePattern? Expect { get; init; }

    /// <summary>Answers to a server that asks; null (default) for none. May stand beside any mode.</summary>
    public HeartbeatReply? Reply { get; init; }

    /// <summary>Silence of the server's asking that ends the connection; null (default) for never. Needs <see cref="Reply"/>.</summary>
    public TimeSpan? MaxSilence { get; init; }

    /// <summary>Whether heartbeat answers and asks are delivered as data too. Default false.</summary>
    public bool Deliver { get; init; }
}

public enum HeartbeatMode
{
    Ping,
    Text,
    Json,
    None,
}

public enum HeartbeatWhen
{
    Idle,
    Always,
}

/// <summary>Answers every message that matches <paramref name="Match"/> with <paramref name="Send"/>.</summary>
public sealed record HeartbeatReply(MessagePattern Match, OutboundMessage Send);

/// <summary>A message of the opening dialogue.</summary>
/// <param name="Send">What is sent.</param>
/// <param name="Expect">The answer that must come before the next one is sent; null waits for none.</param>
/// <param name="Timeout">How long the answer may take.</param>
public sealed record OpeningMessage(OutboundMessage Send, MessagePattern? Expect, TimeSpan Timeout);
