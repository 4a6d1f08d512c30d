using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Subscriptions;

namespace ActorHeartbeat.Telemetry;

/// <summary>
/// Measures the endpoints of one supervisor for OpenTelemetry and every other listener of <c>System.Diagnostics.Metrics</c>. It reads
/// what is counted anyway when somebody looks, and costs nothing before. The meter has the tag <c>supervisor</c>, so that two supervisors
/// in one process have series of their own. Thread-safe.
/// </summary>
internal sealed class EndpointMeter : IDisposable
{
    /// <summary>The name of what further endpoints are counted under.</summary>
    public const string Other = "_other";

    /// <summary>
    /// The most series of one instrument that an endpoint is expected to have: attempts fail in up to twelve ways, connections end in as
    /// many, and four subscriptions have keys in six states. OpenTelemetry sums up what exceeds the bound of an instrument.
    /// </summary>
    public const int SeriesOfOne = 24;

    /// <summary>The most series of an instrument that measures no single endpoint.</summary>
    public const int SeriesOfAll = 50;

    private const string Endpoint = "endpoint";

    private const string
        Info = "actorheartbeat.endpoint.info",
        Up = "actorheartbeat.endpoint.up",
        Enabled = "actorheartbeat.endpoint.enabled",
        Waiting = "actorheartbeat.reconnect.waiting",
        LastMessage = "actorheartbeat.message.last.timestamp",
        SubscriptionKeys = "actorheartbeat.subscription.keys";

    private static readonly FrozenSet<string> ByEndpoint = EndpointFigure.All
        .Select(figure => figure.Name)
        .Concat([Info, Up, Enabled, Waiting, LastMessage, SubscriptionKeys])
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Every state that the API names, so that each has a series from the start.</summary>
    private static readonly string[] States = [.. Enum.GetValues<ConnectionState>().Select(state => state.Name()), "paused", "failed"];

    private static readonly string[] KeyStates = ["wanted", "asked", "accepted", "refused", "stale", "gone"];

    /// <summary>How many subscriptions of an endpoint have series of their own, on an average.</summary>
    private const int SubscriptionsOfOne = 4;

    private readonly MeteredEndpoints _endpoints;
    private readonly Meter _meter;

    /// <param name="supervisor">The name that tells it from other supervisors of the process.</param>
    /// <param name="settings">Which endpoints have series of their own.</param>
    public EndpointMeter(string supervisor, MeterSettings settings)
    {
        _endpoints = new MeteredEndpoints(settings);
        _meter = new Meter(new MeterOptions(MeterSettings.Name) { Tags = [new("supervisor", supervisor)] });
        Connections = new ConnectionMeasures(_meter);
        foreach (var figure in EndpointFigure.All)
            _meter.CreateObservableCounter(figure.Name, () => Figures(figure), figure.Unit, figure.Description);
        _meter.CreateObservableUpDownCounter("actorheartbeat.endpoint.count", CountByState, "{endpoint}", "Endpoints by state.");
        _meter.CreateObservableGauge(
            Info, Infos, null,
            "Always 1: the group and the labels of an endpoint, to be joined with its other series.");
        Sum(Up, reading => reading.IsUp, "Whether a connection of the endpoint is open: 1 or 0.");
        Sum(
            Enabled, reading => reading.State != "paused",
            "0 while the endpoint is paused, by an operator or by the configuration; otherwise 1.");
        Sum(
            Waiting, reading => reading.IsWaiting,
            "1 while the endpoint waits: for its delay, for the end of its last socket, or for a permit to dial; otherwise 0.");
        _meter.CreateObservableGauge(
            LastMessage, LastMessages, "s", "When the newest message came, in Unix time; 0 before the first.");
        _meter.CreateObservableUpDownCounter(
            SubscriptionKeys, Keys, "{key}",
            "Keys of subscriptions by state: wanted, asked, accepted, refused, stale, gone.");
    }

    /// <summary>Where the connections measure what is no count.</summary>
    public ConnectionMeasures Connections { get; }

    /// <summary>Whether an instrument measures each endpoint.</summary>
    public static bool HasEndpoint(string instrument) => ByEndpoint.Contains(instrument);

    /// <summary>Adds the figures of the supervisor itself.</summary>
    /// <param name="timerLag">The most that a timer was late lately; null where the scheduler does not know.</param>
    /// <param name="waiting">Connections that wait for a permit to dial.</param>
    /// <param name="restarts">Actors of connections that threw and were started again.</param>
    public void MeasureSupervisor(Func<TimeSpan?> timerLag, Func<int> waiting, Func<long> restarts)
    {
        _meter.CreateObservableGauge(
            "actorheartbeat.timer.lag",
            () => timerLag() is { } lag ? [new Measurement<double>(lag.TotalSeconds)] : Array.Empty<Measurement<double>>(),
            "s",
            "The most that the scheduler's thread was late within the last half minute to minute.");
        _meter.CreateObservableUpDownCounter(
            "actorheartbeat.permit.waiting", waiting, "{connection}", "Connections that wait for the governor's permit to dial.");
        _meter.CreateObservableCounter(
            "actorheartbeat.actor.restarts", restarts, "{restart}", "Actors of connections that threw and were started again.");
    }

    /// <param name="endpoint">Its settings.</param>
    /// <param name="standing">Tells how the endpoint stands.</param>
    public void Add(EndpointSettings endpoint, IReadableEndpoint standing) =>
        _endpoints.Add(endpoint, standing);

