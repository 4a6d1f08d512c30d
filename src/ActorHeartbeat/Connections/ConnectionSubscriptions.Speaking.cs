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
        if (!_isAny)
            return null;
        lock (_conversation)
        {
            while (Table.HasQueued)
            {
                if ((Table.TakeCancelling() is { } cancelling ? Fill(cancelling) : FillNext()) is { } words)
                    return words;
            }
        }
        return null;
    }

    /// <summary>A request about keys is under way until <see cref="Answered"/> or <see cref="NotAnswered"/>.</summary>
    public KeyRequest Requested(KeyWords words, Action giveUp)
    {
        lock (_conversation)
            return Table.Begin(words.Asking, KeyClocks.After(_clock.Elapsed, words.Timeout), giveUp);
    }

    /// <summary>A request has an answer.</summary>
    /// <param name="words">What was asked.</param>
    /// <param name="request">The request.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="describe">Says the answer in one line, with the reason that it gives.</param>
    public void Answered(KeyWords words, KeyRequest request, HttpResult.Answered answer, Func<string?, string> describe)
    {
        lock (_conversation)
        {
            var unwanted = Table.End(request);
            if (words.Asking is not { } asking)
                return;
            var settings = asking.Book.Settings;
            var expect = settings.Expect is { HasPlaceholders: true } open
                ? open.Fix(_conversation.Hears(words.Names, null, words.Keys))
                : settings.Expect;
            var isAccepted = settings.Expect is null
                ? answer.Status is >= 200 and <= 299
                : expect?.MatchesAnswer(answer.Status, answer.Body.Span) == true;
            if (isAccepted)
            {
                foreach (var key in asking.Open.Concat(unwanted))
                    Capture(key, answer.Body.Span, areSecret: true);
                Table.Accept(asking, unwanted, _clock.Elapsed);
                _isAny |= Table.HasQueued; // a key that is ended may be the last
                return;
            }
            var reason = settings.ReasonTemplate is { } template
                ? template.Fill(_conversation.Hears(words.Names, MessageAtHand.Read(answer.Body.Span, template.OfMessage), words.Keys))
                : null;
            var atLeast = OutcomeTable.ParseRetryAfter(answer.RetryAfter, _clock.UtcNow) ?? TimeSpan.Zero;
            Table.Refuse(asking, unwanted, describe(reason), _clock.Elapsed, settings.Then, atLeast);
        }
    }

    /// <summary>A request has no answer.</summary>
    /// <returns>The keys that it has asked for and that are wanted no more: nobody knows whether the peer has them.</returns>
    public IReadOnlyList<string> NotAnswered(KeyWords words, KeyRequest request, string why)
    {
        lock (_conversation)
        {
            var unwanted = Table.End(request);
            if (words.Asking is { } asking)
                Table.Refuse(asking, unwanted, why, _clock.Elapsed);
            return [.. unwanted.Where(key => Table.Again(key) is null).Select(key => key.Name)];
        }
    }

    private KeyWords? Fill(Cancelling cancelling)
    {
        var settings = cancelling.Settings;
        var words = WordsAbout(cancelling.Keys, settings) with { Call = settings.CancelHttp };
        return settings.Cancel is not { } cancel ? words
            : Fill(words, cancel, out var lacking) ?? words with { Lacking = lacking };
    }

    private KeyWords? FillNext()
    {
        if (Table.TakeAsking(_clock.Elapsed) is not { } asking)
            return null;
        var settings = asking.Book.Settings;
        var words = WordsAbout(asking.Said, settings) with { Call = settings.Http, Asking = asking };
        string? lacking = null;
        var filled = settings.Send is { } send ? Fill(words, send, out lacking) : words;
        if (filled is null)
            Table.Refuse(asking.Keys, $"{lacking} has no value", _clock.Elapsed);
        else
            Table.Asked(asking, words.Names, _clock.Elapsed);
        return filled;
    }

    private KeyWords WordsAbout(IReadOnlyList<SubscribedKey> keys, SubscriptionSettings settings) =>
        new(keys[0].Book.Name, Begin(settings, keys), [.. keys.Select(key => key.Name)]) { Timeout = settings.Timeout };

    private KeyWords? Fill(KeyWords words, MessageTemplate template, out string? lacking) =>
        _conversation.Fill(template, words.Names, words.Keys, out lacking) is { } message ? words with { Message = message } : null;
}

/// <summary>What is said about keys of a subscription: a message, or a request.</summary>
/// <param name="Subscription">The name of the subscription.</param>
/// <param name="Names">The names of its block.</param>
/// <param name="Keys">The keys that it names.</param>
internal sealed record KeyWords(string Subscription, LetBlock Names, IReadOnlyList<string> Keys)
{
    /// <summary>The message; null for a request.</summary>
    public OutboundMessage? Message { get; init; }

    /// <summary>The request; null for a message.</summary>
    public HttpCall? Call { get; init; }

    /// <summary>How long the request may take.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>What waits for the answer; null where keys are ended.</summary>
    public Asking? Asking { get; init; }

    /// <summary>The placeholder without which keys cannot be ended; null where they can.</summary>
    public string? Lacking { get; init; }
}
