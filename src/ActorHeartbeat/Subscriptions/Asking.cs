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
    public IReadOnlyList<SubscribedKey> Said => Book.IsWhole ? [.. Book.Keys.Where(key => !key.IsRefused)] : Keys;

    /// <summary>The keys that wait for the answer.</summary>
    public IReadOnlyList<SubscribedKey> Open => [.. Keys.Where(key => key.IsAwaited && ReferenceEquals(key.Asking, this))];

    /// <summary>The request that asks; null where a message does, and when it is over.</summary>
    public KeyRequest? Request { get; set; }

    /// <summary>How many they are.</summary>
    public int Waiting { get; set; }

    /// <summary>Its place among the askings without an answer.</summary>
    public LinkedListNode<Asking>? Place { get; set; }
}

/// <summary>A request about keys that is under way.</summary>
/// <param name="asking">What it asks for; null where it ends keys.</param>
/// <param name="deadline">When it is given up.</param>
/// <param name="giveUp">Gives it up.</param>
internal sealed class KeyRequest(Asking? asking, TimeSpan deadline, Action giveUp)
{
    public Asking? Asking { get; } = asking;

    public TimeSpan Deadline { get; } = deadline;

    public Action GiveUp { get; } = giveUp;

    /// <summary>Keys that are wanted no more since: what the answer says may be needed to end them.</summary>
    public List<SubscribedKey> Unwanted { get; } = [];
}
