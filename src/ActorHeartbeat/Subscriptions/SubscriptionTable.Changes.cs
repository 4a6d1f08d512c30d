using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Subscriptions;

/// <content>What is wanted changes, and one table follows another.</content>
internal sealed partial class SubscriptionTable
{
    /// <summary>
    /// Takes other settings: new keys are asked for, those that are wanted no more are ended. A subscription whose words have changed ends
    /// and begins.
    /// </summary>
    public void Change(EndpointSettings settings)
    {
        _settings = settings;
        foreach (var book in _books.Values.ToArray())
        {
            if (settings.Subscriptions.TryGetValue(book.Name, out var now) && Words(now) == Words(book.Settings))
                continue;
            _books.Remove(book.Name);
            Cancel(book, [.. book.Keys]);
        }
        foreach (var (name, subscription) in settings.Subscriptions)
        {
            if (_books.TryGetValue(name, out var book))
                Follow(book, subscription.ForEach);
            else
                AddBook(name, subscription, before: null);
        }
    }

    private static SubscriptionSettings Words(SubscriptionSettings settings) => settings with { ForEach = [] };

    private void Follow(SubscriptionBook book, ValueList<string> wanted)
    {
        var set = wanted.ToHashSet(StringComparer.Ordinal);
        SubscribedKey[] unwanted = [.. book.Keys.Where(key => !set.Contains(key.Name))];
        Cancel(book, unwanted);
        foreach (var key in unwanted)
            book.Remove(key);
        foreach (var name in wanted)
        {
            if (book.Find(name) is null && book.Add(name) is var added && _isOpen)
                book.Queue(added);
        }
        if (unwanted.Length > 0 && _isOpen && book.IsWhole && book.Keys.FirstOrDefault(IsSaid) is { } any)
            book.Queue(any); // a message that has every key leaves them out
    }

    private void AddBook(string name, SubscriptionSettings settings, SubscriptionBook? before)
    {
        var book = new SubscriptionBook(name, settings, _values);
        _books.Add(name, book);
        foreach (var key in InOrder(settings.ForEach, before))
        {
            var added = book.Add(key);
            if (before?.Find(key) is { } known)
                added.Remember(known);
            if (_isOpen)
                book.Queue(added);
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

    /// <summary>Ends what the peer knows of keys. Without a message for it the next connection begins without them.</summary>
    private void Cancel(SubscriptionBook book, IReadOnlyList<SubscribedKey> keys)
    {
        if (book.Settings.Cancel is null || (book.IsWhole && book.Keys.Except(keys).Any(IsSaid)))
            return; // the next message that says every key leaves these out
        foreach (var some in keys
            .Where(key => key.IsThere && !key.IsQueued)
            .Chunk(book.Settings.Batch))
            _cancellings.Enqueue(new Cancelling(book.Settings, some));
    }

    /// <summary>Whether a message that says every key says this one.</summary>
    private static bool IsSaid(SubscribedKey key) => key.State is not (SubscriptionState.Refused or SubscriptionState.Gone);
}
