using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Subscriptions;

/// <summary>The keys of one subscription on one connection, and the patterns by which its messages are known.</summary>
internal sealed class SubscriptionBook
{
    private readonly Dictionary<string, Dictionary<byte[], SubscribedKey>> _targets = new(StringComparer.Ordinal);
    private readonly KeyList _keys;
    private readonly LinkedList<Asking> _askings = new();
    private readonly PatternIndex<SubscribedKey>? _expect, _reject, _data;
    private readonly bool _expectIsFilled, _rejectIsFilled; // for each asking, or each key
    private readonly bool _expectsEach, _rejectsEach; // or whole batches
    private readonly ISubscriptionValues _values;
    private int _doubted; // keys that the peer may have

    /// <param name="name">The name of the subscription.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="values">What its templates look at.</param>
    /// <param name="order">Its place among the subscriptions of the connection.</param>
    public SubscriptionBook(string name, SubscriptionSettings settings, ISubscriptionValues values, int order)
    {
        (Name, Settings, _values, Order) = (name, settings, values, order);
        _keys = new KeyList(settings.ForEach.Count);
        (_expect, _reject, _data) = (Index(settings.Expect), Index(settings.Reject), Index(settings.Data, settings.Sequence));
        _expectIsFilled = settings.Expect?.HasPlaceholders ?? false;
        _rejectIsFilled = settings.Reject?.HasPlaceholders ?? false;
        _expectsEach = settings.Expect?.AsksForEach(settings.Let) ?? false;
        _rejectsEach = settings.Reject?.AsksForEach(settings.Let) ?? false;
    }

    public string Name { get; }

    public SubscriptionSettings Settings { get; private set; }

    /// <summary>Its place among the subscriptions of the connection.</summary>
    public int Order { get; }

    public KeyList Keys => _keys;

    /// <summary>What the messages about it are published as; only the pump uses it.</summary>
    public object? Source { get; set; }

    /// <summary>Whether data without a number have come, where there should be one; only the pump uses it.</summary>
    public bool LacksNumber { get; set; }

    /// <summary>The oldest asking without an answer; null for none.</summary>
    public Asking? Oldest => _askings.First?.Value;

    /// <summary>The keys that are to be asked for.</summary>
    public AskingQueue Queue { get; } = new();

    /// <summary>How long a key may go without data, where that is bounded.</summary>
    public TimeSpan Silence => Settings.Stale ?? TimeSpan.MaxValue;

    /// <summary>Takes other settings, unless its keys are said, or known, in other words.</summary>
    public bool TryFollow(SubscriptionSettings settings)
    {
        if (Words(settings) != Words(Settings))
            return false;
        Settings = settings;
        return true;
    }

    /// <summary>Whether one message asks for all keys.</summary>
    public bool IsWhole => Settings.Batch == SubscriptionSettings.WholeBatch;

    public SubscribedKey? Find(string key) => _keys.Find(key);

    public SubscribedKey Add(string key)
    {
        var added = new SubscribedKey(this, key);
        Enter(added);
        return added;
    }

    /// <summary>A key that was removed is wanted again, and the peer has it still.</summary>
    public void Return(SubscribedKey key)
    {
        Enter(key);
        Complete(key, _values.Begin(Settings, key));
    }

    public void Remove(SubscribedKey key)
    {
        _keys.Remove(key);
        Queue.Remove(key);
        Settle(key);
        Doubt(key, mayBeThere: false);
        Uncomplete(key);
        foreach (var (index, pattern) in Patterns)
        {
            if (AsksForKeyAlone(pattern) && !index.IsByName)
                index.Remove(ScopeOf(key), key);
        }
    }

    /// <summary>Says whether the peer may have a key that counts as refused.</summary>
    public void Doubt(SubscribedKey key, bool mayBeThere)
    {
        if (key.MayBeThere == mayBeThere)
            return;
        key.MayBeThere = mayBeThere;
        _doubted += mayBeThere ? 1 : -1;
    }

    /// <summary>Keys were asked for.</summary>
    /// <param name="asking">The message.</param>
    /// <param name="names">The names of its block.</param>
    /// <param name="isAnswered">Whether an answer is awaited.</param>
    public void Await(Asking asking, ITemplateNames names, bool isAnswered)
    {
        if (isAnswered)
            (asking.Waiting, asking.Place) = (asking.Keys.Count, _askings.AddLast(asking));
        foreach (var key in asking.Keys)
        {
            Settle(key);
            Uncomplete(key);
            key.Await(isAnswered ? asking : null);
            Complete(key, asking.Keys.Count == 1 ? names : _values.Own(key, names));
        }
    }

    /// <summary>Its answer is awaited no more.</summary>
    public void Settle(SubscribedKey key)
    {
        if (key is not { IsAwaited: true, Asking: { } asking })
            return;
        key.Answered();
        if (--asking.Waiting > 0)
            return; // the answer for the others may be known by this key
        _askings.Remove(asking.Place!);
        foreach (var each in asking.Keys)
            each.Leave(asking);
    }

    /// <summary>Completes the patterns again that ask for more than the key.</summary>
    public void Complete(SubscribedKey key, ITemplateNames names)
    {
        Uncomplete(key);
        foreach (var (index, pattern) in Patterns)
        {
            if (!pattern.HasPlaceholders || AsksForKeyAlone(pattern) || index.Add(_values.Scope([key.Name], names), key) is not { } added)
                continue;
            key.Details.Completed = [.. key.Details.Completed, (index, added)];
        }
    }

