using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Subscriptions;

namespace ActorHeartbeat.Connections;

/// <content>What a tap is told of it.</content>
internal sealed partial class ConnectionLink
{
    private Transcript? _transcript;

    /// <summary>Tells who listens what is said on it. Made when it is first needed: mostly nobody listens.</summary>
    public Transcript Transcript => LazyInitializer.EnsureInitialized(
        ref _transcript, () => new Transcript(_plane.Taps, _conversation, _clock, Incarnation, () => _current));

    /// <summary>Whether somebody listens.</summary>
    public bool IsHeard => _plane.IsHeard;

    /// <summary>Tells of something that has happened.</summary>
    /// <param name="what">What.</param>
    /// <param name="opens">Whether the connection is open by it.</param>
    public void Tell(string what, bool opens = false)
    {
        if (IsHeard)
            Transcript.Event(what, opens);
    }

    private void TellHeard(
        MessageKind kind, ReadOnlySpan<byte> message, InboundRules rules, (MessageRule? Rule, int Number, MessagePattern? Match) found,
        AwaitedStep? awaited, in SubscriptionHeard heard)
    {
        var notes = new List<ConversationNote>();
        if (found is { Rule: { } rule, Match: { } match })
            notes.Add(
                new ConversationNote(rules.PlaceOf(found.Number), MeaningOf(rule)) { Looked = Transcript.Looked(match, message) });
        if (awaited is not null)
        {
            var isExpected = awaited.Expect.Matches(message);
            notes.Add(
                new ConversationNote(Speaker.Step(awaited.Index).ToString(), isExpected ? "expected" : "refused")
                {
                    Looked = Transcript.Looked(isExpected ? awaited.Expect : awaited.Reject!, message), // one of them has taken it
                });
        }
        if (FindAnswer(_heartbeatAnswers, message) is { } answer)
            notes.Add(new ConversationNote(Speaker.Heartbeat.ToString(), "answer") { Looked = Transcript.Looked(answer, message) });
        if (heard.Key is { } key)
            notes.Add(
                new ConversationNote(
                    Speaker.Subscription(key.ToString()).ToString(),
                    !heard.IsAnswer ? "data" : heard.IsRefusal ? "refused" : "accepted"));
        if (notes.Count == 0)
            notes.Add(new ConversationNote("", "data"));
        Transcript.Heard(kind, message, notes);
    }

    private static string MeaningOf(MessageRule rule) =>
        rule.Is.ToString().ToLowerInvariant()
        + (rule is { Deliver: true, Is: not MessageRole.Data } ? ", delivered" : "")
        + (rule.Reply is null ? "" : ", reply")
        + (rule.Then == RuleAction.Nothing ? "" : $", then = {CloseCause.Word(rule.Then)}");
}
