using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Connections;

/// <summary>
/// Messages that are sent after every connect, by key in order of their first subscription. The supervisor writes them down before it answers, so that
/// they outlive whatever the endpoint's actors are doing; a connection reads them when it opens, and is told of what changes later. Changes are numbered:
/// one that a connection has read already is not sent over it again. Thread-safe.
/// </summary>
internal sealed class RememberedSubscriptions
{
    private readonly Lock _gate = new();
    private readonly OrderedDictionary<string, OutboundMessage> _messages = new(StringComparer.Ordinal);
    private long _changes;

    public int Count
    {
        get
        {
            lock (_gate)
                return _messages.Count;
        }
    }

    public IReadOnlyList<OutboundMessage> Values => [.. Read().Messages.Select(entry => entry.Value)];

    public SubscriptionChanged Remember(string key, OutboundMessage message)
    {
        lock (_gate)
        {
            _messages[key] = message;
            return new SubscriptionChanged(++_changes, key, message);
        }
    }

    /// <param name="key">What to forget.</param>
    /// <param name="message">What tells the server so; null when nothing does.</param>
    public SubscriptionChanged Forget(string key, OutboundMessage? message)
    {
        lock (_gate)
        {
            _messages.Remove(key);
            return new SubscriptionChanged(++_changes, key, message);
        }
    }

    /// <summary>Forgets all: the endpoint is removed.</summary>
    public void Clear()
    {
        lock (_gate)
            _messages.Clear();
    }

    /// <summary>All that is remembered, and the number of the last change in it.</summary>
    public (long Change, IReadOnlyList<KeyValuePair<string, OutboundMessage>> Messages) Read()
    {
        lock (_gate)
            return (_changes, [.. _messages]);
    }
}
