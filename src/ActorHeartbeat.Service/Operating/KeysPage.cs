using System.Globalization;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Service.Contract;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActorHeartbeat.Service.Operating;

/// <summary>The keys of the subscriptions of an endpoint, those that are not served first.</summary>
internal static class KeysPage
{
    private static readonly string[] Order = ["refused", "stale", "gone", "wanted", "asked", "accepted"];

    /// <param name="isAll">Whether all of its keys were asked for.</param>
    public static IRenderable Of(string endpoint, IEnumerable<SubscriptionView> keys, bool isAll, DateTimeOffset now, int width)
    {
        SubscriptionView[] rows = [.. keys.OrderBy(key => Array.IndexOf(Order, key.State))];
        if (rows.Length == 0)
            return new Text($"{endpoint} has no {(isAll ? "key of a subscription" : "such key")}");
        var counts = rows.CountBy(key => key.State)
            .Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.Value} {each.Key}"));
        SizedColumn[] columns =
        [
            new("SUBSCRIPTION", 24, row => new Cell(rows[row].Subscription, Palette.Plain)),
            new("KEY", 32, row => new Cell(PeerText.Of(rows[row].Key), Palette.Strong)),
            new("STATE", 8, row => new Cell(rows[row].State, StyleOf(rows[row].State))),
            new("FOR", 7, row => new Cell(rows[row].Since is { } since ? Ages.Since(since, now) : "", Palette.Plain)),
            new("NEXT TRY", 9, row => new Cell(NextTry(rows[row], now), Palette.Plain)),
            new("REASON", int.MaxValue, row => new Cell(PeerText.Of(rows[row].Reason), Palette.Plain)),
        ];
        var strip = string.Create(CultureInfo.InvariantCulture, $"{rows.Length} keys  {string.Join("  ", counts)}");
        return new Rows(new Text(strip, Palette.Strong), SizedTable.Of(columns, rows.Length, width));
    }

    private static string NextTry(SubscriptionView key, DateTimeOffset now) => key switch
    {
        { RetryAt: { } at } => Ages.Until(at, now),
        { State: "refused" } => "never",
        _ => "",
    };

    private static Style StyleOf(string state) => state switch
    {
        "accepted" => Palette.Good,
        "wanted" or "asked" => Palette.Warning,
        _ => Palette.Bad,
    };
}
