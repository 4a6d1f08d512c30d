using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Subscriptions;

/// <summary>
/// The subscriptions of one connection: which keys are wanted, asked for, accepted, refused, stale, gone. It decides what is asked next and
/// what a message means; it has no socket and no clock. Used by one thread at a time.
/// </summary>
/// <remarks>
/// Invariants: a key in the queue is not accepted, and no answer is awaited for it, unless it goes on until it is ended and asked for
/// again; a key for which an answer is awaited is asked for; a key that nobody wants any more is in no book.
/// </remarks>
internal sealed partial class SubscriptionTable
{
    private readonly OrderedDictionary<string, SubscriptionBook> _books = new(StringComparer.Ordinal);
    private readonly LinkedList<Cancelling> _cancellings = new(); // the last of them may take more keys
    private readonly KeyClocks _clocks = new();
    private readonly ISubscriptionValues _values;
    private readonly Func<double> _random;
    private EndpointSettings _settings;
    private List<SubscriptionNews> _news = [];
    private bool _isOpen;
    private int _order; // of the next book
    private int _turn; // which book asks next

    /// <param name="settings">The endpoint.</param>
    /// <param name="values">What the templates look at.</param>
    /// <param name="random">Uniform in [0, 1), for backoff.</param>
    /// <param name="before">The table of the connection before; null for none.</param>
    public SubscriptionTable(EndpointSettings settings, ISubscriptionValues values, Func<double> random, SubscriptionTable? before)
    {
        (_settings, _values, _random) = (settings, values, random);
        foreach (var (name, subscription) in settings.Subscriptions)
            AddBook(name, subscription, before?._books.GetValueOrDefault(name));
    }

    public IReadOnlyCollection<SubscriptionBook> Books => _books.Values;

    /// <summary>Whether there is something to say now.</summary>
    public bool HasQueued
    {
        get
        {
            var isAny = _cancellings.Count > 0;
            foreach (var book in _books.Values)
                isAny |= book.Queue.Count > 0;
            return isAny;
        }
    }

    /// <summary>Begins to ask.</summary>
    /// <param name="now">On the connection's clock.</param>
    /// <param name="resumed">Whether the peer goes on where it was: what was accepted stays so.</param>
    public void Open(TimeSpan now, bool resumed)
    {
        _isOpen = true;
        foreach (var key in _books.Values.SelectMany(book => book.Keys))
        {
            if (resumed && key.IsKept)
            {
                (key.State, key.Since) = (SubscriptionState.Accepted, now);
                key.Book.Complete(key, _values.Begin(key.Book.Settings, key));
                _clocks.Set(key);
                continue;
            }
            key.BeginAnew();
            if (!key.IsRefused)
                key.Book.Queue.Add(key, isReplayed: true);
        }
    }

    /// <summary>The connection is over: what it had accepted is wanted again.</summary>
    public void Close() => _isOpen = false;

    /// <summary>The state of a key, as it is shown.</summary>
    public SubscriptionState StateOf(SubscribedKey key) =>
        _isOpen || key.IsRefused ? key.State : SubscriptionState.Wanted;

    /// <summary>Takes what is to be ended next; null when there is nothing.</summary>
    public Cancelling? TakeCancelling()
    {
        var next = _cancellings.First?.Value;
        if (next is not null)
            _cancellings.RemoveFirst();
        return next;
    }

    /// <summary>
    /// Takes the keys that are asked for next; null when there are none, or some are to be ended first. <see cref="Asked"/> follows, or
    /// they are refused.
    /// </summary>
    public Asking? TakeAsking(TimeSpan now)
    {
        for (var passed = 0; passed < _books.Count; passed++)
        {
            var book = _books.GetAt(_turn++ % _books.Count).Value;
            if (book.Queue.Count == 0)
                continue;
            if (book.Queue.TakeToEnd(book.Settings.Batch) is { Count: > 0 } keys)
            {
                Cancel(book, keys);
                book.Queue.Ended(keys, isSaid: _cancellings.Count > 0);
                if (_cancellings.Count > 0)
                    return null;
            }
            return new Asking(book, book.Queue.Take(book.Settings.Batch), KeyClocks.After(now, book.Settings.Timeout));
        }
        return null;
    }

    /// <summary>The message has gone out.</summary>
    /// <param name="asking">What it asked for.</param>
    /// <param name="names">The names of its block.</param>
    /// <param name="now">On the connection's clock.</param>
    public void Asked(Asking asking, ITemplateNames names, TimeSpan now)
    {
        var (book, settings) = (asking.Book, asking.Book.Settings);
        foreach (var key in asking.Keys)
        {
            (key.State, key.Since, key.IsAskedAnew) = (SubscriptionState.Asked, now, true);
            if (!key.IsReplayed)
                Tell(key, SubscriptionState.Asked, null);
        }
        book.Await(asking, names, isAnswered: settings.IsAnswered);
        if (settings is { IsAnswered: false, Data: null })
            Accept(asking.Keys, now);
        else if (!settings.IsAnswered)
            SetClocks(asking.Keys);
    }

