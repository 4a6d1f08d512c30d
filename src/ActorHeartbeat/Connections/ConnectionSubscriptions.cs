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
internal sealed partial class ConnectionSubscriptions : ISubscriptionValues
{
    private readonly Conversation _conversation; // guards all of it
    private readonly SchedulerClock _clock;
    private readonly ValueList<string> _secrets;
    private SubscriptionTable? _table; // null until there is a subscription: most endpoints never have one
    private volatile bool _isAny;
    private bool _isOpen;
    private bool _isTold; // the actor knows that something has changed
    private SplitMix _random;

    /// <param name="settings">The endpoint.</param>
    /// <param name="conversation">Fills what is said.</param>
    /// <param name="clock">The scheduler's clock.</param>
    /// <param name="random">For backoff.</param>
    /// <param name="plane">Has those of the connection before, and the numbers of keys.</param>
    /// <param name="known">What an earlier process knew of keys.</param>
    public ConnectionSubscriptions(
        EndpointSettings settings, Conversation conversation, SchedulerClock clock, SplitMix random, EndpointPlane plane,
        ValueMap<KeySession> known)
    {
        (_conversation, _clock, _random, _secrets) = (conversation, clock, random, settings.Secrets);
        if (settings.Subscriptions.Count == 0)
            return;
        _isAny = true;
        _table = plane.Subscriptions is { } before ? before.Follow(this, settings) : Make(settings, null);
        if (plane.Subscriptions is null && known.Count > 0)
            Restore(known);
        JoinConversation(settings);
    }

    private SubscriptionTable Table => _table ?? throw new InvalidOperationException("there is no subscription");

    /// <summary>Whether something is to be said now.</summary>
    public bool HasQueued
    {
        get
        {
            if (!_isAny)
                return false;
            lock (_conversation)
                return Table.HasQueued;
        }
    }

    /// <inheritdoc cref="SubscriptionTable.Open"/>
    public void Open(bool resumed)
    {
        lock (_conversation)
        {
            _isOpen = true;
            _table?.Open(_clock.Elapsed, resumed);
        }
    }