    /// <inheritdoc cref="MeteredEndpoints.Follow"/>
    public void Follow(EndpointSettings endpoint) => _endpoints.Follow(endpoint);

    public void Remove(EndpointId endpoint) => _endpoints.Remove(endpoint);

    public void Dispose() => _meter.Dispose();

    private void Sum(string name, Func<EndpointReading, bool> isSo, string description) =>
        _meter.CreateObservableUpDownCounter(name, () => Count(isSo), "{endpoint}", description);

    private IEnumerable<Measurement<int>> Count(Func<EndpointReading, bool> isSo)
    {
        var (others, sum) = (false, 0);
        foreach (var endpoint in _endpoints.All())
        {
            var one = isSo(endpoint.Standing.Read()) ? 1 : 0;
            if (endpoint.IsNamed)
                yield return new Measurement<int>(one, Tag(Endpoint, endpoint.Id.Value));
            else
                (others, sum) = (true, sum + one);
        }
        if (others)
            yield return new Measurement<int>(sum, Tag(Endpoint, Other));
    }

    private IEnumerable<Measurement<int>> Infos() =>
        _endpoints.All().Where(endpoint => endpoint.IsNamed).Select(endpoint => new Measurement<int>(1, endpoint.Info));

    private IEnumerable<Measurement<int>> CountByState()
    {
        var counts = States.ToDictionary(state => state, _ => 0);
        foreach (var endpoint in _endpoints.All())
            counts[endpoint.Standing.Read().State]++;
        return counts.Select(each => new Measurement<int>(each.Value, Tag("state", each.Key)));
    }

    private IEnumerable<Measurement<double>> LastMessages()
    {
        var (others, newest) = (false, 0d);
        foreach (var endpoint in _endpoints.All())
        {
            var last = endpoint.Plane.Feed.LastInbound is { } at ? at.ToUnixTimeMilliseconds() / 1000d : 0;
            if (endpoint.IsNamed)
                yield return new Measurement<double>(last, Tag(Endpoint, endpoint.Id.Value));
            else
                (others, newest) = (true, Math.Max(newest, last));
        }
        if (others)
            yield return new Measurement<double>(newest, Tag(Endpoint, Other));
    }

    private IEnumerable<Measurement<long>> Figures(EndpointFigure figure)
    {
        var (endpoints, others) = _endpoints.With(figure);
        foreach (var endpoint in endpoints)
        {
            foreach (var value in figure.Of(endpoint.Plane))
            {
                var key = new FigureValueKey(value.First, value.Second);
                if (endpoint.IsNamed)
                    yield return new Measurement<long>(value.Count, Tags(endpoint.Id.Value, figure, key));
                else
                    others[key] = others.GetValueOrDefault(key) + value.Count;
            }
        }
        foreach (var (key, count) in others)
            yield return new Measurement<long>(count, Tags(Other, figure, key));
    }

    private static KeyValuePair<string, object?>[] Tags(string endpoint, EndpointFigure figure, FigureValueKey value) =>
        (value.First, value.Second) switch
        {
            (null, _) => [Tag(Endpoint, endpoint)],
            ({ } first, null) => [Tag(Endpoint, endpoint), Tag(figure.Tags[0], first)],
            ({ } first, { } second) => [Tag(Endpoint, endpoint), Tag(figure.Tags[0], first), Tag(figure.Tags[1], second)],
        };

    /// <summary>
    /// Endpoints have any number of subscriptions: beyond four for each endpoint that may have series of its own they are counted together.
    /// </summary>
    private IEnumerable<Measurement<int>> Keys()
    {
        var room = (SubscriptionsOfOne * (_endpoints.Most + 1)) - 1; // the last is that of all others
        var sums = new OrderedDictionary<string, int[]>(StringComparer.Ordinal);
        foreach (var endpoint in _endpoints.All())
        {
            foreach (var subscription in endpoint.Plane.Subscriptions?.Count() ?? [])
            {
                if (!endpoint.IsNamed || room == 0)
                {
                    Add(sums, subscription.Name, ByState(subscription));
                    continue;
                }
                room--;
                foreach (var measured in Of(endpoint.Id.Value, subscription.Name, ByState(subscription)))
                    yield return measured;
            }
        }
        var rest = new OrderedDictionary<string, int[]>(StringComparer.Ordinal);
        foreach (var (index, (name, counts)) in sums.Index())
            Add(rest, index < room ? name : Other, counts);
        foreach (var measured in rest.SelectMany(sum => Of(Other, sum.Key, sum.Value)))
            yield return measured;
    }

    private static void Add(OrderedDictionary<string, int[]> sums, string subscription, int[] counts) =>
        sums[subscription] = [.. sums.GetValueOrDefault(subscription, new int[counts.Length]).Zip(counts, (one, other) => one + other)];

    private static int[] ByState(SubscriptionCounts counts) =>
        [counts.Wanted, counts.Asked, counts.Accepted, counts.Refused, counts.Stale, counts.Gone];

    private static IEnumerable<Measurement<int>> Of(string endpoint, string subscription, int[] counts) => KeyStates.Zip(
        counts,
        (state, count) => new Measurement<int>(count, Tag(Endpoint, endpoint), Tag("subscription", subscription), Tag("state", state)));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
