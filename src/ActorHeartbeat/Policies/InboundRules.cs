using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Policies;

/// <summary>
/// The rules for the messages of an endpoint: those of <c>on-message</c>, then the short form <c>heartbeat.reply</c>. Pure.
/// </summary>
internal sealed class InboundRules
{
    private readonly MessageRule[] _rules;

    public InboundRules(EndpointSettings settings)
    {
        var heartbeat = settings.Heartbeat;
        _rules = heartbeat.Reply is not { } reply
            ? [.. settings.OnMessage]
            :
            [
                .. settings.OnMessage,
                new MessageRule { Match = reply.Match, Is = MessageRole.Beat, Reply = reply.Send, Deliver = heartbeat.Deliver },
            ];
    }

    /// <summary>Finds the first rule that matches.</summary>
    /// <param name="payload">The message.</param>
    /// <param name="number">Its place, from 1.</param>
    /// <returns>Null when none matches.</returns>
    public MessageRule? Find(ReadOnlySpan<byte> payload, out int number)
    {
        for (var index = 0; index < _rules.Length; index++)
        {
            if (!_rules[index].Match.Matches(payload))
                continue;
            number = index + 1;
            return _rules[index];
        }
        number = 0;
        return null;
    }
}