    /// <inheritdoc cref="SubscriptionTable.Change"/>
    public IReadOnlyList<SubscribedKey> Change(EndpointSettings settings)
    {
        lock (_conversation)
        {
            if (_table is null && settings.Subscriptions.Count == 0)
                return [];
            _table ??= MakeEmpty(settings);
            JoinConversation(settings);
            var kept = _table.Change(settings);
            _isAny = settings.Subscriptions.Count > 0 || _table.HasQueued || _table.HasNews;
            return kept;
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
        lock (_conversation)
        {
            var heard = Table.Hear(message, _clock.Elapsed);
            isNews = Table.HasNews && !_isTold;
            _isTold |= isNews;
            return heard;
        }
    }

    /// <summary>Asks again for a key that the peer has, or under backoff; for all of them where none is given.</summary>
    /// <returns>In what time, or zero for all; null where nothing more is asked for.</returns>
    public TimeSpan? AskAgain(SubscribedKey? key)
    {
        if (!_isAny)
            return null;
        lock (_conversation)
            return key is not null ? Table.AskAgain(key, _clock.Elapsed)
                : Table.AskAgain(_clock.Elapsed) ? TimeSpan.Zero
                : null;
    }

    /// <inheritdoc cref="SubscriptionTable.WantRefused(string, string)"/>
    public bool WantRefused(string subscription, string key)
    {
        if (!_isAny)
            return false;
        lock (_conversation)
            return Table.WantRefused(subscription, key);
    }

    /// <summary>Takes what has changed since the last time.</summary>
    public IReadOnlyList<SubscriptionNews> TakeNews()
    {
        if (!_isAny)
            return [];
        lock (_conversation)
        {
            _isTold = false;
            return Table.TakeNews();
        }
    }

    /// <summary>
    /// What a key of another connection counts by where no number of it has come: it may have been added to both connections of a rotation.
    /// </summary>
    /// <returns>Null where it counts already, or is unknown here.</returns>
    public KeyNumber? NumberOf(SubscribedKey key)
    {
        if (!_isAny || key.Number is { Highest: not null })
            return null;
        lock (_conversation)
            return Table.NumberOf(key);
    }

    /// <summary>
    /// Follows another connection before it takes over: keys that the peer gives that one are asked for, though they were refused earlier.
    /// </summary>
    /// <returns>Whether it has yet to ask for keys, or to hear of them, that the other one has.</returns>
    public bool IsBehind(ConnectionSubscriptions? other)
    {
        if (!_isAny || other is null || other == this)
            return false;
        IReadOnlyList<SubscribedKey> pending;
        lock (_conversation)
            pending = Table.Pending();
        if (pending.Count == 0)
            return false;
        lock (other._conversation)
            pending = [.. pending.Where(other.Table.HasAccepted)];
        lock (_conversation)
        {
            foreach (var key in pending.Where(key => key.IsRefused))
                SubscriptionTable.WantRefused(key);
        }
        return pending.Count > 0;
    }

    /// <summary>What consumers have to learn when this connection takes over from another.</summary>
    public IReadOnlyList<SubscriptionNews> NewsAfter(ConnectionSubscriptions? before)
    {
        if (!_isAny || before is null || before == this)
            return [];
        IReadOnlyDictionary<string, SubscriptionState> told;
        lock (before._conversation)
            told = before.Table.Told;
        lock (_conversation)
            return Table.NewsAfter(told, _clock.Elapsed);
    }

    /// <inheritdoc cref="SubscriptionTable.Look"/>
    public SubscriptionVerdict Look(TimeSpan listening, bool mayReconnect, out string why)
    {
        why = "";
        if (!_isAny)
            return SubscriptionVerdict.Nothing;
        lock (_conversation)
            return Table.Look(_clock.Elapsed, listening, mayReconnect, out why);
    }

    /// <inheritdoc cref="SubscriptionTable.LookAgain"/>
    public TimeSpan? LookAgain(TimeSpan listening)
    {
        if (!_isAny)
            return null;
        lock (_conversation)
            return Table.LookAgain(_clock.Elapsed, listening);
    }

    /// <inheritdoc cref="SubscriptionTable.Close"/>
    public void Close()
    {
        lock (_conversation)
        {
            _isOpen = false;
            _table?.Close();
        }
    }

    /// <summary>How many keys stand in each state.</summary>
    public ValueList<SubscriptionCounts> Count()
    {
        if (!_isAny)
            return [];
        lock (_conversation)
            return [.. Table.Books.Select(CountsOf)];
    }

    /// <summary>How each key stands.</summary>
    public ValueList<KeyStatus> Show()
    {
        if (!_isAny)
            return [];
        lock (_conversation)
            return [.. Table.Books.SelectMany(book => book.Keys).Select(StatusOf)];
    }

    ITemplateNames ISubscriptionValues.Begin(SubscriptionSettings settings, SubscribedKey key) => Begin(settings, key);

    ITemplateNames ISubscriptionValues.Own(SubscribedKey key, ITemplateNames around) => Own(key, around);

    TemplateScope ISubscriptionValues.Scope(IReadOnlyList<string> keys, ITemplateNames names) => _conversation.Hears(names, null, keys);

    bool ISubscriptionValues.Capture(SubscribedKey key, MessagePattern match, ReadOnlySpan<byte> message)
    {
        if (key.Book.Settings.Capture.Count == 0 && !match.Groups.Any())
            return false;
        match.Capture(message, (name, text) => Keep(key, name, TemplateValue.Of(text)));
        Capture(key, match.Heard(message), areSecret: false);
        return true;
    }

    private void Capture(SubscribedKey key, HeardMessage message, bool areSecret)
    {
        var names = Begin(key.Book.Settings, key);
        foreach (var (name, value) in key.Book.Settings.Capture)
        {
            var at = MessageAtHand.Read(message, [.. value.OfMessage]);
            if (value.Fill(_conversation.Hears(names, at, [key.Name])) is { IsNothing: false } taken)
                Keep(key, name, taken with { IsSecret = taken.IsSecret || areSecret });
        }
    }

    private void Keep(SubscribedKey key, string name, TemplateValue value)
    {
        if (!Conversation.IsKeepable(value))
            return;
        if (_secrets.Contains(name, StringComparer.Ordinal))
            value = value with { IsSecret = true };
        key.Details.Captured = [.. key.Details.Captured.Where(each => each.Name != name), new CapturedValue(name, value)];
    }

    string ISubscriptionValues.ReasonOf(SubscribedKey key, MessagePattern match, ReadOnlySpan<byte> message)
    {
        if (key.Book.Settings.ReasonTemplate is not { } template)
            return "";
        var names = Begin(key.Book.Settings, key);
        var at = MessageAtHand.Read(match.Heard(message), template.OfMessage);
        return PeerText.Of(_conversation.Hide(template.Fill(_conversation.Hears(names, at, [key.Name])) ?? "", _secrets));
    }

    private LetBlock Begin(SubscriptionSettings settings, SubscribedKey key) => Begin(settings, [key]);

    /// <summary>The names of a message about keys: in a batch each list element has those of its own key.</summary>
    private LetBlock Begin(SubscriptionSettings settings, IReadOnlyList<SubscribedKey> keys) =>
        keys.All(key => key is { Number: null, More: null or { Captured: [] } })
            ? _conversation.Begin(settings.Let)
            : _conversation.Begin(
                settings.Let,
                around => keys is [var only] ? Own(only, around) : new BatchNames([.. keys.Select(key => Own(key, around))], around));

    /// <summary>What a key has captured, and its number, before the names around it.</summary>
    private static ITemplateNames Own(SubscribedKey key, ITemplateNames around)
    {
        var names = key.More?.Captured is { Length: > 0 } captured ? new CapturedNames(captured, around) : around;
        return key.Number is { } number ? new NumberName(number.Highest, names) : names;
    }

    private SubscriptionCounts CountsOf(SubscriptionBook book)
    {
        var counts = new int[Enum.GetValues<SubscriptionState>().Length];
        foreach (var key in book.Keys)
            counts[(int)Table.StateOf(key)]++;
        return new SubscriptionCounts(book.Name, counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]);
    }

