using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Policies;

/// <summary>The role of an inbound message for the heartbeat.</summary>
public enum HeartbeatRole
{
    /// <summary>None: the message is data.</summary>
    Data,

    /// <summary>The answer to our heartbeat.</summary>
    Answer,

    /// <summary>The server asks for a sign of life.</summary>
    Ask,
}

/// <summary>Tells heartbeat messages from data, for dialects that use data messages. Pure.</summary>
public static class HeartbeatDialect
{
    public static HeartbeatRole Classify(HeartbeatSettings heartbeat, ReadOnlySpan<byte> payload)
    {
        if (heartbeat.Expect is { } expected && expected.Matches(payload))
            return HeartbeatRole.Answer;
        return heartbeat.Reply is { } reply && reply.Match.Matches(payload) ? HeartbeatRole.Ask : HeartbeatRole.Data;
    }
}