    /// <summary>Looks at a message: what accepts goes before what refuses, and this before data.</summary>
    public SubscriptionHeard Hear(ReadOnlySpan<byte> message, TimeSpan now)
    {
        SubscribedKey? ofNobody = null;
        foreach (var book in _books.Values)
        {
            if (book.FindAccepted(message, out var match) is { Count: > 0 } accepted)
            {
                foreach (var key in accepted)
                {
                    if (!_values.Capture(key, match!, message))
                        continue;
                    book.Complete(key, _values.Begin(book.Settings, key));
                }
                Accept(accepted, now);
                return new SubscriptionHeard(IsAnswer: true, accepted[0]);
            }
            if (book.FindRefused(message, out match) is { Count: > 0 } refused)
            {
                SubscribedKey[] there = [.. refused.Where(key => key.IsThere)];
                if (there.Length == 0)
                {
                    ofNobody ??= refused[0]; // what is not there is not refused again; another subscription may have the same words
                    continue;
                }
                Refuse(there, _values.ReasonOf(there[0], match!, message), now, book.Settings.Then);
                return new SubscriptionHeard(IsAnswer: true, refused[0]) { IsRefusal = true };
            }
        }
        if (ofNobody is not null)
            return new SubscriptionHeard(IsAnswer: true, ofNobody) { IsRefusal = true };
        foreach (var book in _books.Values)
        {
            if (book.FindData(message, out var number) is not { } key)
                continue;
            HearData(key, now);
            var heard = new SubscriptionHeard(IsAnswer: false, key) { Number = number, IsAskedAnew = key.IsAskedAnew };
            key.IsAskedAnew &= number is null;
            return heard;
        }
        return default;
    }

    /// <summary>Keys are refused, or ended by the peer.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="reason">Why, as it may be shown.</param>
    /// <param name="now">On the connection's clock.</param>
    /// <param name="then">What is done about them.</param>
    /// <param name="atLeast">How long they are not asked for again.</param>
    public void Refuse(
        IReadOnlyList<SubscribedKey> keys, string reason, TimeSpan now, RefusedKeyAction then = RefusedKeyAction.Retry,
        TimeSpan atLeast = default)
    {
        foreach (var key in keys)
        {
            var hadIt = key.State is SubscriptionState.Accepted or SubscriptionState.Stale;
            key.Book.Settle(key);
            key.Book.Queue.Remove(key);
            if (hadIt || key.WasEnded)
                key.Book.Doubt(key, mayBeThere: !hadIt);
            key.WasEnded = false;
            key.Fail(now, _settings.Backoff.ResetAfter);
            key.Since = now;
            var backoff = DelayOf(key);
            var delay = then == RefusedKeyAction.Stop ? (TimeSpan?)null : backoff < atLeast ? atLeast : backoff;
            key.Retry(now + delay ?? TimeSpan.MaxValue, reason);
            key.Details.BelievedFrom = now + backoff / 2;
            Tell(key, hadIt ? SubscriptionState.Gone : SubscriptionState.Refused, delay);
            _clocks.Set(key);
        }
    }

    /// <summary>Whether something has changed since <see cref="TakeNews"/>.</summary>
    public bool HasNews => _news.Count > 0;

    /// <summary>Takes what has changed since the last time.</summary>
    public IReadOnlyList<SubscriptionNews> TakeNews()
    {
        if (_news.Count == 0)
            return [];
        var news = _news;
        _news = [];
        return news;
    }

    /// <summary>Forgets what of keys outlives a connection.</summary>
    public void ForgetSession()
    {
        foreach (var key in _books.Values.SelectMany(book => book.Keys))
            key.ForgetSession();
    }

    /// <summary>
    /// Asks again for a key of which numbers are missing: at once, but under backoff where that has happened a short time ago.
    /// </summary>
    /// <returns>In what time; null where it is asked for again anyway.</returns>
    public TimeSpan? AskAgain(SubscribedKey key, TimeSpan now)
    {
        if (!key.IsThere || key.IsQueued || key.IsRetried)
            return null;
        key.Fail(now, _settings.Backoff.ResetAfter);
        if (key.Failures > 1)
        {
            var delay = DelayOf(key);
            key.Retry(now + delay, key.Reason);
            _clocks.Set(key);
            return delay;
        }
        AskAnew(key);
        return TimeSpan.Zero;
    }

    /// <summary>Asks again for all keys that the peer has accepted, as for each of them.</summary>
    /// <returns>Whether any is asked for again by this.</returns>
    public bool AskAgain(TimeSpan now)
    {
        var asks = false;
        foreach (var key in _books.Values.SelectMany(book => book.Keys))
        {
            if (key.State is SubscriptionState.Accepted or SubscriptionState.Stale)
                asks |= AskAgain(key, now) is not null;
        }
        return asks;
    }

    private static void AskAnew(SubscribedKey key)
    {
        key.State = SubscriptionState.Wanted;
        key.Book.Queue.AddAgain(key);
    }

