using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ActorHeartbeat.Configuration.Secrets;
using ActorHeartbeat.Conversations;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Reads the rules of on-message.</summary>
internal static class RuleValues
{
    private static readonly Shape<MessageRule> RuleShape = new(
        Part.Of<MessageRule, MessagePattern>(
            "match", MessageValues.Pattern, rule => rule.Match, (rule, pattern) => rule with { Match = pattern }),
        Part.Of<MessageRule, MessageRole>("is", Values.Word<MessageRole>(), rule => rule.Is, (rule, role) => rule with { Is = role }),
        Part.Of<MessageRule, bool>("deliver", Values.Switch, rule => rule.Deliver, (rule, deliver) => rule with { Deliver = deliver }),
        Part.Of<MessageRule, MessageTemplate?>(
            "reply",
            new OptionalObject<MessageTemplate>(null, MessageValues.Answer),
            rule => rule.Reply,
            (rule, reply) => rule with { Reply = reply }),
        Part.Of<MessageRule, RuleAction>("then", Values.Word<RuleAction>(), rule => rule.Then, (rule, then) => rule with { Then = then }),
        Part.Of<MessageRule, TimeSpan?>(
            "retry", new OptionalValue<TimeSpan>(null, Values.Positive), rule => rule.Retry, (rule, time) => rule with { Retry = time }),
        Part.Of<MessageRule, string?>(
            "after",
            new OptionalObject<string>(null, new TakenReader(Words.AfterExpected, Words.RejectAfter)),
            rule => rule.After,
            (rule, after) => rule with { After = after }),
        Part.Of<MessageRule, GovernorScope>(
            "scope", Values.Word<GovernorScope>(), rule => rule.Scope, (rule, scope) => rule with { Scope = scope }),
        Part.Of<MessageRule, string?>(
            "to",
            new OptionalObject<string>(
                null, new TakenReader("where the message says the URL, such as \"@{/reconnect_url}\"", Words.RejectTo)),
            rule => rule.To,
            (rule, to) => rule with { To = to }),
        Part.Of<MessageRule, bool>("resumed", Values.Switch, rule => rule.Resumed, (rule, resumed) => rule with { Resumed = resumed }),
        Part.Of<MessageRule, ValueList<string>>(
            "forget", NameValues.Forget, rule => rule.Forget, (rule, names) => rule with { Forget = names }),
        Part.Of<MessageRule, ValueMap<ValueTemplate>>(
            "capture", NameValues.Capture, rule => rule.Capture, (rule, capture) => rule with { Capture = capture }),
        Part.Of<MessageRule, ValueMap<ValueTemplate>>("set", NameValues.Set, rule => rule.Set, (rule, set) => rule with { Set = set }));

    public static readonly ValueReader<ValueList<MessageRule>> Rules = new InheritingList<MessageRule>(
        new ObjectOf<MessageRule>("a rule", RuleShape, new MessageRule { Match = new MessagePattern.Text("") }, "match")
        {
            Reject = (rule, layer) => Combinations.RejectRule(rule, key => layer.Find(key) is not null),
        },
        new MessageRule { Match = new MessagePattern.Text("") })
    {
        AreSound = HiddenRules.AreSound,
    };

    /// <summary>Where a refusal says why: a pointer, or a template.</summary>
    public static readonly ValueReader<string> Reason = new TakenReader(
        "a JSON pointer such as \"/msg\", or a text with placeholders",
        Words.RejectReason,
        DialogueStep.AsTemplate);

    /// <summary>Reads a text that takes something of a message of the peer.</summary>
    /// <param name="expected">What is allowed.</param>
    /// <param name="reject">What is wrong with a sound template, in one line; null when nothing is.</param>
    /// <param name="spell">The template that a text stands for; null for the text itself.</param>
    private sealed class TakenReader(string expected, Func<Template, string?> reject, Func<string, string>? spell = null)
        : ValueReader<string>
    {
        public override string Expected => expected;

        public override bool MayHoldSecret => true;

        public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out string value)
        {
            value = at.Text;
            if (value is null)
                return at.Refuse(expected);
            var text = spell?.Invoke(value) ?? value;
            return (TemplatePlaces.Reject(text, TemplatePlace.Taken) ?? reject(Template.Parse(text))) is not { } fault || at.Report(fault);
        }

        public override void Write(Utf8JsonWriter json, string value, bool asWritten) => SecretMask.WriteText(json, value, asWritten);
    }
}
