namespace ActorHeartbeat.Subscriptions;

/// <summary>One message that asks for keys, until it is answered.</summary>
/// <param name="book">Their subscription.</param>
/// <param name="keys">The keys.</param>
/// <param name="deadline">When the answer is late.</param>
internal sealed class Asking(SubscriptionBook book, IReadOnlyList<SubscribedKey> keys, TimeSpan deadline)
{
    public SubscriptionBook Book { get; } = book;

    public IReadOnlyList<SubscribedKey> Keys { get; } = keys;

    public TimeSpan Deadline { get; } = deadline;

    /// <summary>The keys that the message names.</summary>
    public IReadOnlyList<string> Said =>
        [.. (Book.IsWhole ? Book.Keys.Where(key => !key.IsRefused) : Keys).Select(key => key.Name)];

    /// <summary>The keys that wait for the answer.</summary>
    public IReadOnlyList<SubscribedKey> Open => [.. Keys.Where(key => key.IsAwaited && ReferenceEquals(key.Asking, this))];

    /// <summary>Gives up the request that asks; null where a message does.</summary>
    public Action? GiveUp { get; set; }

    /// <summary>How many they are.</summary>
    public int Waiting { get; set; }

    /// <summary>Its place among the askings without an answer.</summary>
    public LinkedListNode<Asking>? Place { get; set; }
}
