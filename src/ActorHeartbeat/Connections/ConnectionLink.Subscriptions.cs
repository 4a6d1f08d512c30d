using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Subscriptions;
using ActorHeartbeat.Transport;
using Akka.Actor;

namespace ActorHeartbeat.Connections;

/// <content>What comes in about the keys of subscriptions, and the numbers of their messages.</content>
internal sealed partial class ConnectionLink : IConnectionNeighbours
{
    /// <summary>The most askings that the socket has not taken: more would fill the queue in front of it.</summary>
    private const int MostAskings = 64;

    private TimeSpan _beganAt;
    private int _askings;

    /// <summary>Whether something about keys is to be said, and may be now.</summary>
    public bool HasToAsk => Volatile.Read(ref _askings) < MostAskings && Subscriptions.HasQueued;

    /// <summary>Says what is to be said next about keys, if anything.</summary>
    /// <param name="dialer">Makes requests.</param>
    /// <returns>Whether there was something.</returns>
    public bool TryAsk(IDialer dialer)
    {
        if (Subscriptions.TakeNext() is not { } words)
            return false;
        Interlocked.Increment(ref _askings);
        _ = AskAsync(words, dialer);
        return true;
    }

    private async Task AskAsync(KeyWords words, IDialer dialer)
    {
        if (words.Message is { } message)
            await SendAsync(message, Speaker.Subscription(words.Subscription)).ConfigureAwait(false);
        else if (words.Call is { } call)
            await RequestAsync(words, call, dialer).ConfigureAwait(false);
        else
            TellKept(words.Subscription, words.Keys, $"{words.Lacking} of the message that ends them has no value");
        if (Interlocked.Decrement(ref _askings) == MostAskings - 1)
            _owner.Tell(new KeysChanged(Incarnation)); // there is room for the next
    }

