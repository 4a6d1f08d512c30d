using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Supervision;

/// <summary>
/// Keeps over restarts of the process which keys of subscriptions were added while endpoints ran. The library itself knows no files. No
/// method may block or throw: a store tells its failures itself. The answer to a command comes after the call.
/// </summary>
public interface ISubscriptionStore
{
    /// <summary>The keys of earlier processes, in the order in which they were added; none when they cannot be read.</summary>
    IReadOnlyCollection<SubscriptionKey> Load();

    /// <summary>A key was added.</summary>
    void Add(SubscriptionKey key);

    /// <summary>A key was taken away, or its endpoint was by a command.</summary>
    void Remove(SubscriptionKey key);
}

/// <summary>One key of a subscription of an endpoint.</summary>
/// <param name="Endpoint">Whose subscription it is.</param>
/// <param name="Subscription">Its name in the configuration.</param>
/// <param name="Key">One of those that it is for.</param>
public readonly record struct SubscriptionKey(EndpointId Endpoint, string Subscription, string Key);
