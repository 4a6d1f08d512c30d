using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Subscriptions;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Connections;

/// <summary>
/// The subscriptions of one connection, between its pump, which hears what the peer says about them, and its actor, which asks.
/// Thread-safe.
/// </summary>
internal sealed class ConnectionSubscriptions : ISubscriptionValues
{
    private readonly Lock _lock = new();
    private readonly Conversation _conversation;
    private readonly SchedulerClock _clock;
    private readonly SubscriptionTable _table;
    private readonly ValueList<string> _secrets;
    private volatile bool _isAny;
    private bool _isTold; // the actor knows that something has changed
    private SplitMix _random;

    /// <param name="settings">The endpoint.</param>
    /// <param name="conversation">Fills what is said.</param>
    /// <param name="clock">The scheduler's clock.</param>
    /// <param name="random">For backoff.</param>
    /// <param name="before">Those of the connection before; null for none.</param>
    public ConnectionSubscriptions(
        EndpointSettings settings, Conversation conversation, SchedulerClock clock, SplitMix random, ConnectionSubscriptions? before)
    {
        (_conversation, _clock, _random, _secrets) = (conversation, clock, random, settings.Secrets);
        _table = before is null ? Make(settings, null) : before.Follow(this, settings);
        _isAny = settings.Subscriptions.Count > 0;
    }

    /// <summary>Whether something is to be said now.</summary>
    public bool HasQueued
    {
        get
        {
            if (!_isAny)
                return false;
            lock (_lock)
                return _table.HasQueued;
        }
    }

    /// <inheritdoc cref="SubscriptionTable.Open"/>
    public void Open(bool resumed)
    {
        lock (_lock)
            _table.Open(_clock.Elapsed, resumed);
    }

    /// <inheritdoc cref="SubscriptionTable.Change"/>
    public void Change(EndpointSettings settings)
    {
        lock (_lock)
        {
            _table.Change(settings);
            _isAny = settings.Subscriptions.Count > 0 || _table.HasQueued;
        }
    }

    /// <summary>Looks at a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="isNews">Whether the actor is to be told that something has changed.</param>
    public SubscriptionHeard Hear(ReadOnlySpan<byte> message, out bool isNews)
    {
        isNews = false;
        if (!_isAny)
            return default;
        lock (_lock)
        {
            var heard = _table.Hear(message, _clock.Elapsed);
            isNews = _table.HasNews && !_isTold;
            _isTold |= isNews;
            return heard;
        }
    }

    /// <inheritdoc cref="SubscriptionTable.AskAgain"/>
    /// <returns>Whether it is to be asked for.</returns>
    public bool AskAgain(SubscribedKey key)
    {
        lock (_lock)
            return _table.AskAgain(key);
    }

    /// <summary>Takes what has changed since the last time.</summary>
    public IReadOnlyList<SubscriptionNews> TakeNews()
    {
        lock (_lock)
        {
            _isTold = false;
            return _table.TakeNews();
        }
    }

    /// <inheritdoc cref="SubscriptionTable.Look"/>
    public SubscriptionVerdict Look(TimeSpan listening, out string why)
    {
        why = "";
        if (!_isAny)
            return SubscriptionVerdict.Nothing;
        lock (_lock)
            return _table.Look(_clock.Elapsed, listening, out why);
    }

    /// <inheritdoc cref="SubscriptionTable.LookAgain"/>
    public TimeSpan? LookAgain(TimeSpan listening)
    {
        if (!_isAny)
            return null;
        lock (_lock)
            return _table.LookAgain(_clock.Elapsed, listening);
    }

    /// <summary>
    /// Takes the message that is to be said next, and awaits its answer. Keys whose message lacks a value are refused for that.
    /// </summary>
    /// <param name="name">The subscription that it is about.</param>
    /// <returns>Null when there is none.</returns>
    public OutboundMessage? TakeNext(out string name)
    {
        lock (_lock)
        {
            while (_table.HasQueued)
            {
                if ((_table.TakeCancelling() is { } cancelling ? Fill(cancelling, out name) : FillNext(out name)) is { } message)
                    return message;
            }
        }
        name = "";
        return null;
    }

    /// <inheritdoc cref="SubscriptionTable.Close"/>
    public void Close()
    {
        lock (_lock)
            _table.Close();
    }

    /// <summary>How many keys stand in each state.</summary>
    public ValueList<SubscriptionCounts> Count()
    {
        if (!_isAny)
            return [];
        lock (_lock)
            return [.. _table.Books.Select(CountsOf)];
    }

