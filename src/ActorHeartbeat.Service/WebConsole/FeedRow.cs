using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>What has come in for one endpoint, and what its readers have lost.</summary>
internal sealed record FeedRow(
    string Id, int Readers, long Messages, long Bytes, long Gaps, long Dropped, long Duplicates, bool IsHeldBack)
{
    /// <summary>The feeds that have lost most first.</summary>
    public static List<FeedRow> MostLostFirst(IEnumerable<Feed> feeds) =>
    [
        .. feeds.Select(feed => new FeedRow(
                feed.Endpoint.Value,
                feed.Readers,
                feed.MessagesIn,
                feed.BytesIn,
                feed.Gaps,
                feed.Dropped,
                feed.Duplicates,
                feed.IsHeldBack))
            .OrderByDescending(row => row.IsHeldBack)
            .ThenByDescending(row => row.Dropped)
            .ThenByDescending(row => row.Gaps)
            .ThenBy(row => row.Id, StringComparer.Ordinal),
    ];
}