    private TimeSpan DelayOf(SubscribedKey key) => ReconnectBackoff.Delay(_settings.Backoff, key.Failures, _random());

    private void Accept(IReadOnlyList<SubscribedKey> keys, TimeSpan now, bool hasData = false)
    {
        foreach (var key in keys)
        {
            key.Book.Settle(key);
            key.Book.Doubt(key, mayBeThere: false);
            if (key is { EndsFirst: false, WasEnded: false })
                key.Book.Queue.Remove(key); // the answer was late
            key.WasEnded &= key.IsQueued; // its end has gone out, and this answers an asking before that
            key.Accept(now);
            var isWell = hasData || key.Remedy == StaleRemedy.Nothing; // one that went without data is not before it has some
            if (isWell)
                key.Freshen();
            Tell(key, isWell ? SubscriptionState.Accepted : SubscriptionState.Stale, null);
        }
        SetClocks(keys);
    }

    private void SetClocks(IReadOnlyList<SubscribedKey> keys)
    {
        foreach (var key in keys)
            _clocks.Set(key);
    }

    private void HearData(SubscribedKey key, TimeSpan now)
    {
        if (key.State == SubscriptionState.Accepted)
        {
            key.Since = now;
            return;
        }
        if (key is { MayBeThere: true, IsAwaited: false } && key.Book.Settings.Capture.Count == 0)
            key.Book.Queue.Remove(key); // it was accepted, and the answer was late or lost
        else if (key is { State: SubscriptionState.Stale, EndsFirst: true })
        {
            key.Book.Queue.Remove(key);
            key.Remedy--; // it came to itself
        }
        else if (key.IsQueued || !IsAcceptedByData(key, now))
            return; // what is asked for again, or has an answer on the way, is accepted by that
        Accept([key], now, hasData: true);
    }

    private static bool IsAcceptedByData(SubscribedKey key, TimeSpan now) => key.State switch
    {
        SubscriptionState.Stale => true,
        SubscriptionState.Asked => !key.Book.Settings.IsAnswered,
        SubscriptionState.Refused or SubscriptionState.Gone =>
            key.More is { } details && details.BelievedFrom <= now && (key.Book.Settings.Capture.Count == 0 || details.Captured.Length > 0),
        _ => false,
    };

    private void Tell(SubscribedKey key, SubscriptionState state, TimeSpan? retryIn)
    {
        key.State = state;
        if (state == key.Told && state is SubscriptionState.Accepted or SubscriptionState.Stale)
            return;
        key.Told = state;
        _news.Add(new SubscriptionNews(key, state, state == SubscriptionState.Asked ? "" : key.Reason ?? "", retryIn));
    }
}

/// <summary>What a message is to the subscriptions.</summary>
/// <param name="IsAnswer">Whether it accepts or refuses something.</param>
/// <param name="Key">The key that it is about, or the first of several; null for none.</param>
internal readonly record struct SubscriptionHeard(bool IsAnswer, SubscribedKey? Key)
{
    /// <summary>The key whose data it is; null for none.</summary>
    public SubscribedKey? Data => IsAnswer ? null : Key;

    /// <summary>Whether the answer refuses or ends something.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>Its number; null where it has none.</summary>
    public long? Number { get; init; }

    /// <summary>Whether it is the first number since the key was asked for or accepted.</summary>
    public bool IsAskedAnew { get; init; }
}

/// <summary>A key has come to another state.</summary>
/// <param name="Key">The key.</param>
/// <param name="State">The state.</param>
/// <param name="Reason">Why, as it may be shown; empty where there is nothing to say.</param>
/// <param name="RetryIn">When a refused key is asked for again; null for never, and in other states.</param>
internal sealed record SubscriptionNews(SubscribedKey Key, SubscriptionState State, string Reason, TimeSpan? RetryIn)
{
    private bool IsUnwanted { get; init; }

    /// <summary>Whether it is of the peer's doing that the key does not stand.</summary>
    public bool IsTrouble => State is not (SubscriptionState.Asked or SubscriptionState.Accepted) && !IsUnwanted;

    /// <summary>A key was taken away.</summary>
    public static SubscriptionNews Unwanted(SubscribedKey key) =>
        new(key, SubscriptionState.Gone, "not wanted any more", null) { IsUnwanted = true };

    /// <summary>The state in words, with why and when.</summary>
    public override string ToString() =>
        State.ToString().ToLowerInvariant()
        + (Reason.Length > 0 ? $": {Reason}" : "")
        + (RetryIn is { } delay ? $"; asked for again in {CloseCause.Text(delay)}"
            : IsTrouble && State is SubscriptionState.Refused or SubscriptionState.Gone ? "; not asked for again"
            : "");
}

/// <summary>Keys that are wanted no more, to be ended with one message.</summary>
/// <param name="Settings">Of their subscription, as they were asked for.</param>
/// <param name="Keys">The keys.</param>
internal sealed record Cancelling(SubscriptionSettings Settings, List<SubscribedKey> Keys);
