using System.Globalization;
using ActorHeartbeat.Service.Operating;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>A column of the table of endpoints.</summary>
/// <param name="Name">Its head.</param>
/// <param name="Order">What it is sorted by; null keeps the worst first.</param>
/// <param name="Text">What a cell says.</param>
/// <param name="IsFigure">Whether it stands at the right edge.</param>
/// <param name="IsMinor">Whether it is left out on a narrow screen.</param>
internal sealed record FleetColumn(
    string Name, Func<Standing, FleetMoment, IComparable>? Order, Func<Standing, FleetMoment, string> Text, bool IsFigure, bool IsMinor)
{
    public static readonly IReadOnlyList<FleetColumn> All =
    [
        new("State", null, (each, _) => each.State, false, false),
        new("Endpoint", (each, _) => each.Endpoint.Id, (each, _) => each.Endpoint.Id, false, false),
        new("Labels", (each, _) => Labels(each), (each, _) => Labels(each), false, true),
        new("For", (each, _) => each.Since, (each, now) => Ages.Since(each.Since, now.At), true, false),
        new("Messages/s", (each, now) => -Rate(each, now), (each, now) => Number(Rate(each, now)), true, true),
        new("Last", (each, _) => each.Endpoint.LastInboundAt ?? default,
            (each, now) => each.Endpoint.LastInboundAt is { } at ? Ages.Since(at, now.At) : "", true, true),
        new("Round trip", (each, _) => -(each.Endpoint.RttMs.Last ?? 0), (each, _) => Milliseconds(each.Endpoint.RttMs.Last), true, true),
        new("p95", (each, _) => -(each.Endpoint.RttMs.P95 ?? 0), (each, _) => Milliseconds(each.Endpoint.RttMs.P95), true, true),
        new("Try", (each, _) => -each.Endpoint.Attempt,
            (each, _) => each.Endpoint.Attempt > 1 ? each.Endpoint.Attempt.ToString(CultureInfo.InvariantCulture) : "", true, true),
        new("Code", (each, _) => -(each.Endpoint.LastClose?.Code ?? 0),
            (each, _) => each.Endpoint.LastClose?.Code?.ToString(CultureInfo.InvariantCulture) ?? "", true, true),
        new("Next try", (each, _) => each.Endpoint.RetryAt ?? DateTimeOffset.MaxValue,
            (each, now) => each.Endpoint.RetryAt is { } at ? Ages.Until(at, now.At) : "", true, false),
        new("Why", (each, _) => each.Why, (each, _) => each.Why, false, false),
    ];

    private static string Labels(Standing each) =>
        string.Join(' ', each.Endpoint.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => label.Value));

    private static double Rate(Standing each, FleetMoment now) => now.Rates.GetValueOrDefault(each.Endpoint.Id);

    private static string Number(double rate) => rate == 0 ? "" : rate.ToString(rate < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);

    private static string Milliseconds(double? value) =>
        value is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known:0.0} ms") : "";
}
