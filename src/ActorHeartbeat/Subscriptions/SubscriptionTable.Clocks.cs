using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Subscriptions;

/// <content>What is due: answers that are late, refused keys that are asked for again, keys without data.</content>
internal sealed partial class SubscriptionTable
{
    /// <summary>How exactly clocks are followed: what is due at almost the same time is looked at together.</summary>
    private static readonly TimeSpan Exactness = TimeSpan.FromMilliseconds(100);

    /// <summary>Does what is due, and says what the connection has to do.</summary>
    /// <param name="now">On the connection's clock.</param>
    /// <param name="listening">
    /// Since when silence of the peer means something: before, the connection was held back, or it was in quiet hours.
    /// </param>
    /// <param name="mayReconnect">Whether the connection may be ended: not while another one is to replace it.</param>
    /// <param name="why">Receives the reason of the verdict, one line.</param>
    public SubscriptionVerdict Look(TimeSpan now, TimeSpan listening, bool mayReconnect, out string why)
    {
        var verdict = SubscriptionVerdict.Nothing;
        why = "";
        foreach (var book in _books.Values)
        {
            while (book.Oldest is { } asking && asking.Deadline <= now)
            {
                var late = asking.Open;
                var toAll = book.IsWhole ? " to the message that says every key" : "";
                Refuse(late, $"no answer within {CloseCause.Text(book.Settings.Timeout)}{toAll}", now);
                foreach (var key in late)
                    book.Doubt(key, mayBeThere: true);
            }
        }
        foreach (var request in _requests.FindAll(request => request.Deadline <= now))
            request.GiveUp(); // it ends by that
        foreach (var key in _clocks.Take(now, listening))
        {
            if (key.IsRetried && key.RetryAt <= now)
                Retry(key);
            else if (KeyClocks.StaleAt(key, listening) <= now && Overdue(key, now, mayReconnect) is var asked && asked > verdict)
                (verdict, why) = (asked, $"no data of {key} for {CloseCause.Text(key.Book.Silence)}, asked for again in vain");
        }
        return verdict;
    }

    /// <summary>When to look again; null while nothing is awaited.</summary>
    /// <param name="now">On the connection's clock.</param>
    /// <param name="listening">As for <see cref="Look"/>.</param>
    public TimeSpan? LookAgain(TimeSpan now, TimeSpan listening)
    {
        if (!_isOpen)
            return null;
        var next = _clocks.Next(now, listening) ?? TimeSpan.MaxValue;
        foreach (var book in _books.Values)
        {
            if (book.Oldest is { } asking && asking.Deadline < next)
                next = asking.Deadline;
        }
        foreach (var request in _requests)
        {
            if (request.Deadline > now && request.Deadline < next)
                next = request.Deadline;
        }
        return next == TimeSpan.MaxValue ? null : next > now + Exactness || next <= now ? next : now + Exactness;
    }

    /// <summary>The next remedy for a key without data.</summary>
    private SubscriptionVerdict Overdue(SubscribedKey key, TimeSpan now, bool mayReconnect)
    {
        if (key.StoodFor(_settings.Backoff.ResetAfter))
            key.Recover();
        key.GoStale(now);
        var verdict = key is { State: SubscriptionState.Stale, IsRetried: true }
            ? SubscriptionVerdict.Nothing // its time to be asked for comes
            : TakeRemedy(key, now, mayReconnect);
        Tell(key, SubscriptionState.Stale, null);
        _clocks.Set(key);
        return verdict;
    }

    private SubscriptionVerdict TakeRemedy(SubscribedKey key, TimeSpan now, bool mayReconnect)
    {
        if (key.Remedy != StaleRemedy.Rotate || mayReconnect)
            key.Remedy = key.Remedy < StaleRemedy.Wait ? key.Remedy + 1 : StaleRemedy.Wait;
        switch (key.Remedy)
        {
            case StaleRemedy.Rotate:
                return SubscriptionVerdict.Rotate;
            case StaleRemedy.Reconnect:
                return SubscriptionVerdict.Reconnect;
            case StaleRemedy.Wait:
                key.Fail(now, _settings.Backoff.ResetAfter);
                key.Retry(now + DelayOf(key), key.Reason);
                break;
            default:
                key.Book.Queue.AddAgain(key);
                break;
        }
        return SubscriptionVerdict.Nothing;
    }

    private void Retry(SubscribedKey key)
    {
        key.Retry(TimeSpan.Zero, key.Reason);
        if (key.IsRefused)
            Want(key);
        else if (key.State == SubscriptionState.Stale)
            key.Book.Queue.AddAgain(key);
        else if (key.IsThere)
            AskAnew(key);
    }

    private static void Want(SubscribedKey key)
    {
        if (key.IsRefused)
            key.State = SubscriptionState.Wanted;
        key.Book.Queue.Add(key);
    }
}

/// <summary>What the connection has to do for a key without data, the gravest last.</summary>
internal enum SubscriptionVerdict
{
    Nothing,

    /// <summary>It is to be replaced; the new one opens first.</summary>
    Rotate,

    /// <summary>It is to be closed and dialed again.</summary>
    Reconnect,
}
