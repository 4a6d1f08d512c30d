using System.Text;
using System.Text.Json;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Configuration.Show;

/// <summary>Tells which keys of subscriptions were added at runtime, and what becomes of them under a configuration.</summary>
public static class AddedKeysReport
{
    private const int MostNamed = 10;

    /// <summary>A line for the keys of each subscription that have the same fate.</summary>
    public static string Print(IReadOnlyCollection<SubscriptionKey> keys, ServiceConfiguration configuration)
    {
        var text = new StringBuilder();
        foreach (var same in Fates(keys, configuration))
        {
            var more = same.Count() > MostNamed ? $" and {same.Count() - MostNamed} more" : "";
            var named = string.Join(", ", same.Take(MostNamed).Select(key => PeerText.Of(key)));
            text.Append($"= {same.Key.Endpoint}: {PeerText.Of(same.Key.Subscription)}: {named}{more}")
                .Append(": added at runtime, ")
                .Append(Words(same.Key.Fate))
                .Append('\n');
        }
        return text.ToString();
    }

    /// <summary>The same as a list of objects.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyCollection<SubscriptionKey> keys, ServiceConfiguration configuration)
    {
        json.WriteStartArray();
        foreach (var same in Fates(keys, configuration))
        {
            json.WriteStartObject();
            json.WriteString("endpoint", same.Key.Endpoint.Value);
            json.WriteString("subscription", same.Key.Subscription);
            json.WriteStartArray("keys");
            foreach (var key in same)
                json.WriteStringValue(key);
            json.WriteEndArray();
            json.WriteString("then", Words(same.Key.Fate));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static IEnumerable<IGrouping<(EndpointId Endpoint, string Subscription, Fate Fate), string>> Fates(
        IReadOnlyCollection<SubscriptionKey> keys, ServiceConfiguration configuration)
    {
        var endpoints = configuration.Endpoints.ToDictionary(endpoint => endpoint.Id);
        return keys.GroupBy(key => (key.Endpoint, key.Subscription, FateOf(key)), key => key.Key);

        Fate FateOf(SubscriptionKey key) =>
            !endpoints.TryGetValue(key.Endpoint, out var endpoint) ? Fate.WithoutEndpoint
            : !endpoint.Subscriptions.TryGetValue(key.Subscription, out var subscription) ? Fate.WithoutSubscription
            : subscription.ForEach.Contains(key.Key, StringComparer.Ordinal) ? Fate.DeclaredToo
            : Fate.Stays;
    }

    private static string Words(Fate fate) => fate switch
    {
        Fate.WithoutEndpoint => "kept until the endpoint comes back, which the configuration does not have",
        Fate.WithoutSubscription => "not asked for while the configuration has no such subscription",
        Fate.DeclaredToo => "declared by the configuration too",
        _ => "not in the configuration; stays until it is removed at runtime",
    };

    private enum Fate
    {
        Stays,
        DeclaredToo,
        WithoutSubscription,
        WithoutEndpoint,
    }
}
