using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Telemetry;

/// <summary>
/// The endpoints that are measured, and which of them have series of their own. What the others have counted stays when they go, so that
/// their sum never falls. Thread-safe.
/// </summary>
internal sealed class MeteredEndpoints(MeterSettings settings)
{
    /// <summary>How many endpoints may have series of their own.</summary>
    public int Most => settings.EndpointLimit;

    private readonly Lock _gate = new();
    private readonly Dictionary<EndpointId, MeteredEndpoint> _endpoints = [];
    private readonly Dictionary<FigureKey, long> _past = []; // of endpoints that were among the others
    private MeteredEndpoint[]? _all = [];
    private int _named;

    public void Add(EndpointSettings endpoint, IReadableEndpoint standing)
    {
        lock (_gate)
            Enter(endpoint, standing);
    }

    /// <summary>Follows a change of the labels or the group. By its labels an endpoint may gain or lose its own series.</summary>
    public void Follow(EndpointSettings endpoint)
    {
        lock (_gate)
        {
            if (!_endpoints.TryGetValue(endpoint.Id, out var known))
                return;
            if (known.IsSelected == settings.Select.Matches(endpoint.Labels))
            {
                _endpoints[endpoint.Id] = known with { Info = known.IsNamed ? EndpointInfo.Of(endpoint) : [] };
                _all = null;
                return;
            }
            Leave(known);
            Enter(endpoint, known.Standing);
        }
    }

    public void Remove(EndpointId endpoint)
    {
        lock (_gate)
        {
            if (_endpoints.TryGetValue(endpoint, out var known))
                Leave(known);
        }
    }

    /// <summary>The endpoints as they are now.</summary>
    public MeteredEndpoint[] All()
    {
        lock (_gate)
            return _all ??= [.. _endpoints.Values];
    }

    /// <summary>The endpoints as they are now, and what those that are no longer among the others have counted of a figure.</summary>
    public (MeteredEndpoint[] Endpoints, Dictionary<FigureValueKey, long> Past) With(EndpointFigure figure)
    {
        lock (_gate)
        {
            var past = _past.Where(each => each.Key.Figure == figure).ToDictionary(each => each.Key.Value, each => each.Value);
            return (_all ??= [.. _endpoints.Values], past);
        }
    }

    private void Enter(EndpointSettings endpoint, IReadableEndpoint standing)
    {
        var isSelected = settings.Select.Matches(endpoint.Labels);
        var isNamed = isSelected && _named < settings.EndpointLimit;
        var entered = new MeteredEndpoint(standing, isNamed ? EndpointInfo.Of(endpoint) : [], isSelected, isNamed);
        _endpoints[endpoint.Id] = entered;
        _all = null;
        if (entered.IsNamed)
            _named++;
        else
            Keep(entered, -1); // what it counted under its own name
    }

    private void Leave(MeteredEndpoint endpoint)
    {
        _endpoints.Remove(endpoint.Id);
        _all = null;
        if (endpoint.IsNamed)
            _named--;
        else
            Keep(endpoint, 1);
    }

    private void Keep(MeteredEndpoint endpoint, int sign)
    {
        foreach (var figure in EndpointFigure.All)
        {
            foreach (var value in figure.Of(endpoint.Plane).Where(value => value.Count > 0))
            {
                var key = new FigureKey(figure, new FigureValueKey(value.First, value.Second));
                _past[key] = _past.GetValueOrDefault(key) + (sign * value.Count);
            }
        }
    }

    private readonly record struct FigureKey(EndpointFigure Figure, FigureValueKey Value);
}

/// <summary>The tags of a value.</summary>
internal readonly record struct FigureValueKey(string? First, string? Second);

/// <summary>An endpoint that is measured.</summary>
/// <param name="Standing">Tells how it stands now.</param>
/// <param name="Info">Its name, group and labels, as tags; none where it is not named.</param>
/// <param name="IsSelected">Whether its labels let it have series of its own.</param>
/// <param name="IsNamed">Whether it has them.</param>
internal readonly record struct MeteredEndpoint(
    IReadableEndpoint Standing, KeyValuePair<string, object?>[] Info, bool IsSelected, bool IsNamed)
{
    public EndpointId Id => Standing.Id;

    public EndpointPlane Plane => Standing.Plane;
}

/// <summary>Tells how an endpoint stands.</summary>
internal interface IReadableEndpoint
{
    EndpointId Id { get; }

    EndpointPlane Plane { get; }

    /// <summary>How it stands now; called from any thread.</summary>
    EndpointReading Read();
}

/// <summary>How an endpoint stands.</summary>
/// <param name="State">As the API names it.</param>
/// <param name="Connection">The state of its connection; null when none is wanted.</param>
internal readonly record struct EndpointReading(string State, ConnectionState? Connection)
{
    public bool IsUp => Connection is ConnectionState.Open or ConnectionState.AwaitingPong;

    public bool IsWaiting => Connection is ConnectionState.BackingOff;
}
