using System.Collections.Concurrent;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Delivery;

/// <summary>All feeds of the process by endpoint.</summary>
/// <param name="time">Wall time as shown in events, and the clock that measures gaps.</param>
/// <param name="instance">Names this run of the process; random when null.</param>
public sealed class FeedRegistry(TimeProvider time, string? instance = null)
{
    private readonly ConcurrentDictionary<EndpointId, Feed> _feeds = new();

    /// <summary>Names this run of the process; sequence numbers of different runs do not compare.</summary>
    public string Instance { get; } = instance ?? Guid.NewGuid().ToString("n")[..8];

    /// <summary>The feed of an endpoint, made when it is new, configured when it exists.</summary>
    public Feed GetOrAdd(EndpointId endpoint, LimitSettings limits, ValueMap<string>? labels = null)
    {
        var feed = _feeds.GetOrAdd(endpoint, id => new Feed(Instance, id, limits, labels, time));
        feed.Configure(limits, labels);
        return feed;
    }

    /// <summary>The feed of an endpoint, or null.</summary>
    public Feed? Find(EndpointId endpoint) => _feeds.GetValueOrDefault(endpoint);

    /// <summary>Ends the streams of an endpoint that is no longer configured.</summary>
    public void Remove(EndpointId endpoint, string reason)
    {
        if (_feeds.TryRemove(endpoint, out var feed))
            feed.Drain(reason);
    }

    /// <summary>Ends every stream with a drain event, for shutdown.</summary>
    public void Drain(string reason)
    {
        foreach (var feed in _feeds.Values)
            feed.Drain(reason);
    }
}
