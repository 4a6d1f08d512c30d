using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>
/// What may be dialed, by the words of the settings: per scope at most rate x t + burst, over every reload, and at most so many connections
/// of a group. In the moment of a reload a dial may be of either configuration: until that moment is over only what both allow is charged,
/// to the budget from before, and what is left then is carried over. A budget that comes to be is full.
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

    /// <summary>An endpoint of these settings begins to dial this URL.</summary>
    /// <param name="isCertain">Whether the permit was asked for with these settings; just after they changed it may have been with those
    /// before.</param>
    public void Dial(EndpointSettings settings, Uri url, bool isCertain, TimeSpan now)
    {
        Arrive(now);
        Spend(Budgets.Overall, now);
        if (!isCertain)
            return;
        if (settings.Group is { } group)
            Spend(group, now);
        // configured before anything dials
        if (_present!.PerHost.ConnectRate is { } rate && _coming is null or { PerHost.ConnectRate: not null })
        {
            _hosts.TryGetValue(url.Authority, out var host);
            Charge(url.Authority, _hosts, host.Rate.Count > 0 ? host : Allowance.Full(rate, _present.PerHost.ConnectBurst, now), now);
        }
    }

    /// <summary>A connection of this group begins; null where its group is not certain.</summary>
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
            // A host that is owed nothing is not remembered, so that a new burst counts for it at once.
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

    /// <summary>Every budget of a scope whose name is known beforehand.</summary>
    public IReadOnlyList<(string Scope, Rate Rate, double Burst)> All { get; } =
    [
        (Overall, Supervisor.ConnectRate, Supervisor.ConnectBurst),
        .. Groups
            .Values.Where(group => group.ConnectRate is not null)
            .Select(group => (group.Name, group.ConnectRate!.Value, (double)group.ConnectBurst)), // those that have one
    ];

    public int MostConnections(string group) =>
        Groups.TryGetValue(group, out var settings) && settings.MaxConnections is { } most ? most : int.MaxValue;

    /// <summary>
    /// How long so many dials take at most, one after the other, when each may have to wait for all, for its group and for its host.
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
