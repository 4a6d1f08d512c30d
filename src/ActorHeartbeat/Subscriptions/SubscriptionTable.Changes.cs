using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Subscriptions;

/// <content>What is wanted changes, and one table follows another.</content>
internal sealed partial class SubscriptionTable
{
    /// <summary>
    /// Takes other settings: new keys are asked for, those that are wanted no more are ended. A subscription that is said or known in other
    /// words ends and begins.
    /// </summary>
    /// <returns>The keys that the peer may keep until the connection ends, because nothing is there to end them with.</returns>
    public IReadOnlyList<SubscribedKey> Change(EndpointSettings settings)
    {
        _settings = settings;
        var kept = new List<SubscribedKey>();
        var ended = new Dictionary<string, SubscriptionBook>(StringComparer.Ordinal);
        foreach (var book in _books.Values.ToArray())
        {
            var then = book.Settings.Then;
            if (settings.Subscriptions.TryGetValue(book.Name, out var now) && book.TryFollow(now))
            {
                if (now.Then != then)
                    WantRefused(book);
                continue;
            }
            _books.Remove(book.Name);
            kept.AddRange(Cancel(book, [.. book.Keys]));
            TellUnwanted(book.Keys.ExceptBy(now?.ForEach ?? [], key => key.Name));
            ended[book.Name] = book;
        }
        foreach (var (name, subscription) in settings.Subscriptions)
        {
            if (_books.TryGetValue(name, out var book))
                kept.AddRange(Follow(book, subscription.ForEach));
            else
                AddBook(name, subscription, before: null, ended.GetValueOrDefault(name));
        }
        _clocks.Reset(_books.Values.SelectMany(book => book.Keys));
        return kept;
    }

    /// <summary>The state of each key that consumers know.</summary>
    public IReadOnlyDictionary<string, SubscriptionState> Told => _books.Values
        .SelectMany(book => book.Keys)
        .ToDictionary(key => key.ToString(), key => key.Told, StringComparer.Ordinal);

    /// <summary>The keys that are yet to be asked for, or to be answered. Refusals of an earlier connection are no answers.</summary>
    public IReadOnlyList<SubscribedKey> Pending() =>
    [
        .. _books.Values.SelectMany(book => book.Keys).Where(key =>
            key.State == SubscriptionState.Wanted
            || (key.State == SubscriptionState.Asked && key.Book.Settings.IsAnswered)
            || key is { IsRefused: true, Since.Ticks: 0 }),
    ];

    /// <summary>Whether the peer has accepted what a key of another connection asks for.</summary>
    public bool HasAccepted(SubscribedKey key) =>
        Same(key) is { } mine && StateOf(mine) is SubscriptionState.Accepted or SubscriptionState.Stale;

    /// <summary>What a key of another connection counts by here; null where it is unknown, or not numbered.</summary>
    public KeyNumber? NumberOf(SubscribedKey key) => Same(key)?.Number;

    private SubscribedKey? Same(SubscribedKey key) => _books.GetValueOrDefault(key.Book.Name)?.Keys.Find(key.Name);

    /// <summary>What consumers have to learn when this connection takes over from one that has told them something else.</summary>
    /// <param name="told">What they know.</param>
    /// <param name="now">On the connection's clock.</param>
    public IReadOnlyList<SubscriptionNews> NewsAfter(IReadOnlyDictionary<string, SubscriptionState> told, TimeSpan now)
    {
        foreach (var key in _books.Values.SelectMany(book => book.Keys))
        {
            if (key is { State: SubscriptionState.Wanted or SubscriptionState.Asked, Told: SubscriptionState.Accepted })
                key.Told = SubscriptionState.Wanted; // there was no time to ask for it
        }
        return
        [
            .. _books.Values.SelectMany(book => book.Keys)
                .Where(key => key.Told != told.GetValueOrDefault(key.ToString()))
                .Select(key => new SubscriptionNews(
                    key, key.Told, key.Reason ?? "", key.RetryAt > now && key.RetryAt < TimeSpan.MaxValue ? key.RetryAt - now : null)),
        ];
    }

    private IReadOnlyList<SubscribedKey> Follow(SubscriptionBook book, ValueList<string> wanted)
    {
        var set = wanted.ToHashSet(StringComparer.Ordinal);
        SubscribedKey[] unwanted = [.. book.Keys.Where(key => !set.Contains(key.Name))];
        var kept = Cancel(book, unwanted);
        TellUnwanted(unwanted);
        foreach (var key in unwanted)
            book.Remove(key);
        foreach (var name in wanted)
        {
            if (book.Find(name) is not null || TakeBack(book, name))
                continue;
            var added = book.Add(name);
            if (book.Settings.Sequence is not null)
                added.Number = new KeyNumber();
            if (_isOpen && !_requests.Exists(request => request.Unwanted.Exists(key => key.Book == book && key.Name == name)))
                book.Queue.Add(added); // what is asked for still is taken back
        }
        if (unwanted.Length > 0 && _isOpen && book.IsWhole && book.Keys.FirstOrDefault(IsSaid) is { } any)
            book.Queue.Add(any); // a message that has every key leaves them out
        return kept;
    }

