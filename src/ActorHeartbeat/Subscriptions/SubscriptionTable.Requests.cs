using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Subscriptions;

/// <content>Keys that are asked for, or ended, by requests: what becomes of them while a request is under way.</content>
internal sealed partial class SubscriptionTable
{
    private readonly List<KeyRequest> _requests = [];

    /// <summary>A request about keys is under way until <see cref="End"/>.</summary>
    /// <param name="asking">What it asks for; null where it ends keys.</param>
    /// <param name="deadline">When it is given up.</param>
    /// <param name="giveUp">Gives it up.</param>
    public KeyRequest Begin(Asking? asking, TimeSpan deadline, Action giveUp)
    {
        var request = new KeyRequest(asking, deadline, giveUp);
        asking?.Request = request;
        _requests.Add(request);
        return request;
    }

    /// <summary>A request is over.</summary>
    /// <returns>The keys that it has asked for and that are wanted no more.</returns>
    public IReadOnlyList<SubscribedKey> End(KeyRequest request)
    {
        _requests.Remove(request);
        request.Asking?.Request = null;
        return request.Unwanted;
    }

    /// <summary>
    /// The request that asks has accepted its keys: those that are wanted no more are ended now, and those that are wanted again stay.
    /// </summary>
    /// <param name="asking">What it asked for.</param>
    /// <param name="unwanted">The keys that were taken away meanwhile.</param>
    /// <param name="now">On the connection's clock.</param>
    public void Accept(Asking asking, IReadOnlyList<SubscribedKey> unwanted, TimeSpan now)
    {
        if (!_isOpen)
            return; // the next connection asks
        var (book, keys, ended) = (asking.Book, asking.Open.ToList(), new List<SubscribedKey>());
        foreach (var key in unwanted)
        {
            if (Again(key) is not { } again)
            {
                ended.Add(key);
                continue;
            }
            if (key.More is { Captured.Length: > 0 } details)
                again.Details.Captured = details.Captured;
            keys.Add(again);
        }
        foreach (var key in keys)
            book.Complete(key, _values.Begin(book.Settings, key));
        Accept(keys, now);
        EndAtPeer(book, ended);
    }

    /// <summary>The request that asks has refused the keys that still wait for it, or nobody knows what it has done.</summary>
    /// <param name="asking">What it asked for.</param>
    /// <param name="unwanted">The keys that were taken away meanwhile: those that are wanted again are asked for.</param>
    /// <param name="refusal">Why, as it may be shown.</param>
    /// <param name="now">On the connection's clock.</param>
    /// <param name="then">What is done about them.</param>
    /// <param name="atLeast">How long the peer wants to be left alone.</param>
    public void Refuse(
        Asking asking,
        IReadOnlyList<SubscribedKey> unwanted,
        string refusal,
        TimeSpan now,
        RefusedKeyAction then = RefusedKeyAction.Retry,
        TimeSpan atLeast = default)
    {
        if (!_isOpen)
            return; // the next connection asks
        Refuse(asking.Open, refusal, now, then, atLeast);
        foreach (var key in unwanted)
        {
            if (Again(key) is { State: SubscriptionState.Wanted } again)
                again.Book.Queue.Add(again);
        }
    }

    /// <summary>The key that is wanted in the place of one that was taken away; null for none.</summary>
    public SubscribedKey? Again(SubscribedKey gone) =>
        _books.GetValueOrDefault(gone.Book.Name) == gone.Book ? gone.Book.Find(gone.Name) : null;
}
