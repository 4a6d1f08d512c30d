using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Subscriptions;

namespace ActorHeartbeat.Telemetry;

/// <summary>
/// Measures endpoints for OpenTelemetry and every other listener of <c>System.Diagnostics.Metrics</c>. It counts when somebody looks, and
/// costs nothing before. Thread-safe.
/// </summary>
internal sealed class EndpointMeter : IDisposable
{
    /// <summary>The name of the meter, to be given to a listener.</summary>
    public const string Name = "ActorHeartbeat";

    /// <summary>The name of what further endpoints are counted under.</summary>
    public const string Other = "_other";

    /// <summary>The most endpoints with series of their own.</summary>
    public const int MostEndpoints = 1000;

    private readonly Meter _meter = new(Name);
    private readonly ConcurrentDictionary<EndpointId, (long Order, EndpointPlane Plane)> _planes = new();
    private long _order;

    public EndpointMeter() => _meter.CreateObservableUpDownCounter(
        "actorheartbeat.subscription.keys",
        Keys,
        "{key}",
        "Keys of subscriptions by state: wanted, asked, accepted, refused, stale, gone.");

    public void Add(EndpointId endpoint, EndpointPlane plane) => _planes[endpoint] = (Interlocked.Increment(ref _order), plane);

    public void Remove(EndpointId endpoint) => _planes.TryRemove(endpoint, out _);

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<int>> Keys()
    {
        var named = 0;
        var sums = new Dictionary<(string Subscription, string State), int>();
        foreach (var (endpoint, (_, plane)) in _planes.OrderBy(each => each.Value.Order))
        {
            if (plane.Subscriptions?.Count() is not { Count: > 0 } counts)
                continue;
            var isNamed = named++ < MostEndpoints;
            foreach (var (subscription, state, count) in counts.SelectMany(ByState))
            {
                if (isNamed)
                    yield return Of(endpoint.Value, subscription, state, count);
                else
                    sums[(subscription, state)] = sums.GetValueOrDefault((subscription, state)) + count;
            }
        }
        foreach (var ((subscription, state), count) in sums)
            yield return Of(Other, subscription, state, count);
    }

    private static IEnumerable<(string Subscription, string State, int Count)> ByState(SubscriptionCounts counts) =>
    [
        (counts.Name, "wanted", counts.Wanted),
        (counts.Name, "asked", counts.Asked),
        (counts.Name, "accepted", counts.Accepted),
        (counts.Name, "refused", counts.Refused),
        (counts.Name, "stale", counts.Stale),
        (counts.Name, "gone", counts.Gone),
    ];

    private static Measurement<int> Of(string endpoint, string subscription, string state, int count) => new(
        count,
        KeyValuePair.Create<string, object?>("endpoint", endpoint),
        KeyValuePair.Create<string, object?>("subscription", subscription),
        KeyValuePair.Create<string, object?>("state", state));
}
