namespace ActorHeartbeat.Subscriptions;

/// <summary>
/// When something is due for keys: refused ones that are asked for again, and ones whose data are missing. A message of a key moves nothing
/// here: a clock that has become too early is set again when its time is near, so that neither a message nor a deadline costs a look at all
/// keys. Used by one thread at a time.
/// </summary>
internal sealed class KeyClocks
{
    /// <summary>A clock is set again when its time is as near as one part of so many.</summary>
    private const int Nearness = 4;

    private readonly PriorityQueue<SubscribedKey, TimeSpan> _retries = new();
    private readonly PriorityQueue<SubscribedKey, TimeSpan> _stale = new(); // each key once, and never later than it is due

    /// <summary>When to look again; null while nothing is awaited. It may be earlier than the first thing is due, not later.</summary>
    /// <param name="now">On the connection's clock.</param>
    /// <param name="listening">Since when silence of the peer means something.</param>
    public TimeSpan? Next(TimeSpan now, TimeSpan listening)
    {
        Advance(now, listening);
        var retry = _retries.TryPeek(out _, out var one) ? one : (TimeSpan?)null;
        return !_stale.TryPeek(out _, out var stale) || retry < stale ? retry : stale;
    }

    /// <summary>Takes the keys for which something is due, in the order of their books and places.</summary>
    /// <inheritdoc cref="Next"/>
    public IReadOnlyList<SubscribedKey> Take(TimeSpan now, TimeSpan listening)
    {
        List<SubscribedKey>? due = null;
        while (_retries.TryPeek(out var key, out var at) && at <= now)
        {
            _retries.Dequeue();
            if (key.IsRetried && key.RetryAt <= now) // and not refused again, or accepted
                (due ??= []).Add(key);
        }
        for (Advance(now, listening); _stale.TryPeek(out _, out var at) && at <= now; Advance(now, listening))
            (due ??= []).Add(Leave());
        due?.RemoveAll(key => !key.Book.Keys.Contains(key)); // removed
        return due?.Count > 1 ? [.. due.OrderBy(key => key.Book.Order).ThenBy(key => key.Place)] : due ?? [];
    }

    /// <summary>Sets the clock of a key, if it has one now.</summary>
    public void Set(SubscribedKey key)
    {
        if (key.IsRetried)
            _retries.Enqueue(key, key.RetryAt);
        if (!key.IsTimed && StaleAt(key, key.Since) is { } at)
        {
            key.IsTimed = true;
            _stale.Enqueue(key, at);
        }
    }

    /// <summary>Sets the clocks of all keys anew.</summary>
    public void Reset(IEnumerable<SubscribedKey> keys)
    {
        _retries.Clear();
        while (_stale.Count > 0)
            Leave();
        foreach (var key in keys)
            Set(key);
    }

    /// <summary>Makes room for the clocks of so many keys more.</summary>
    public void Expect(int keys) => _stale.EnsureCapacity(_stale.Count + keys);

    /// <summary>When data of a key are overdue; null while none are awaited.</summary>
    /// <param name="key">The key.</param>
    /// <param name="listening">As for <see cref="Next"/>.</param>
    public static TimeSpan? StaleAt(SubscribedKey key, TimeSpan listening) =>
        key.Book.Settings.Stale is { } stale && !key.IsQueued
        && (key.State is SubscriptionState.Accepted or SubscriptionState.Stale
            || (key.State == SubscriptionState.Asked && !key.Book.Settings.IsAnswered))
            ? After(key.Since > listening ? key.Since : listening, stale)
            : null;

    /// <summary>A time so much later than another, or the last that there is.</summary>
    public static TimeSpan After(TimeSpan time, TimeSpan later) => later < TimeSpan.MaxValue - time ? time + later : TimeSpan.MaxValue;

    /// <summary>Sets the clocks again that are near and too early, until the nearest is right.</summary>
    private void Advance(TimeSpan now, TimeSpan listening)
    {
        while (_stale.TryPeek(out var key, out var at) && at <= now + key.Book.Silence / Nearness)
        {
            if (StaleAt(key, listening) is not { } due || !key.Book.Keys.Contains(key))
                Leave();
            else if (due > at)
                _stale.DequeueEnqueue(key, due);
            else
                return;
        }
    }

    private SubscribedKey Leave()
    {
        var key = _stale.Dequeue();
        key.IsTimed = false;
        return key;
    }
}
