using ActorHeartbeat.Conversations;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Supervision;

/// <summary>The keys of an endpoint's subscriptions that were added while it runs, beside those of its settings.</summary>
internal sealed class AddedKeys
{
    /// <summary>The most keys that may be added to an endpoint.</summary>
    public const int Most = 10_000;

    private OrderedDictionary<(string Subscription, string Key), bool>? _keys; // null before the first

    public bool Contains(string subscription, string key) => _keys?.ContainsKey((subscription, key)) == true;

    /// <summary>The keys, in the order in which they were added.</summary>
    public IReadOnlyCollection<(string Subscription, string Key)> All => _keys is { } keys ? keys.Keys : [];

    /// <summary>
    /// Takes a key of an earlier process, where it could be added now. One whose subscription is not there waits for it, as if the settings
    /// had dropped that since.
    /// </summary>
    /// <returns>What is wrong with it, or what it waits for; null where it is as if it were added now.</returns>
    public string? Restore(EndpointSettings settings, string subscription, string key)
    {
        if (ValueRules.SubscribedKey.Reject(key) is { } reason)
            return $"{Shown(subscription, key)} is left out: {reason}";
        if (All.Count >= Most && !Contains(subscription, key))
            return $"{Shown(subscription, key)} is left out: {Most} keys were added before it";
        (_keys ??= []).TryAdd((subscription, key), true);
        return settings.Subscriptions.ContainsKey(subscription)
            ? null
            : $"{Shown(subscription, key)} is not asked for: {Lacks(settings, subscription).Why}";
    }

    /// <summary>Adds a key. It stays until it is taken away, whatever the settings come to have.</summary>
    /// <returns>Whether it is added; an accepted command says what was so before, and says nothing where the key is new.</returns>
    public CommandResult Add(EndpointSettings settings, string subscription, string key)
    {
        if (!settings.Subscriptions.TryGetValue(subscription, out var words))
            return Lacks(settings, subscription);
        if (ValueRules.SubscribedKey.Reject(key) is { } reason)
            return new CommandResult(CommandOutcome.Invalid, reason);
        if (Contains(subscription, key))
            return new CommandResult(CommandOutcome.Accepted, $"{Shown(subscription, key)} was added before");
        if (IsForOneKey(words, subscription, key) is { } sameWords)
            return new CommandResult(CommandOutcome.Refused, $"{Shown(subscription, key)}: {sameWords}");
        if (All.Count == Most)
            return new CommandResult(CommandOutcome.Refused, $"{Most} keys were added to {settings.Id} already");
        (_keys ??= []).Add((subscription, key), true);
        return Declares(words, key)
            ? new CommandResult(
                CommandOutcome.Accepted,
                $"the configuration declares {Shown(subscription, key)} already; from now on it stays where that drops it, too")
            : new CommandResult(CommandOutcome.Accepted);
    }

    /// <summary>Takes an added key away.</summary>
    /// <returns>Whether it is gone. One that the settings have, too, stays as it is.</returns>
    public CommandResult Remove(EndpointSettings settings, string subscription, string key)
    {
        if (settings.Subscriptions.TryGetValue(subscription, out var words) && Declares(words, key))
            return new CommandResult(
                CommandOutcome.Refused,
                $"the configuration declares {Shown(subscription, key)}; take it out of for-each there"
                    + (Contains(subscription, key) ? ", and then remove it here: it was added at runtime, too" : ""));
        return _keys?.Remove((subscription, key)) == true ? new CommandResult(CommandOutcome.Accepted)
            : words is null ? Lacks(settings, subscription)
            : string.IsNullOrEmpty(key)
                ? new CommandResult(CommandOutcome.Invalid, ValueRules.SubscribedKey.Reject(key)!) // not null: no text is no key
            : new CommandResult(CommandOutcome.Unknown, $"{settings.Id} has no key {Shown(subscription, key)}");
    }

    /// <summary>The settings with the added keys behind their own.</summary>
    public EndpointSettings Over(EndpointSettings settings)
    {
        if (All.Count == 0)
            return settings;
        var added = All.ToLookup(key => key.Subscription, key => key.Key, StringComparer.Ordinal);
        return settings with
        {
            Subscriptions = new(settings.Subscriptions.Select(each => KeyValuePair.Create(
                each.Key,
                added[each.Key].Any()
                    ? each.Value with { ForEach = [.. each.Value.ForEach.Concat(added[each.Key]).Distinct(StringComparer.Ordinal)] }
                    : each.Value))),
        };
    }

    public void Clear() => _keys = null;

    /// <summary>Why words that are good for one key are not for another beside it; null where they are.</summary>
    private string? IsForOneKey(SubscriptionSettings words, string subscription, string key)
    {
        var other = words.ForEach.Concat(All.Where(added => added.Subscription == subscription).Select(added => added.Key))
            .FirstOrDefault(each => each != key);
        return other is null ? null : Combinations.RejectSubscription(words with { ForEach = [other, key] });
    }

    private static bool Declares(SubscriptionSettings words, string key) => words.ForEach.Contains(key, StringComparer.Ordinal);

    private static string Shown(string subscription, string key) => PeerText.Of($"{subscription}/{key}");

    private static CommandResult Lacks(EndpointSettings settings, string subscription) => new(
        CommandOutcome.Unknown,
        $"{settings.Id} has no subscription {PeerText.Of(subscription)}; "
            + (settings.Subscriptions.Count == 0 ? "it has none" : $"it has {string.Join(", ", settings.Subscriptions.Keys)}"));
}
