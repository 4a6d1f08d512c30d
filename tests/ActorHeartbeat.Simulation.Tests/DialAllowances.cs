using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>
/// The dials that the settings allow: per scope at most rate x t + burst, across all reloads, and at most max-connections of a
/// group. In the instant of a reload a dial may belong to either configuration. Until that instant is over, a dial is charged to the
/// old budget, and only to scopes that both configurations have; the rest of the budget is carried over. A new budget starts full.
/// </summary>
internal sealed class DialAllowances(Action<string> broken)
{
    private readonly Dictionary<string, Allowance> _hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _connections = new(StringComparer.Ordinal);
    private Dictionary<string, Allowance> _budgets = new(StringComparer.Ordinal);
    private Budgets? _present, _coming;
    private TimeSpan _comingAt;

    public void Configure(Budgets budgets, TimeSpan now)
    {
        Arrive(now);
        if (_present is null)
            Take(budgets, now);
        else
            (_coming, _comingAt) = (budgets, now);
    }

    /// <summary>Charges a dial of an endpoint with these settings to this URL.</summary>
    /// <param name="isCertain">Whether the endpoint asked for the permit with these
    /// settings; just after a change it may have used the settings before.</param>
    public void Dial(EndpointSettings settings, Uri url, bool isCertain, TimeSpan now)
    {
        Arrive(now);
        Spend(Budgets.Overall, now);
        if (!isCertain)
            return;
        if (settings.Group is { } group)
            Spend(group, now);
        // The budgets are configured before the first dial.
        if (_present!.PerHost.ConnectRate is { } rate && _coming is null or { PerHost.ConnectRate: not null })
        {
            _hosts.TryGetValue(url.Authority, out var host);
            Charge(url.Authority, _hosts, host.Rate.Count > 0 ? host : Allowance.Full(rate, _present.PerHost.ConnectBurst, now), now);
        }
    }

    /// <summary>Counts a new connection of this group; null when its group is not certain.</summary>
    public void Connected(string? group, TimeSpan now)
    {
        if (group is null)
            return;
        Arrive(now);
        var connections = _connections[group] = _connections.GetValueOrDefault(group) + 1;
        if (connections > _present!.MostConnections(group) && (_coming is null || connections > _coming.MostConnections(group)))
            broken($"6: {connections} connections of group {group}, at most {_present.MostConnections(group)} are allowed");
    }

    public void Disconnected(string? group)
    {
        if (group is not null)
            _connections[group]--;
    }

    private void Arrive(TimeSpan now)
    {
        if (_coming is not { } coming || now <= _comingAt)
            return;
        _coming = null;
        Take(coming, _comingAt);
    }

    private void Take(Budgets budgets, TimeSpan at)
    {
        _budgets = budgets.All.ToDictionary(
            budget => budget.Scope,
            budget =>
                _budgets.TryGetValue(budget.Scope, out var before)
                    ? before.With(budget.Rate, budget.Burst, at)
                    : Allowance.Full(budget.Rate, budget.Burst, at),
            StringComparer.Ordinal);
        foreach (var (host, before) in _hosts.ToArray())
        {
            // Forget a host whose budget is full, so that a new burst applies to it at once.
            if (budgets.PerHost.ConnectRate is not { } rate || before.IsFullAt(at))
                _hosts.Remove(host);
            else
                _hosts[host] = before.With(rate, budgets.PerHost.ConnectBurst, at);
        }
        _present = budgets;
    }

    private void Spend(string scope, TimeSpan now)
    {
        if (_budgets.TryGetValue(scope, out var allowance) && (_coming is null || _coming.All.Any(budget => budget.Scope == scope)))
            Charge(scope, _budgets, allowance, now);
    }

    private void Charge(string scope, Dictionary<string, Allowance> to, Allowance allowance, TimeSpan now)
    {
        var left = allowance.At(now) with { Left = allowance.At(now).Left - 1 };
        to[scope] = left;
        if (left.Left < -1e-6)
            broken($"6: {-left.Left:0.###} dials more than the rate of {scope} allows");
    }

    private readonly record struct Allowance(Rate Rate, double Burst, double Left, TimeSpan Since)
    {
        public static Allowance Full(Rate rate, double burst, TimeSpan now) => new(rate, burst, burst, now);

        public Allowance At(TimeSpan now) =>
            this with
            {
                Left = Math.Min(Burst, Left + ((now - Since).TotalSeconds * Rate.PerSecond)),
                Since = now,
            };

        public Allowance With(Rate rate, double burst, TimeSpan now) => new(rate, burst, Math.Min(burst, At(now).Left), now);

        public bool IsFullAt(TimeSpan now) => At(now).Left > Burst - 1e-6;
    }
}

/// <summary>The budgets of a configuration.</summary>
internal sealed record Budgets(SupervisorSettings Supervisor, ValueMap<GroupSettings> Groups)
{
    public const string Overall = "all";

    public HostSettings PerHost => Supervisor.PerHost;

    /// <summary>The budgets whose scope has a fixed name, unlike those of hosts.</summary>
    public IReadOnlyList<(string Scope, Rate Rate, double Burst)> All { get; } =
    [
        (Overall, Supervisor.ConnectRate, Supervisor.ConnectBurst),
        .. Groups
            .Values.Where(group => group.ConnectRate is not null)
            .Select(group => (group.Name, group.ConnectRate!.Value, (double)group.ConnectBurst)), // the others have no rate
    ];

    public int MostConnections(string group) =>
        Groups.TryGetValue(group, out var settings) && settings.MaxConnections is { } most ? most : int.MaxValue;

    /// <summary>
    /// The longest time for this many dials, one after the other, when each may wait for the overall rate, its group and its host.
    /// </summary>
    public TimeSpan TimeFor(int dials)
    {
        var groups = Groups
            .Values.Select(group => group.ConnectRate?.PerSecond ?? double.PositiveInfinity)
            .Append(double.PositiveInfinity)
            .Min();
        return TimeSpan.FromSeconds(
            dials
                * (
                    (1 / Supervisor.ConnectRate.PerSecond)
                    + (1 / groups)
                    + (1 / (PerHost.ConnectRate?.PerSecond ?? double.PositiveInfinity))));
    }
}
