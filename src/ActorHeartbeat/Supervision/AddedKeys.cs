using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Supervision;

/// <summary>The keys of an endpoint's subscriptions that were added while it runs, beside those of its settings.</summary>
internal sealed class AddedKeys
{
    /// <summary>The most keys that may be added to an endpoint.</summary>
    public const int Most = 10_000;

    private readonly OrderedDictionary<(string Subscription, string Key), bool> _keys = [];

    public bool Contains(string subscription, string key) => _keys.ContainsKey((subscription, key));

    /// <summary>The keys, in the order in which they were added.</summary>
    public IEnumerable<(string Subscription, string Key)> All => _keys.Keys;

    /// <summary>Takes a key of an earlier process, up to the bound; one whose subscription is not there has no effect.</summary>
    public void Restore(string subscription, string key)
    {
        if (_keys.Count < Most)
            _keys.TryAdd((subscription, key), true);
    }

    /// <summary>Adds a key. One that is there already stays.</summary>
    /// <returns>Why it cannot, in one line; null when it is added.</returns>
    public string? Add(EndpointSettings settings, string subscription, string key)
    {
        if (!settings.Subscriptions.TryGetValue(subscription, out var words))
            return Lacks(settings, subscription);
        if (key.Length == 0)
            return "a key of a subscription is not empty";
        if (words.ForEach.Contains(key, StringComparer.Ordinal) || Contains(subscription, key))
            return null;
        if (_keys.Count == Most)
            return $"{Most} keys were added to {settings.Id} already";
        _keys.Add((subscription, key), true);
        return null;
    }

    /// <summary>Takes an added key away.</summary>
    /// <returns>Why it cannot, in one line; null when it is gone.</returns>
    public string? Remove(EndpointSettings settings, string subscription, string key) =>
        _keys.Remove((subscription, key)) ? null
        : !settings.Subscriptions.TryGetValue(subscription, out var words) ? Lacks(settings, subscription)
        : words.ForEach.Contains(key, StringComparer.Ordinal)
            ? $"{subscription}/{key} stands in the configuration; take it out of for-each there"
        : $"{settings.Id} has no key {subscription}/{key}";

    /// <summary>The settings with the added keys behind their own.</summary>
    public EndpointSettings Over(EndpointSettings settings)
    {
        if (_keys.Count == 0)
            return settings;
        var added = _keys.Keys.ToLookup(key => key.Subscription, key => key.Key, StringComparer.Ordinal);
        return settings with
        {
            Subscriptions = new(settings.Subscriptions.Select(each => KeyValuePair.Create(
                each.Key,
                added[each.Key].Any()
                    ? each.Value with { ForEach = [.. each.Value.ForEach.Concat(added[each.Key]).Distinct(StringComparer.Ordinal)] }
                    : each.Value))),
        };
    }

    public void Clear() => _keys.Clear();

    private static string Lacks(EndpointSettings settings, string subscription) =>
        $"{settings.Id} has no subscription {subscription}; "
            + (settings.Subscriptions.Count == 0 ? "it has none" : $"it has {string.Join(", ", settings.Subscriptions.Keys)}");
}
