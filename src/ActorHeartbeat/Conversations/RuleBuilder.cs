using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Conversations;

/// <summary>
/// Says what follows from a message that a rule of <c>on-message</c> matches: its forgets, captures and sets, then its reply, then its
/// action.
/// </summary>
public sealed class RuleBuilder
{
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);
    private MessageRule _rule;

    private RuleBuilder(MessageRule rule) => _rule = rule;

    /// <summary>What the message is: data, a beat, or neither. Default control, since the rule knew it.</summary>
    public RuleBuilder Is(MessageRole role) => Say("is", role, (rule, what) => rule with { Is = what });

    /// <summary>Delivers the message although it is no data. Default: only data is delivered.</summary>
    public RuleBuilder Deliver() => Say("deliver", true, (rule, deliver) => rule with { Deliver = deliver });

    /// <summary>Answers with a text, ahead of what is queued and outside the send rate. Default: nothing is answered.</summary>
    /// <param name="text">The text; it may take values of the message, as in <c>@{/id}</c> (<see cref="Template"/>).</param>
    /// <exception cref="FormatException">A placeholder is malformed.</exception>
    public RuleBuilder Reply(string text) => Reply(Spoken.Text(text, TemplatePlace.Answer));

    /// <summary>Answers with JSON.</summary>
    /// <param name="json">The JSON; a text in it that is one placeholder becomes the JSON value that it stands for.</param>
    /// <exception cref="FormatException">It is no JSON, or a placeholder is malformed.</exception>
    public RuleBuilder ReplyJson(string json) => Reply(Spoken.Json(json, TemplatePlace.Answer));

    /// <summary>Answers with a binary message.</summary>
    /// <param name="hex">Hexadecimal digits, two for each byte, with placeholders between them.</param>
    /// <exception cref="FormatException">It is something else.</exception>
    public RuleBuilder ReplyBytes(string hex) => Reply(Spoken.Bytes(hex, TemplatePlace.Answer));

    /// <summary>Answers with a message.</summary>
    public RuleBuilder Reply(MessageTemplate message) =>
        Say("reply", Spoken.Fitting(message, TemplatePlace.Answer), (rule, reply) => rule with { Reply = reply });

    /// <summary>What is done then. Default nothing.</summary>
    public RuleBuilder Then(RuleAction action) => Say("then", action, (rule, then) => rule with { Then = then });

    /// <summary>The delay of a quarantine, or the pause of a retry-after whose message tells none. Default that of the action.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above zero.</exception>
    public RuleBuilder Retry(TimeSpan time) => Say("retry", Spoken.Positive(time), (rule, retry) => rule with { Retry = retry });

    /// <summary>The pause of a retry-after as the message tells it. Default none.</summary>
    /// <param name="time">A template of a number and a unit (ms, s, m, h, d), such as <c>@{/retry_after ?? 60}s</c>.</param>
    /// <exception cref="FormatException">It has no unit, a secret, or is malformed.</exception>
    public RuleBuilder After(string time) =>
        Say("after", Spoken.Taken(time, time, Words.RejectAfter), (rule, after) => rule with { After = after });

    /// <summary>The dials that a retry-after pauses. Default those of the endpoint.</summary>
    public RuleBuilder Scope(GovernorScope scope) => Say("scope", scope, (rule, dials) => rule with { Scope = dials });

    /// <summary>Where a rotation dials, once. The host has to be one of the endpoint's hosts. Default: the endpoint's own URL.</summary>
    /// <param name="url">A template that takes the URL of the message, such as <c>@{/reconnect_url}</c>.</param>
    /// <exception cref="FormatException">It takes nothing of the message, or is malformed.</exception>
    public RuleBuilder To(string url) => Say("to", Spoken.Taken(url, url, Words.RejectTo), (rule, to) => rule with { To = to });

    /// <summary>The new connection of a rotation goes on where the old one was. Default off.</summary>
    public RuleBuilder Resumed() => Say("resumed", true, (rule, resumed) => rule with { Resumed = resumed });

    /// <inheritdoc cref="StepBuilder.Forget"/>
    public RuleBuilder Forget(params string[] names) =>
        Say("forget", Spoken.Forget(_rule.Forget, names), (rule, forget) => rule with { Forget = forget });

    /// <summary>Keeps a value of the message, up to 8 KiB, while the connection lives.</summary>
    /// <inheritdoc cref="StepBuilder.Capture"/>
    public RuleBuilder Capture(string name, params string[] from) =>
        Say("capture", Spoken.Capture(_rule.Capture, name, from), (rule, capture) => rule with { Capture = capture });

    /// <summary>The message dictates a setting for this connection.</summary>
    /// <inheritdoc cref="StepBuilder.Set"/>
    public RuleBuilder Set(string key, string value) =>
        Say("set", Spoken.Set(_rule.Set, key, value), (rule, set) => rule with { Set = set });

    internal static MessageRule Make(MessagePattern match, Action<RuleBuilder>? say)
    {
        var builder = new RuleBuilder(new MessageRule { Match = Spoken.OfMessage(match) });
        say?.Invoke(builder);
        Spoken.RefuseTogether(Combinations.RejectRule(builder._rule, builder._said.Contains));
        return builder._rule;
    }

    private RuleBuilder Say<TValue>(string word, TValue value, Func<MessageRule, TValue, MessageRule> say)
    {
        _said.Add(word);
        _rule = say(_rule, value);
        return this;
    }
}
