using System.Globalization;
using ActorHeartbeat.Service.Operating;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>A column of the table of endpoints.</summary>
/// <param name="Name">Its head.</param>
/// <param name="Width">In rem; 0 for what is left.</param>
/// <param name="Order">What it is sorted by; null keeps the worst first.</param>
/// <param name="Text">What a cell says.</param>
/// <param name="Looks">
/// Its classes: <c>figure</c> at the right edge, <c>minor</c> not on a narrow screen, <c>extra</c> on a wide one alone.
/// </param>
internal sealed record FleetColumn(
    string Name, double Width, Func<Standing, FleetMoment, IComparable>? Order, Func<Standing, FleetMoment, string> Text, string Looks)
{
    /// <summary>Whether its order begins with the highest.</summary>
    public bool IsHighestFirst { get; init; }

    /// <summary>Those before the day of an endpoint.</summary>
    public static readonly IReadOnlyList<FleetColumn> All =
    [
        new("State", 7.5, null, (each, _) => each.State, ""),
        new("Endpoint", 10, (each, _) => each.Endpoint.Id, (each, _) => each.Endpoint.Id, ""),
        new("For", 4.5, (each, _) => each.Since, (each, now) => Ages.Since(each.Since, now.At), "figure"),
        new("Next try", 5.5, (each, _) => each.Endpoint.RetryAt ?? DateTimeOffset.MaxValue,
            (each, now) => each.Endpoint.RetryAt is { } at ? Ages.Until(at, now.At) : "", "figure"),
        new("Why", 0, (each, _) => each.Why, (each, _) => each.Why, ""),
        HighestFirst("Msg/s", 4.5, Rate, (each, now) => Number(Rate(each, now)), "minor"),
        new("Last", 4, (each, _) => each.Endpoint.LastInboundAt ?? default,
            (each, now) => each.Endpoint.LastInboundAt is { } at ? Ages.Since(at, now.At) : "", "figure minor"),
        HighestFirst("RTT", 5.5, (each, _) => each.Endpoint.RttMs.Last, (each, _) => Milliseconds(each.Endpoint.RttMs.Last), "minor"),
        HighestFirst("p95", 5.5, (each, _) => each.Endpoint.RttMs.P95, (each, _) => Milliseconds(each.Endpoint.RttMs.P95), "extra"),
        HighestFirst("Try", 3, (each, _) => each.Endpoint.Attempt,
            (each, _) => each.Endpoint.Attempt > 1 ? each.Endpoint.Attempt.ToString(CultureInfo.InvariantCulture) : "", "extra"),
        HighestFirst("Code", 4, (each, _) => each.Endpoint.LastClose?.Code,
            (each, _) => each.Endpoint.LastClose?.Code?.ToString(CultureInfo.InvariantCulture) ?? "", "minor"),
        new("Labels", 9, (each, _) => Labels(each), (each, _) => Labels(each), "extra"),
    ];

    private static FleetColumn HighestFirst(
        string name, double width, Func<Standing, FleetMoment, double?> figure, Func<Standing, FleetMoment, string> text, string looks) =>
        new(name, width, (each, now) => -(figure(each, now) ?? 0), text, $"figure {looks}") { IsHighestFirst = true };

    private static string Labels(Standing each) =>
        string.Join(' ', each.Endpoint.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => label.Value));

    private static double? Rate(Standing each, FleetMoment now) => now.Rates.TryGetValue(each.Endpoint.Id, out var rate) ? rate : null;

    private static string Number(double? rate) =>
        rate is { } known and not 0 ? known.ToString(known < 10 ? "0.0" : "0", CultureInfo.InvariantCulture) : "";

    private static string Milliseconds(double? value) =>
        value is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known:0.0} ms") : "";
}
