using System.Globalization;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Feeds;

/// <summary>
/// The position at which a stream continues: the last number seen of each endpoint, and the run of the
/// process that gave it. Its text form <c>instance;endpoint=seq,endpoint=seq</c> fits an SSE event id.
/// An endpoint that is not named begins with all kept events, because none of them was seen.
/// </summary>
/// <param name="Instance">The run of the process that numbered the events.</param>
/// <param name="LastSeen">The last number seen per endpoint.</param>
public sealed record ResumePoint(string Instance, IReadOnlyDictionary<EndpointId, long> LastSeen)
{
    /// <summary>All events that are still kept, then live ones.</summary>
    public static readonly ResumePoint Oldest = new("", new Dictionary<EndpointId, long>());

    /// <summary>Continues after one endpoint's event.</summary>
    public static ResumePoint After(string instance, EndpointId endpoint, long seq) =>
        new(instance, new Dictionary<EndpointId, long> { [endpoint] = seq });

    /// <summary>Reads the text form; false when it is not one.</summary>
    public static bool TryParse(string? text, out ResumePoint point)
    {
        point = Oldest;
        if (text?.Split(';') is not [{ Length: > 0 } instance, var positions])
            return false;
        var lastSeen = new Dictionary<EndpointId, long>();
        foreach (var position in positions.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (position.Split('=') is not [var endpoint, var number]
                || EndpointId.Reject(endpoint) is not null
                || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
                return false;
            lastSeen[new EndpointId(endpoint)] = seq;
        }
        point = new ResumePoint(instance, lastSeen);
        return true;
    }

    public override string ToString() => $"{Instance};{string.Join(',', LastSeen.Select(position => $"{position.Key}={position.Value}"))}";
}
