using System.Collections.Immutable;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Subscriptions;

/// <summary>
/// A key of a subscription, as it stands on one connection. There may be ten thousand of them, so it is small: what few of them need lies
/// in <see cref="More"/>.
/// </summary>
/// <param name="book">The subscription that it is a key of.</param>
/// <param name="name">The key.</param>
internal sealed class SubscribedKey(SubscriptionBook book, string name)
{
    public static readonly ImmutableDictionary<string, TemplateValue> NothingCaptured = ImmutableDictionary<string, TemplateValue>.Empty;

    public SubscriptionBook Book { get; } = book;

    public string Name { get; } = name;

    public SubscriptionState State { get; set; }

    /// <summary>The state that consumers know.</summary>
    public SubscriptionState Told { get; set; }

    /// <summary>Whether any connection has had it accepted.</summary>
    public bool WasAccepted { get; set; }

    /// <summary>Whether it is in the queue of keys to ask for.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Refusals in a row.</summary>
    public byte Failures { get; set; }

    /// <summary>What was done in vain about its missing data.</summary>
    public StaleRemedy Remedy { get; set; }

    /// <summary>When it was accepted, or last had data or a remedy, on the clock of the connection.</summary>
    public TimeSpan Since { get; set; }

    /// <summary>When a refused key is asked for again; <see cref="TimeSpan.MaxValue"/> for never.</summary>
    public TimeSpan RetryAt { get; set; }

    /// <summary>The asking that it was asked for by, while some of its keys wait for the answer; null for none.</summary>
    public Asking? Asking { get; set; }

    /// <summary>Whether it waits for the answer.</summary>
    public bool IsAwaited { get; set; }

    /// <summary>The number that came last on this connection; null for none.</summary>
    public long? LastNumber { get; set; }

    /// <summary>The highest number that consumers have; null until one came in.</summary>
    public KeyNumber? Number { get; set; }

    /// <summary>What its messages are published as; only the pump uses it.</summary>
    public object? Source { get; set; }

    public KeyDetails? More { get; set; }

    public KeyDetails Details => More ??= new KeyDetails();

    /// <summary>Why it was refused; null when it was not, or nobody knows.</summary>
    public string? Reason
    {
        get => More?.Reason;
        set
        {
            if (value is not null)
                Details.Reason = value;
            else if (More is { } details)
                details.Reason = null;
        }
    }

    /// <summary>Whether the peer may have it.</summary>
    public bool IsThere => State is SubscriptionState.Asked or SubscriptionState.Accepted or SubscriptionState.Stale;

    /// <summary>Whether it stays accepted where the peer goes on.</summary>
    public bool IsKept { get; private set; }

    /// <summary>Forgets what was captured of the connection before, but for its session.</summary>
    public void BeginAnew()
    {
        if (More is { Captured.Count: > 0 } details)
            details.Captured = details.OfSession;
    }

    /// <summary>Takes what is known of it from the connection before.</summary>
    public void Remember(SubscribedKey before)
    {
        (WasAccepted, Told, Failures, RetryAt, Remedy) = (before.WasAccepted, before.Told, before.Failures, before.RetryAt, before.Remedy);
        IsKept = before.State == SubscriptionState.Accepted || (before.IsKept && before.State == SubscriptionState.Wanted);
        if (before.State is SubscriptionState.Refused or SubscriptionState.Gone && !before.IsQueued)
            (State, Reason) = (before.State, before.Reason);
        if (before.More is { Captured.Count: > 0 } details)
            Details.Captured = details.Captured;
    }

    /// <summary>Its subscription and it, as consumers name it.</summary>
    public override string ToString() => $"{Book.Name}/{Name}";
}

/// <summary>What few keys have.</summary>
internal sealed class KeyDetails
{
    /// <summary>Why it was refused, as it may be shown.</summary>
    public string? Reason { get; set; }

    public ImmutableDictionary<string, TemplateValue> Captured { get; set; } = SubscribedKey.NothingCaptured;

    /// <summary>What of it outlives the connection.</summary>
    public ImmutableDictionary<string, TemplateValue> OfSession => Captured.Where(value => TemplateName.IsOfSession(value.Key))
        .ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>What the patterns have of it that ask for more than the key: each with what removes it.</summary>
    public List<(PatternIndex<SubscribedKey> Index, object Added)> Completed { get; } = [];
}

/// <summary>What is done about a key whose data are overdue, one after the other.</summary>
internal enum StaleRemedy : byte
{
    Nothing,

    /// <summary>It is asked for again.</summary>
    Ask,

    /// <summary>The connection is replaced; the new one opens first.</summary>
    Rotate,

    /// <summary>The connection ends and is dialed again.</summary>
    Reconnect,

    /// <summary>It is asked for again now and then.</summary>
    Wait,
}

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
        [.. (Book.IsWhole ? Book.Keys.Where(key => key.State is not (SubscriptionState.Refused or SubscriptionState.Gone)) : Keys).Select(
            key => key.Name)];

    /// <summary>The keys that wait for the answer.</summary>
    public IReadOnlyList<SubscribedKey> Open => [.. Keys.Where(key => key.IsAwaited && ReferenceEquals(key.Asking, this))];

    /// <summary>Gives up the request that asks; null where a message does.</summary>
    public Action? GiveUp { get; set; }

    /// <summary>How many they are.</summary>
    public int Waiting { get; set; }

    /// <summary>Its place among the askings without an answer.</summary>
    public LinkedListNode<Asking>? Place { get; set; }
}
