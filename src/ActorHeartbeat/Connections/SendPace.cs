using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Connections;

/// <summary>
/// Decides when the next message may go out over one connection, under the send rate of its group, and holds the subscriptions that wait
/// for their turn. Messages go out one at a time, evenly spaced: no span of time sees more than the rate allows, whatever window the server
/// counts in. Opening messages go out at once and count; heartbeats, replies to the server and on-close messages neither wait nor count.
/// Under a pace of their own, opening messages and subscriptions are spaced besides.
/// </summary>
/// <param name="rate">The send rate of the group; null for no limit.</param>
/// <param name="opening">The pace of opening messages and subscriptions; null for none.</param>
/// <param name="now">On the scheduler's clock.</param>
internal sealed class SendPace(Rate? rate, Rate? opening, TimeSpan now)
{
    private const double Burst = 1;

    private readonly OrderedDictionary<string, OutboundMessage> _subscriptions = new(StringComparer.Ordinal);
    private TokenBucket? _bucket = rate is { } given ? TokenBucket.Full(given, Burst, now) : null;
    private TokenBucket? _opening = opening is { } pace ? TokenBucket.Full(pace, Burst, now) : null;

    /// <summary>Whether subscriptions wait for their turn; they go before other messages.</summary>
    public bool HasSubscriptions => _subscriptions.Count > 0;

    /// <summary>Whether everything goes out at once.</summary>
    public bool IsUnlimited => _bucket is null && _opening is null;

    /// <summary>Sets another rate, or none.</summary>
    public void Configure(Rate? rate, TimeSpan now) => _bucket = (rate, _bucket) switch
    {
        (null, _) => null,
        ({ } given, null) => TokenBucket.Full(given, Burst, now),
        ({ } given, { } bucket) => bucket.With(given, Burst, now),
    };

    /// <summary>How long until the next message may go out; zero for now.</summary>
    /// <param name="now">On the scheduler's clock.</param>
    /// <param name="asks">Whether the next message asks for keys of a subscription.</param>
    public TimeSpan Wait(TimeSpan now, bool asks)
    {
        var wait = _bucket?.Wait(now) ?? TimeSpan.Zero;
        return (HasSubscriptions || asks) && OpeningWait(now) is var opening && opening > wait ? opening : wait;
    }

    /// <summary>How long until the next opening message may go out; zero for now.</summary>
    public TimeSpan OpeningWait(TimeSpan now) => _opening?.Wait(now) ?? TimeSpan.Zero;

    /// <summary>Counts a message that goes out, in its turn or out of turn.</summary>
    public void Spend(TimeSpan now) => (_bucket, _opening) = (Spent(_bucket, now), Spent(_opening, now));

    private static TokenBucket? Spent(TokenBucket? before, TimeSpan now) =>
        before is { } bucket ? bucket.Take(now) ?? bucket.RefilledAt(now) with { Tokens = 0 } : null;

    /// <summary>Queues the remembered subscriptions when the connection opens.</summary>
    public void Replay(IEnumerable<KeyValuePair<string, OutboundMessage>> remembered)
    {
        foreach (var (key, message) in remembered)
            _subscriptions.Add(key, message);
    }

    /// <summary>Queues the message about a subscription, if any, in place of one that still waits for the same key.</summary>
    public void Enqueue(string key, OutboundMessage? message)
    {
        _subscriptions.Remove(key);
        if (message is not null)
            _subscriptions.Add(key, message);
    }

    public KeyValuePair<string, OutboundMessage> NextSubscription()
    {
        var next = _subscriptions.GetAt(0);
        _subscriptions.RemoveAt(0);
        return next;
    }
}