    /// <summary>Keeps a key that is wanted again before anything was said that ends it.</summary>
    /// <returns>Whether the peer has it, as it was accepted.</returns>
    private bool TakeBack(SubscriptionBook book, string name)
    {
        for (var place = _cancellings.First; place is { Value: { } cancelling }; place = place.Next)
        {
            if (cancelling.Keys.Find(key => key.Name == name && key.Book == book) is not { } key)
                continue;
            if (key is not { State: SubscriptionState.Accepted, WasEnded: false })
                return false; // it has no answer yet, or needs to be asked for again
            cancelling.Keys.Remove(key);
            if (cancelling.Keys.Count == 0)
                _cancellings.Remove(place);
            book.Return(key);
            key.Told = SubscriptionState.Gone;
            Tell(key, SubscriptionState.Accepted, null);
            return true;
        }
        return false;
    }

    /// <param name="name">The name of the subscription.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="before">What the connection before knew of it; null for nothing.</param>
    /// <param name="ended">The book with other words in whose place it comes, which leaves it the numbers; null for none.</param>
    private void AddBook(string name, SubscriptionSettings settings, SubscriptionBook? before, SubscriptionBook? ended = null)
    {
        var book = new SubscriptionBook(name, settings, _values, _order++);
        _books.Add(name, book);
        if (settings.Stale is not null)
            _clocks.Expect(settings.ForEach.Count);
        foreach (var key in InOrder(settings.ForEach, before))
        {
            var added = book.Add(key);
            var known = before?.Find(key);
            if (known is not null)
                added.Remember(known);
            if (known?.StoodFor(_settings.Backoff.ResetAfter) == true)
                added.Recover();
            if (settings.Sequence is not null)
                added.Number = (known ?? ended?.Find(key))?.Number ?? new KeyNumber();
            _clocks.Set(added);
            if (_isOpen)
                book.Queue.Add(added);
        }
    }

    /// <summary>
    /// The order in which keys are asked for: those first that no connection has had accepted, then those that the last one had not come
    /// to, then the others.
    /// </summary>
    private static IEnumerable<string> InOrder(ValueList<string> keys, SubscriptionBook? before)
    {
        if (before is null)
            return keys;
        var wanted = keys.ToHashSet(StringComparer.Ordinal);
        return before.Keys.Where(key => wanted.Contains(key.Name))
            .Select(key => (key.Name, key.WasAccepted, key.IsQueued))
            .Concat(keys.Where(key => before.Find(key) is null).Select(key => (Name: key, WasAccepted: false, IsQueued: true)))
            .OrderBy(key => key.WasAccepted)
            .ThenByDescending(key => key.IsQueued)
            .Select(key => key.Name)
            .Distinct(StringComparer.Ordinal);
    }

    /// <summary>Something else is done about refused keys now: they are asked for once more.</summary>
    private static void WantRefused(SubscriptionBook book)
    {
        foreach (var key in book.Keys.Where(key => key.IsRefused))
            WantRefused(key);
    }

    /// <summary>A refused key is asked for once more.</summary>
    public static void WantRefused(SubscribedKey key)
    {
        key.Retry(TimeSpan.Zero, key.Reason);
        Want(key);
    }

    /// <summary>An operator wants a key that is refused: it is asked for once more.</summary>
    /// <returns>Whether it is refused.</returns>
    public bool WantRefused(string subscription, string name)
    {
        if (!_books.TryGetValue(subscription, out var book) || book.Find(name) is not { IsRefused: true } key)
            return false;
        WantRefused(key);
        return true;
    }

    private void TellUnwanted(IEnumerable<SubscribedKey> keys)
    {
        if (_isOpen)
            _news.AddRange(keys.Select(key => SubscriptionNews.Unwanted(key)));
    }

    /// <summary>Ends what the peer knows of keys.</summary>
    /// <returns>Those that cannot be ended: the next connection begins without them.</returns>
    private IReadOnlyList<SubscribedKey> Cancel(SubscriptionBook book, IReadOnlyList<SubscribedKey> keys)
    {
        if (book.IsWhole && book.Keys.Except(keys).Any(IsSaid))
            return []; // the next message that says every key leaves these out
        if (!book.Settings.Ends)
            return [.. keys.Where(MayBeAtPeer)];
        var ended = new List<SubscribedKey>();
        foreach (var key in keys.Where(MayBeAtPeer))
        {
            if (key is { IsAwaited: true, Asking.Request: { } request })
                request.Unwanted.Add(key);
            else
                ended.Add(key);
        }
        EndAtPeer(book, ended);
        return [];
    }

    private static bool MayBeAtPeer(SubscribedKey key) => key.EndsFirst || ((key.IsThere || key.MayBeThere) && !key.IsQueued);

    private void EndAtPeer(SubscriptionBook book, IReadOnlyList<SubscribedKey> keys)
    {
        var most = book.Settings.Cancel is null ? 1 : book.Settings.Batch;
        foreach (var key in keys)
        {
            book.Doubt(key, mayBeThere: false);
            if (_cancellings.Last?.Value is not { } last || !ReferenceEquals(last.Settings, book.Settings) || last.Keys.Count >= most)
                _cancellings.AddLast(last = new Cancelling(book.Settings, []));
            last.Keys.Add(key); // of what is ended at once, such as keys that are stale together
        }
    }

    /// <summary>Whether a message that says every key says this one.</summary>
    private static bool IsSaid(SubscribedKey key) => !key.IsRefused;
}