    /// <summary>The keys that a message accepts; none where it accepts none.</summary>
    public IReadOnlyList<SubscribedKey> FindAccepted(ReadOnlySpan<byte> message, out MessagePattern? match)
    {
        match = null;
        if ((_askings.First is null && _doubted == 0) || Settings is not { Expect: { } expect, Http: null })
            return [];
        if (!_expectIsFilled)
        {
            match = expect;
            return _askings.First is { Value: var oldest } && expect.Matches(message) ? oldest.Open : [];
        }
        if (_expect!.Find(message, out var found) is not { } key)
            return [];
        match = found;
        if (!_expectsEach)
            return key.Asking?.Open ?? [];
        return key.IsAwaited || key.MayBeThere ? [key] : []; // the answer may be late
    }

    /// <summary>The keys that a message refuses or ends; none where it refuses none.</summary>
    public IReadOnlyList<SubscribedKey> FindRefused(ReadOnlySpan<byte> message, out MessagePattern? match)
    {
        match = Settings.Reject;
        if (match is null)
            return [];
        if (!_rejectIsFilled)
            return _askings.First is { Value: var oldest } && match.Matches(message) ? oldest.Open : [];
        if (_reject!.Find(message, out var found) is not { } key)
            return [];
        match = found;
        return _rejectsEach || key.Asking is not { } asking ? [key] : asking.Open;
    }

    /// <summary>The key whose data a message is; null for none.</summary>
    /// <param name="message">The message.</param>
    /// <param name="number">Its number, where it has one.</param>
    public SubscribedKey? FindData(ReadOnlySpan<byte> message, out long? number)
    {
        number = null;
        return _data?.Find(message, out _, out number);
    }

    private IEnumerable<(PatternIndex<SubscribedKey> Index, MessagePattern Pattern)> Patterns
    {
        get
        {
            if (_expect is not null)
                yield return (_expect, Settings.Expect!);
            if (_reject is not null)
                yield return (_reject, Settings.Reject!);
            if (_data is not null)
                yield return (_data, Settings.Data!);
        }
    }

    /// <summary>
    /// Messages are not known by the key any more. The answer that others of its asking wait for is known by one of these.
    /// </summary>
    private static void Uncomplete(SubscribedKey key)
    {
        if (key.More is not { Completed: { Length: > 0 } completed } details)
            return;
        details.Completed = [];
        foreach (var (index, added) in completed)
        {
            if (index.Remove(added, key) && key.Asking is { } asking)
                _ = asking.Open.Any(heir =>
                    heir.Details.Completed.Any(each => each.Index == index && index.Restore(added, each.Added, heir)));
        }
    }

    private void Enter(SubscribedKey key)
    {
        _keys.Add(key);
        foreach (var (index, pattern) in Patterns)
        {
            if (AsksForKeyAlone(pattern) && !index.IsByName)
                index.Add(ScopeOf(key), key);
        }
    }

    private TemplateScope ScopeOf(SubscribedKey key) => _values.Scope([key.Name], _values.Begin(Settings, key));

    private PatternIndex<SubscribedKey>? Index(MessagePattern? pattern, SequenceSettings? sequence = null) =>
        pattern is null ? null : new(pattern, TargetsOf, _keys.Find, sequence);

    private Dictionary<byte[], SubscribedKey> TargetsOf(string completing)
    {
        if (!_targets.TryGetValue(completing, out var targets))
            _targets[completing] = targets = new Dictionary<byte[], SubscribedKey>(Settings.ForEach.Count, CompletedKey.Comparer);
        return targets;
    }

    /// <summary>What the peer hears, and what its messages are known by.</summary>
    private static SubscriptionSettings Words(SubscriptionSettings settings) => settings with
    {
        ForEach = [],
        Batch = settings.Batch == SubscriptionSettings.WholeBatch ? settings.Batch : 1,
        Cancel = null,
        CancelHttp = null,
        Timeout = TimeSpan.Zero,
        Reason = null,
        Then = RefusedKeyAction.Retry,
        Stale = null,
        Sequence = settings.Sequence is { } sequence ? sequence with { Step = null, OnGap = SequenceGapAction.Tell } : null,
    };

    /// <summary>Whether the key is all that a pattern has to be completed with: then it is completed once.</summary>
    private static bool AsksForKeyAlone(MessagePattern pattern) =>
        pattern.HasPlaceholders
        && pattern.Templates.All(template => template.Names.All(name => name == TemplateName.Each) && template.References.Count == 0);
}

/// <summary>Gives what the templates of a subscription look at.</summary>
internal interface ISubscriptionValues
{
    /// <summary>The names of a key's block: its <c>let</c>, then what it has captured, then the names around it.</summary>
    ITemplateNames Begin(SubscriptionSettings settings, SubscribedKey key);

    /// <summary>What a key has captured, and its number, before the names of the block that it shares with others.</summary>
    ITemplateNames Own(SubscribedKey key, ITemplateNames around);

    /// <summary>What a template that is filled for keys looks at.</summary>
    TemplateScope Scope(IReadOnlyList<string> keys, ITemplateNames names);

    /// <summary>Keeps what a key takes from the message that accepts it.</summary>
    /// <returns>Whether there was anything to keep.</returns>
    bool Capture(SubscribedKey key, MessagePattern match, ReadOnlySpan<byte> message);

    /// <summary>Why a message refuses, as it may be shown.</summary>
    string ReasonOf(SubscribedKey key, MessagePattern match, ReadOnlySpan<byte> message);
}
