using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Subscriptions;

/// <content>What is due: answers that are late, refused keys that are asked for again, keys without data.</content>
internal sealed partial class SubscriptionTable
{
    /// <summary>How exactly the clocks of many keys are followed: a look goes over all of them.</summary>
    private static readonly TimeSpan Exactness = TimeSpan.FromMilliseconds(100);

    /// <summary>Does what is due, and says what the connection has to do.</summary>
    /// <param name="now">On the connection's clock.</param>
    /// <param name="listening">
    /// Since when silence of the peer means something: before, the connection was held back, or it was in quiet hours.
    /// </param>
    /// <param name="why">Receives the reason of the verdict, one line.</param>
    public SubscriptionVerdict Look(TimeSpan now, TimeSpan listening, out string why)
    {
        var verdict = SubscriptionVerdict.Nothing;
        why = "";
        foreach (var book in _books.Values)
        {
            while (book.Oldest is { } asking && asking.Deadline <= now)
            {
                asking.GiveUp?.Invoke();
                Refuse(asking.Open, $"no answer within {CloseCause.Text(book.Settings.Timeout)}", now);
            }
            foreach (var key in book.Keys)
            {
                if (key.State is SubscriptionState.Refused or SubscriptionState.Gone && key.RetryAt <= now)
                    Want(key);
                else if (StaleAt(key, listening) is { } stale && stale <= now && Overdue(key, now) is var asked && asked > verdict)
                    (verdict, why) = (asked, $"no data of {key} for {CloseCause.Text(book.Silence)}, asked for again in vain");
            }
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
        var next = TimeSpan.MaxValue;
        foreach (var book in _books.Values)
        {
            if (book.Oldest is { } asking && asking.Deadline < next)
                next = asking.Deadline;
            foreach (var key in book.Keys)
            {
                var due = key.State is SubscriptionState.Refused or SubscriptionState.Gone ? key.RetryAt : StaleAt(key, listening);
                if (due < next)
                    next = due.Value;
            }
        }
        return next == TimeSpan.MaxValue ? null : next > now + Exactness || next <= now ? next : now + Exactness;
    }

    private static TimeSpan? StaleAt(SubscribedKey key, TimeSpan listening) =>
        key.Book.Settings.Stale is { } stale && !key.IsQueued
        && (key.State is SubscriptionState.Accepted or SubscriptionState.Stale
            || (key.State == SubscriptionState.Asked && !key.Book.Settings.IsAnswered))
            ? (key.Since > listening ? key.Since : listening) + stale
            : null;

    /// <summary>The next remedy for a key without data.</summary>
    private SubscriptionVerdict Overdue(SubscribedKey key, TimeSpan now)
    {
        key.Since = now;
        key.Remedy = key.Remedy < StaleRemedy.Wait ? key.Remedy + 1 : StaleRemedy.Wait;
        Tell(key, SubscriptionState.Stale, null);
        switch (key.Remedy)
        {
            case StaleRemedy.Rotate:
                return SubscriptionVerdict.Rotate;
            case StaleRemedy.Reconnect:
                return SubscriptionVerdict.Reconnect;
            default:
                Cancel(key.Book, [key]);
                Want(key);
                return SubscriptionVerdict.Nothing;
        }
    }

    private static void Want(SubscribedKey key)
    {
        if (key.State is SubscriptionState.Refused or SubscriptionState.Gone)
            key.State = SubscriptionState.Wanted;
        key.Book.Queue(key);
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