    /// <summary>Makes a request about keys. One without an answer in its time is given up, and so is one whose connection ends.</summary>
    private async Task RequestAsync(KeyWords words, HttpCall call, IDialer dialer)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(_dial.Token);
        var request = Subscriptions.Requested(words, () => _ = giveUp.CancelAsync());
        var exchange = new HttpExchange(dialer, Settings, _conversation, Transcript, $"subscriptions.{words.Subscription}", words.Keys);
        try
        {
            var answer = await exchange.AskAsync(call, words.Names, giveUp.Token).ConfigureAwait(false);
            Subscriptions.Answered(words, request, answer, reason => exchange.Describe(answer, reason));
            if (words.Asking is null && answer.Status is < 200 or > 299)
                TellKept(words.Subscription, words.Keys, exchange.Describe(answer, reason: null));
        }
        catch (StepFailedException failed)
        {
            if (_dial.IsCancelled)
                return; // the next connection asks
            var kept = Subscriptions.NotAnswered(words, request, failed.Message);
            TellKept(words.Subscription, words.Asking is null ? words.Keys : kept, failed.Message);
        }
        if (!_gone)
            _owner.Tell(new KeysChanged(Incarnation));
    }

    /// <summary>Tells that the peer may go on with keys that nobody wants any more.</summary>
    private void TellKept(string subscription, IReadOnlyList<string> keys, string why)
    {
        if (keys.Count == 0 || _gone)
            return;
        var which = keys.Count > 1 ? $"{keys[0]} and {keys.Count - 1} more" : keys[0];
        why = $"the peer may keep {PeerText.Of(which)} of subscriptions.{subscription} until the connection ends: {why}";
        Tell(why);
        _owner.Tell(new KeysChanged(Incarnation) { Trouble = new KeyTrouble($"kept {subscription}", why) });
    }

    /// <summary>Tells consumers what has become of a key.</summary>
    public void TellKey(SubscriptionNews news) =>
        _writer!.TellKey(news.Key.ToString(), new FeedKeyState(news.State.ToString().ToLowerInvariant(), news.Reason, news.RetryIn));

    /// <summary>What follows from what a message is to subscriptions.</summary>
    /// <param name="heard">What it is.</param>
    /// <param name="isNews">Whether the actor is to be told that something has changed.</param>
    /// <param name="isDuplicate">Whether the other connection of a rotation has brought it.</param>
    /// <returns>What it is published as where it is of a key; null for none.</returns>
    private FeedSource? FollowKeys(in SubscriptionHeard heard, bool isNews, out bool isDuplicate)
    {
        isDuplicate = false;
        if (isNews)
            _owner.Tell(new KeysChanged(Incarnation));
        if (heard.Data is not { } key)
            return null;
        var source = (FeedSource)(key.Source ??= SourceOf(key.Book).OfKey(key.Name));
        if (heard.Number is { } number)
            isDuplicate = !IsNew(key, number, heard.IsAskedAnew, source);
        else
            MissNumberOf(key);
        return source;
    }

    /// <summary>Tells once of a subscription that a message is without its number: the pointer may be wrong.</summary>
    private void MissNumberOf(SubscribedKey key)
    {
        if (key.Book is not { LacksNumber: false, Settings.Sequence: { } sequence })
            return;
        key.Book.LacksNumber = true;
        Tell($"a message of {key} has no whole number at {string.Join(" or ", sequence.At)}; the next ones are not told");
    }

    private FeedSource SourceOf(SubscriptionBook book) => (FeedSource)(book.Source ??= _writer!.Of(book.Name));

    /// <summary>Follows the numbers of a key, and tells what is missing.</summary>
    /// <returns>False for what the other connection of a rotation has brought.</returns>
    private bool IsNew(SubscribedKey key, long number, bool isAskedAnew, FeedSource source)
    {
        var (last, sequence) = (key.LastNumber, key.Book.Settings.Sequence!); // it has given the number
        if (last is null)
            key.Number = (_plane.Subscriptions?.NumberOf(key) ?? key.Number!).Join(number, Connection.Number, this);
        var (isDuplicate, before) = key.Number!.Received(number, Connection.Number, last, this);
        key.LastNumber = number;
        if (isDuplicate)
            return false;
        var isFresh = last is null || isAskedAnew; // nothing brings back what came before it was asked for
        if (number < before || (number == before && number != last)) // a peer may say a number twice
            MissOf(key, $"the numbers of {key} go back from {before} to {number}", source, SequenceGapAction.Tell);
        else if (sequence.Step is { } step && (last > before ? last : before) is { } known && number > known
            && unchecked((ulong)(number - known)) > (ulong)step)
            MissOf(
                key,
                $"of the numbers of {key} {Between(known, number)} missing",
                source,
                isFresh ? SequenceGapAction.Tell : sequence.OnGap,
                MissingNumbers.Between(known, number, step));
        return true;
    }

    bool IConnectionNeighbours.MayBringTheSame(long connection) =>
        _plane.Live.Contains(connection)
        || (_plane.LastGone is { } gone
            && gone.Connection == connection
            && gone.At >= _beganAt
            && _clock.Elapsed - gone.At < DuplicateWindow.Linger);

    private void MissOf(SubscribedKey key, string why, FeedSource source, SequenceGapAction action, MissingNumbers? numbers = null)
    {
        _writer!.TellLost(why, source, numbers);
        Tell(why);
        if (action == SequenceGapAction.Retry)
            _owner.Tell(new NumbersMissing(Incarnation, why));
        else if (action == SequenceGapAction.Resubscribe && Subscriptions.AskAgain(key) is { } delay)
        {
            var when = delay > TimeSpan.Zero ? $" in {CloseCause.Text(delay)}" : "";
            _owner.Tell(new KeysChanged(Incarnation) { Trouble = new KeyTrouble("numbers", $"{why}; it is asked for again{when}") });
        }
    }

    private static string Between(long after, long before) =>
        before - after == 2 ? $"{after + 1} is" : $"{after + 1} to {before - 1} are";
}
