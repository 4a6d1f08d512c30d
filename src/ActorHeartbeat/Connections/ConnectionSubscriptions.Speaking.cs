using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Subscriptions;
using ActorHeartbeat.Templates;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Connections;

/// <content>What is said about keys, and the answers to requests.</content>
internal sealed partial class ConnectionSubscriptions
{
    /// <summary>
    /// Takes what is to be said next, and awaits its answer. Keys whose message lacks a value are refused for that.
    /// </summary>
    /// <returns>Null when there is nothing.</returns>
    public KeyWords? TakeNext()
    {
        lock (_lock)
        {
            while (_table.HasQueued)
            {
                if ((_table.TakeCancelling() is { } cancelling ? Fill(cancelling) : FillNext()) is { } words)
                    return words;
            }
        }
        return null;
    }

    /// <summary>The request that asks can be given up from now on.</summary>
    public void Requested(KeyWords words, Action giveUp)
    {
        lock (_lock)
        {
            if (words.Asking is { } asking)
                asking.GiveUp = giveUp;
        }
    }

    /// <summary>The request that asks has an answer.</summary>
    /// <param name="words">What was asked.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="describe">Says the answer in one line, with the reason that it gives.</param>
    public void Answered(KeyWords words, HttpResult.Answered answer, Func<string?, string> describe)
    {
        lock (_lock)
        {
            if (words.Asking is not { } asking)
                return;
            asking.GiveUp = null;
            var settings = asking.Book.Settings;
            var expect = settings.Expect is { HasPlaceholders: true } open
                ? open.Fix(_conversation.Hears(words.Names, null, words.Keys))
                : settings.Expect;
            var isAccepted = settings.Expect is null
                ? answer.Status is >= 200 and <= 299
                : expect?.MatchesAnswer(answer.Status, answer.Body.Span) == true;
            if (isAccepted)
            {
                foreach (var key in asking.Open)
                    Capture(key, answer.Body.Span, areSecret: true);
                _table.Answered(asking, refusal: null, _clock.Elapsed);
                return;
            }
            var reason = settings.ReasonTemplate is { } template
                ? template.Fill(_conversation.Hears(words.Names, MessageAtHand.Read(answer.Body.Span, template.OfMessage), words.Keys))
                : null;
            var atLeast = OutcomeTable.ParseRetryAfter(answer.RetryAfter, _clock.UtcNow) ?? TimeSpan.Zero;
            _table.Answered(asking, describe(reason), _clock.Elapsed, settings.Then, atLeast);
        }
    }

    /// <summary>The request that asks has no answer.</summary>
    public void NotAnswered(KeyWords words, string why)
    {
        lock (_lock)
        {
            if (words.Asking is not { } asking)
                return;
            asking.GiveUp = null;
            _table.Answered(asking, why, _clock.Elapsed);
        }
    }

    private KeyWords? Fill(Cancelling cancelling)
    {
        var (settings, keys) = (cancelling.Settings, cancelling.Keys);
        string[] names = [.. keys.Select(key => key.Name)];
        var words = new KeyWords(keys[0].Book.Name, Begin(settings, keys[0]), names, Message: null, settings.CancelHttp, Asking: null);
        return settings.Cancel is { } cancel ? Fill(words, cancel, out _) : words;
    }

    private KeyWords? FillNext()
    {
        var asking = _table.TakeAsking(_clock.Elapsed)!; // something is queued
        var settings = asking.Book.Settings;
        var words = new KeyWords(
            asking.Book.Name, Begin(settings, asking.Keys[0]), asking.Said, Message: null, settings.Http, asking);
        string? lacking = null;
        var filled = settings.Send is { } send ? Fill(words, send, out lacking) : words;
        if (filled is null)
            _table.Refuse(asking.Keys, $"{lacking} has no value", _clock.Elapsed);
        else
            _table.Asked(asking, words.Names, _clock.Elapsed);
        return filled;
    }

    private KeyWords? Fill(KeyWords words, MessageTemplate template, out string? lacking) =>
        _conversation.Fill(template, words.Names, words.Keys, out lacking) is { } message ? words with { Message = message } : null;
}

/// <summary>What is said about keys of a subscription: a message, or a request.</summary>
/// <param name="Subscription">The name of the subscription.</param>
/// <param name="Names">The names of its block.</param>
/// <param name="Keys">The keys that it names.</param>
/// <param name="Message">The message; null for a request.</param>
/// <param name="Call">The request; null for a message.</param>
/// <param name="Asking">What waits for the answer; null where none does.</param>
internal sealed record KeyWords(
    string Subscription, LetBlock Names, IReadOnlyList<string> Keys, OutboundMessage? Message, HttpCall? Call, Asking? Asking);