    /// <summary>How each key stands.</summary>
    public ValueList<KeyStatus> Show()
    {
        if (!_isAny)
            return [];
        lock (_lock)
            return [.. _table.Books.SelectMany(book => book.Keys).Select(StatusOf)];
    }

    ITemplateNames ISubscriptionValues.Begin(SubscriptionSettings settings, SubscribedKey key) =>
        _conversation.Begin(settings.Let, key.More?.Captured);

    TemplateScope ISubscriptionValues.Scope(IReadOnlyList<string> keys, ITemplateNames names) => _conversation.Hears(names, null, keys);

    bool ISubscriptionValues.Capture(SubscribedKey key, MessagePattern match, ReadOnlySpan<byte> message)
    {
        var settings = key.Book.Settings;
        if (settings.Capture.Count == 0 && !match.Groups.Any())
            return false;
        var names = _conversation.Begin(settings.Let, key.More?.Captured);
        var found = new OrderedDictionary<string, CapturedValue>(StringComparer.Ordinal);
        foreach (var known in key.More?.Captured ?? [])
            found[known.Name] = known;
        match.Capture(message, (name, text) => Keep(name, TemplateValue.Of(text)));
        foreach (var (name, value) in settings.Capture)
        {
            var at = MessageAtHand.Read(match.Heard(message), [.. value.OfMessage]);
            if (value.Fill(_conversation.Hears(names, at, [key.Name])) is { IsNothing: false } taken)
                Keep(name, taken);
        }
        key.Details.Captured = [.. found.Values];
        return true;

        void Keep(string name, TemplateValue value)
        {
            if (Conversation.IsKeepable(value))
                found[name] = new CapturedValue(name, value);
        }
    }

    string ISubscriptionValues.ReasonOf(SubscribedKey key, MessagePattern match, ReadOnlySpan<byte> message)
    {
        if (key.Book.Settings.ReasonTemplate is not { } template)
            return "";
        var names = _conversation.Begin(key.Book.Settings.Let, key.More?.Captured);
        var at = MessageAtHand.Read(match.Heard(message), template.OfMessage);
        return PeerText.Of(_conversation.Hide(template.Fill(_conversation.Hears(names, at, [key.Name])) ?? "", _secrets));
    }

    private SubscriptionCounts CountsOf(SubscriptionBook book)
    {
        var counts = new int[Enum.GetValues<SubscriptionState>().Length];
        foreach (var key in book.Keys)
            counts[(int)_table.StateOf(key)]++;
        return new SubscriptionCounts(book.Name, counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]);
    }

    private KeyStatus StatusOf(SubscribedKey key)
    {
        var state = _table.StateOf(key);
        var isRefused = state is SubscriptionState.Refused or SubscriptionState.Gone;
        return new KeyStatus(
            key.Book.Name,
            key.Name,
            state,
            key.Reason ?? "",
            isRefused && key.RetryAt < TimeSpan.MaxValue ? WallClock(key.RetryAt) : null,
            isRefused || state == SubscriptionState.Wanted ? null : WallClock(key.Since));
    }

    private DateTimeOffset WallClock(TimeSpan time) => _clock.UtcNow + (time - _clock.Elapsed);

    private SubscriptionTable Make(EndpointSettings settings, SubscriptionTable? before) =>
        new(settings, this, () => _random.NextDouble(), before);

    private SubscriptionTable Follow(ConnectionSubscriptions next, EndpointSettings settings)
    {
        lock (_lock)
            return next.Make(settings, _table);
    }

    private OutboundMessage? Fill(Cancelling cancelling, out string name)
    {
        var (settings, keys) = (cancelling.Settings, cancelling.Keys);
        name = keys[0].Book.Name;
        var names = _conversation.Begin(settings.Let, keys[0].More?.Captured);
        return _conversation.Fill(settings.Cancel!, names, [.. keys.Select(key => key.Name)], out _);
    }

    private OutboundMessage? FillNext(out string name)
    {
        var asking = _table.TakeAsking(_clock.Elapsed)!; // something is queued
        name = asking.Book.Name;
        var settings = asking.Book.Settings;
        var names = _conversation.Begin(settings.Let, asking.Keys[0].More?.Captured);
        var message = _conversation.Fill(settings.Send!, names, asking.Said, out var lacking);
        if (message is null)
            _table.Refuse(asking.Keys, $"{lacking} has no value", _clock.Elapsed);
        else
            _table.Asked(asking, names, _clock.Elapsed);
        return message;
    }
}
