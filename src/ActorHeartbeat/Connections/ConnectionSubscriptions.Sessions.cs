using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Subscriptions;

namespace ActorHeartbeat.Connections;

/// <content>What of keys outlives a connection, and the process.</content>
internal sealed partial class ConnectionSubscriptions
{
    /// <summary>What of keys may outlive the connection and the process.</summary>
    public ValueMap<KeySession> Sessions()
    {
        if (!_isAny)
            return ValueMap<KeySession>.Empty;
        lock (_conversation)
            return new(Table.Books.SelectMany(book => book.Keys).Select(SessionOf).OfType<KeyValuePair<string, KeySession>>());
    }

    private KeyValuePair<string, KeySession>? SessionOf(SubscribedKey key)
    {
        var number = key.Number?.Highest;
        var values = key.More?.OfSession ?? [];
        return (number is null && values is []) || values.Any(each => each.Value.IsSecret)
            ? null
            : new(
                key.ToString(),
                new KeySession(new(values.Select(each => KeyValuePair.Create(each.Name, SessionValue.Of(each.Value)))), number));
    }

    private void Restore(ValueMap<KeySession> known)
    {
        foreach (var key in Table.Books.SelectMany(book => book.Keys))
        {
            if (!known.TryGetValue(key.ToString(), out var session))
                continue;
            if (session.Values.Count > 0)
                key.Details.Captured =
                    [.. session.Values.Select(value => new CapturedValue(value.Key, value.Value.Read()!))]; // it was not rejected
            if (session.Sequence is { } number)
                key.Number?.Restore(number);
        }
    }

    private void ForgetSession()
    {
        if (!_isAny)
            return;
        lock (_conversation)
            Table.ForgetSession();
    }

    private List<string> SecretTexts()
    {
        lock (_conversation)
            return
            [
                .. Table.Books.SelectMany(book => book.Keys)
                    .SelectMany(key => key.More?.Captured ?? [])
                    .Select(each => each.Value)
                    .Where(value => value.IsSecret)
                    .Select(value => value.AsText())
                    .OfType<string>(),
            ];
    }
}
