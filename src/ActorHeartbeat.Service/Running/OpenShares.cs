using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Service.Running;

/// <summary>
/// The shares of endpoints that must be open for the service to be ready. An endpoint counts unless it is paused; where none counts,
/// nothing is lacking. Thread-safe.
/// </summary>
internal sealed class OpenShares
{
    private volatile Demand[] _demands;

    public OpenShares(HealthSettings settings)
    {
        _demands = DemandsOf(settings);
    }

    public bool Any => _demands.Length > 0;

    public void Apply(HealthSettings settings) => _demands = DemandsOf(settings);

    /// <summary>Which labels lack how many endpoints, in one line; null when none does.</summary>
    public string? Lacking(IReadOnlyList<EndpointSnapshot> endpoints)
    {
        var lacking = _demands.Select(demand => demand.Lacking(endpoints)).OfType<string>().ToList();
        return lacking.Count == 0 ? null : string.Join("; ", lacking);
    }

    private static Demand[] DemandsOf(HealthSettings settings) =>
        [.. settings.OpenShares.Select(each => new Demand(LabelSelector.Parse(each.Key), (decimal)each.Value.Share))];

    private sealed record Demand(LabelSelector Select, decimal Share)
    {
        public string? Lacking(IReadOnlyList<EndpointSnapshot> endpoints)
        {
            var wanted = endpoints.Where(each => each.State != "paused" && Select.Matches(each.Settings.Labels)).ToList();
            var open = wanted.Count(each => each.Status is { IsUp: true });
            var needed = (int)Math.Ceiling(Share * wanted.Count); // decimal: 0.07 of 100 are 7
            return open >= needed ? null : $"{Select}: {open} of {wanted.Count} are open, and {needed} must be";
        }
    }
}