    private KeyStatus StatusOf(SubscribedKey key)
    {
        var state = Table.StateOf(key);
        var isRefused = state is SubscriptionState.Refused or SubscriptionState.Gone;
        return new KeyStatus(
            key.Book.Name,
            key.Name,
            state,
            key.Reason ?? "",
            isRefused && key.RetryAt < TimeSpan.MaxValue ? WallClock(key.RetryAt) : null,
            state == SubscriptionState.Wanted || key.Since == TimeSpan.Zero ? null : WallClock(key.StateSince));
    }

    private DateTimeOffset WallClock(TimeSpan time) => _clock.UtcNow + (time - _clock.Elapsed);

    private SubscriptionTable Make(EndpointSettings settings, SubscriptionTable? before) =>
        new(settings, this, () => _random.NextDouble(), before);

    private void JoinConversation(EndpointSettings settings)
    {
        _conversation.SessionForgotten = ForgetSession;
        if (settings.Subscriptions.Values.Any(each =>
            each.Capture.Keys.Any(name => each.Http is not null || _secrets.Contains(name, StringComparer.Ordinal))))
            _conversation.KeySecrets = SecretTexts;
    }

    /// <summary>For the first subscription of a connection that began without any.</summary>
    private SubscriptionTable MakeEmpty(EndpointSettings settings)
    {
        var table = Make(settings with { Subscriptions = ValueMap<SubscriptionSettings>.Empty }, null);
        if (_isOpen)
            table.Open(_clock.Elapsed, resumed: false);
        return table;
    }

    private SubscriptionTable Follow(ConnectionSubscriptions next, EndpointSettings settings)
    {
        lock (_conversation)
            return next.Make(settings, _table);
    }
}
