using ActorHeartbeat.Governor;

namespace ActorHeartbeat.Service.Contract;

/// <summary>How the governor of dials stands, as <c>GET /v1/governor</c> shows it.</summary>
/// <param name="Waiting">Dials that wait for a permit.</param>
/// <param name="Connecting">Handshakes in flight.</param>
/// <param name="MaxConnecting">The most of them at once.</param>
/// <param name="NoRoom">What the process is short of; null when it has room.</param>
/// <param name="Budgets">The overall budget, then groups, then up to 100 hosts that are paused or of which something is spent.</param>
/// <param name="FirstInLine">Up to 100 of those that wait, in the order in which they would be granted if nothing held one up.</param>
internal sealed record GovernorView(
    int Waiting,
    int Connecting,
    int MaxConnecting,
    string? NoRoom,
    IReadOnlyList<BudgetView> Budgets,
    IReadOnlyList<WaitingView> FirstInLine)
{
    public static GovernorView Of(GovernorReport report) => new(
        report.Waiting,
        report.Connecting,
        report.MaxConnecting,
        report.NoRoom,
        [.. report.Budgets.Select(BudgetView.Of)],
        [.. report.FirstInLine.Select(each => new WaitingView(each.Endpoint.Value, each.Place, each.Why, each.Until))]);
}

/// <summary>How one budget stands.</summary>
/// <param name="Scope"><c>global</c>, <c>group</c> or <c>host</c>.</param>
/// <param name="Name">The group, or host and port; null for the overall budget.</param>
/// <param name="PerSecond">Dials permitted a second; null for no limit, as the next two.</param>
/// <param name="Burst">The most dials that may start at once.</param>
/// <param name="Left">Dials that may start now.</param>
/// <param name="PausedUntil">Until when no dial of this scope starts; null when it is not paused.</param>
/// <param name="PausedBecause">The failure that called for the pause.</param>
/// <param name="Connections">Connections of a group, dialing or open; null for the other scopes.</param>
/// <param name="MaxConnections">The most of them; null for no limit.</param>
internal sealed record BudgetView(
    string Scope,
    string? Name,
    double? PerSecond,
    double? Burst,
    double? Left,
    DateTimeOffset? PausedUntil,
    string? PausedBecause,
    int? Connections,
    int? MaxConnections)
{
    public static BudgetView Of(BudgetReport budget) => new(
        Spelling.Kebab(budget.Scope),
        budget.Name.Length > 0 ? budget.Name : null,
        Short(budget.Dials?.Rate.PerSecond),
        budget.Dials?.Burst,
        Short(budget.Dials?.Tokens),
        budget.Pause?.Until,
        budget.Pause?.Why,
        budget.Scope == Endpoints.GovernorScope.Group ? budget.Connections : null,
        budget.MaxConnections);

    private static double? Short(double? value) => value is { } known ? Math.Round(known, 3) : null;
}

/// <summary>A dial that waits for a permit.</summary>
/// <param name="Place">Counted from 1.</param>
/// <param name="Why">What holds it up.</param>
/// <param name="Until">When the wait may end; null when only an event can end it.</param>
internal sealed record WaitingView(string Id, int Place, string Why, DateTimeOffset? Until);
