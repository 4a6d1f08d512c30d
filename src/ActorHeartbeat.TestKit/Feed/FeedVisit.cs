using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ActorHeartbeat.TestKit;

/// <summary>The request of a handshake: name, path and ticks.</summary>
internal sealed record FeedVisit(string Name, FeedPath Path, TickSettings Tick)
{
    /// <summary>The longest <c>?name=</c> that is accepted; a longer one is refused with 400.</summary>
    public const int MaxName = 128;

    /// <summary>Reads the query. A malformed number counts as absent: a test server is tolerant where that costs nothing.</summary>
    public static FeedVisit Read(FeedPath path, string name, IQueryCollection query, double defaultRate)
    {
        var rate = Number(query, "rate");
        var tick = new TickSettings(
            Math.Clamp(path.Path == FeedPath.Quiet ? 0 : rate ?? (path.Ticks ? defaultRate : 0), 0, TickSettings.MaxRate),
            (int)Math.Clamp(Number(query, "size") ?? 0, 0, TickSettings.MaxSize),
            query["binary"] == "true",
            path.Path == FeedPath.StartStop || query["start"] == "hello");
        return new FeedVisit(name, path, tick);
    }

    public static double? Number(IQueryCollection query, string key) =>
        double.TryParse(query[key], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : null;
}

/// <summary>The ticks of a connection.</summary>
/// <param name="Rate">Ticks per second; 0 for none.</param>
/// <param name="Size">The least size of a tick in bytes, reached by padding.</param>
/// <param name="Binary">Whether ticks are binary messages.</param>
/// <param name="WaitsForHello">Whether ticks begin only when the client asks for them.</param>
internal sealed record TickSettings(double Rate, int Size, bool Binary, bool WaitsForHello)
{
    public const double MaxRate = 1_000_000;
    public const int MaxSize = 16 * 1024 * 1024;
}
