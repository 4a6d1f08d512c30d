using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using Akka.Actor;
using Akka.Event;

namespace ActorHeartbeat.Supervision;

/// <content>Keys of subscriptions that are added while endpoints run, beyond the life of the process.</content>
public sealed partial class ConnectionSupervisor
{
    /// <summary>
    /// Keys whose endpoints have not come yet, or have gone with the configuration: a slip in a file must not cost what was added.
    /// </summary>
    private readonly OrderedDictionary<EndpointId, IReadOnlyList<SubscriptionKey>> _keysAside = [];

    /// <summary>Of endpoints that have gone and had keys.</summary>
    internal const int MostAside = 1000;

    /// <summary>Endpoints whose connections have not been told of a change of their added keys.</summary>
    private readonly HashSet<RegistryEntry> _withNewKeys = [];

    /// <summary>Of keys of one endpoint, each in a line of the log.</summary>
    private const int MostTold = 10;

    private void LoadKeys(ISubscriptionStore? store)
    {
        foreach (var keys in (store?.Load() ?? []).GroupBy(key => key.Endpoint))
            _keysAside[keys.Key] = [.. keys];
    }

    /// <summary>
    /// Gives an endpoint that comes the keys that were added to it before. What cannot be added now is told, and stays in the store.
    /// </summary>
    private void RestoreKeys(RegistryEntry endpoint, EndpointSettings settings)
    {
        if (!_keysAside.Remove(endpoint.Id, out var keys))
            return;
        var wrong = keys.Select(key => endpoint.AddedKeys.Restore(settings, key.Subscription, key.Key)).OfType<string>().ToArray();
        foreach (var reason in wrong.Take(MostTold))
            Context.GetLogger().Warning("{0}: a key that was added before: {1}", endpoint.Id, reason);
        if (wrong.Length > MostTold)
            Context.GetLogger().Warning("{0}: the same of {1} more keys", endpoint.Id, wrong.Length - MostTold);
    }

    /// <summary>
    /// Adds a key or takes one away. What changes nothing is accepted, and a key that is refused is asked for again when it is added.
    /// </summary>
    private CommandResult ChangeKey(SubscriptionKey key, bool adds)
    {
        if (Find(key.Endpoint) is not { } endpoint)
            return Unknown(key.Endpoint);
        var (added, had) = (endpoint.AddedKeys, endpoint.AddedKeys.Contains(key.Subscription, key.Key));
        var result = adds
            ? added.Add(endpoint.Settings, key.Subscription, key.Key)
            : added.Remove(endpoint.Settings, key.Subscription, key.Key);
        var isRefused = adds && result.Outcome == CommandOutcome.Accepted && endpoint.WantRefused(key.Subscription, key.Key);
        if (isRefused)
            result = result with { Why = PeerText.Of($"{key.Subscription}/{key.Key} was refused, and is asked for again now") };
        if (added.Contains(key.Subscription, key.Key) != had)
        {
            if (adds)
                _dependencies.SubscriptionStore?.Add(key);
            else
                _dependencies.SubscriptionStore?.Remove(key);
            endpoint.KeysHaveChanged();
        }
        else if (!isRefused)
        {
            return result;
        }
        if (_withNewKeys.Count == 0)
            Self.Tell(KeysDue.Instance);
        _withNewKeys.Add(endpoint);
        return result;
    }

    /// <summary>
    /// Tells connections of keys that have come or gone: once for all that waited in the mailbox, because each change looks at every key.
    /// It comes before the next request of one who has an answer.
    /// </summary>
    private void FollowNewKeys()
    {
        RegistryEntry[] changed = [.. _withNewKeys];
        _withNewKeys.Clear();
        foreach (var endpoint in changed)
        {
            endpoint.FollowKeys();
            endpoint.Tell(new SettingsChanged(endpoint.Effective, endpoint.SendRate, ChangeEffect.Live));
        }
    }

    private static IEnumerable<SubscriptionKey> AddedKeysOf(RegistryEntry endpoint) =>
        endpoint.AddedKeys.All.Select(key => new SubscriptionKey(endpoint.Id, key.Subscription, key.Key));

    /// <summary>Keeps the keys of an endpoint that goes with the configuration until it comes back, in the store too.</summary>
    private void SetKeysAside(RegistryEntry endpoint)
    {
        IReadOnlyList<SubscriptionKey> keys = [.. AddedKeysOf(endpoint)];
        if (keys.Count == 0)
            return;
        Context.GetLogger().Info("{0}: {1} keys that were added are kept until it comes back", endpoint.Id, keys.Count);
        _keysAside[endpoint.Id] = keys;
        while (_keysAside.Count > MostAside)
        {
            ForgetKeys(_keysAside.GetAt(0).Value);
            _keysAside.RemoveAt(0);
        }
    }

    private void ForgetKeys(IEnumerable<SubscriptionKey> keys)
    {
        foreach (var key in keys)
            _dependencies.SubscriptionStore?.Remove(key);
    }

    private sealed record KeysDue : INoSerializationVerificationNeeded
    {
        public static readonly KeysDue Instance = new();
    }
}
