using ActorHeartbeat.Connections;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Telemetry;

/// <summary>A figure of an endpoint that only grows, read from what the endpoint counts anyway.</summary>
/// <param name="Name">The name of its instrument.</param>
/// <param name="Unit">As UCUM writes it.</param>
/// <param name="Description">One sentence.</param>
/// <param name="Tags">The tags beside the endpoint, at most two.</param>
/// <param name="Of">Reads it.</param>
internal sealed record EndpointFigure(
    string Name, string Unit, string Description, string[] Tags, Func<EndpointPlane, IEnumerable<FigureValue>> Of)
{
    private const string Receive = "receive", Transmit = "transmit";

    public static readonly IReadOnlyList<EndpointFigure> All =
    [
        new("actorheartbeat.connect.attempts", "{attempt}", "Dials that have ended, by how.", ["outcome", "error.type"], Attempts),
        new(
            "actorheartbeat.disconnects", "{connection}", "Open connections that have ended, by why and with which close code.",
            ["end.reason", "close.class"], Disconnects),
        new(
            "actorheartbeat.ping.timeouts", "{heartbeat}", "Heartbeats that were not answered in time.", [],
            plane => [new(plane.Counters.HeartbeatsMissed)]),
        new(
            "actorheartbeat.messages", "{message}", "Messages, by direction.", ["direction"],
            plane => [new(plane.Feed.MessagesIn, Receive), new(plane.Counters.MessagesOut, Transmit)]),
        new(
            "actorheartbeat.io", "By", "Payload bytes of these messages, by direction.", ["direction"],
            plane => [new(plane.Feed.BytesIn, Receive), new(plane.Counters.BytesOut, Transmit)]),
        new(
            "actorheartbeat.feed.dropped", "{event}", "Events that a subscriber did not get, summed over subscribers.", ["reason"],
            plane => [new(plane.Feed.Dropped, FeedEventJson.NameOf(GapReason.Overflow))]),
        new("actorheartbeat.feed.gaps", "{gap}", "Times in which messages were missed, by why.", ["reason"], Gaps),
    ];

    private static IEnumerable<FigureValue> Attempts(EndpointPlane plane)
    {
        var counts = plane.Counters.Attempts;
        if (!counts.Any(each => each.Key == AttemptEnd.Open))
            yield return new(0, AttemptEnd.OpenOutcome);
        foreach (var (end, count) in counts)
            yield return new(count, end.Outcome, end.ErrorType);
    }

    private static IEnumerable<FigureValue> Disconnects(EndpointPlane plane) =>
        plane.Counters.Disconnects.Select(each => new FigureValue(each.Value, each.Key.Reason, each.Key.CloseClass));

    private static IEnumerable<FigureValue> Gaps(EndpointPlane plane)
    {
        var missing = plane.Feed.Missing; // first: it is part of the gaps, which may grow meanwhile
        yield return new(plane.Feed.Gaps - missing, FeedEventJson.NameOf(GapReason.Disconnected));
        yield return new(missing, FeedEventJson.NameOf(GapReason.Missing));
    }
}

/// <summary>A value with those of its tags; null for a tag that it does not have.</summary>
internal readonly record struct FigureValue(long Count, string? First = null, string? Second = null);
