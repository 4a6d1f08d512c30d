using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Policies;

/// <summary>What an inbound message is to the heartbeat.</summary>
public enum HeartbeatRole
{
    /// <summary>Nothing: it is data.</summary>
    Data,

    /// <summary>The answer to our heartbeat.</summary>
    Answer,

    /// <summary>The server asking for a sign of life.</summary>
    Ask,
}

/// <summary>Tells heartbeat messages from data, for dialects that speak in data messages. Pure.</summary>
public static class HeartbeatDialect
{
    public static HeartbeatRole Classify(HeartbeatSettings heartbeat, MessageKind kind, ReadOnlySpan<byte> payload)
    {
        if (heartbeat.Expect is { } expected && expected.Matches(kind, payload))
            return HeartbeatRole.Answer;
        return heartbeat.Reply is { } reply && reply.Match.Matches(kind, payload) ? HeartbeatRole.Ask : HeartbeatRole.Data;
    }
}
