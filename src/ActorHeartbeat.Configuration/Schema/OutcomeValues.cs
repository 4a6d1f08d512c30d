using System.Globalization;
using ActorHeartbeat.Conversations;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Readers of the rows of the outcome table, and of close codes.</summary>
internal static class OutcomeValues
{
    public static readonly ValueReader<CodeRange> HttpStatus = Codes(
        "an HTTP status from 100 to 599, or a span such as \"500-599\"", 100, 599);

    // 1005, 1006 and 1015 are never sent, but they report an end that carried no close code (RFC 6455 section 7.4.1).
    private static readonly ValueReader<CodeRange> CloseCode = Codes(
        "a close code from 1000 to 4999, or a span such as \"4000-4099\"", 1000, 4999);

    private static readonly Shape<OutcomeRule> RuleShape = new(
        Part.Of<OutcomeRule, ValueList<CodeRange>>(
            "http-status",
            new ListOf<CodeRange>(HttpStatus, orOne: true),
            rule => rule.HttpStatus,
            (rule, codes) => rule with { HttpStatus = codes }),
        Part.Of<OutcomeRule, ValueList<CodeRange>>(
            "close-code",
            new ListOf<CodeRange>(CloseCode, orOne: true),
            rule => rule.CloseCode,
            (rule, codes) => rule with { CloseCode = codes }),
        Part.Of<OutcomeRule, ValueList<FailureLayer>>(
            "failure",
            new ListOf<FailureLayer>(Values.Word<FailureLayer>(), orOne: true),
            rule => rule.Failure,
            (rule, layers) => rule with { Failure = layers }),
        Part.Of<OutcomeRule, OutcomeAction>(
            "then", Values.Word<OutcomeAction>(), rule => rule.Then, (rule, action) => rule with { Then = action }),
        Part.Of<OutcomeRule, int>("after", Values.Count, rule => rule.After, (rule, failures) => rule with { After = failures }),
        Part.Of<OutcomeRule, TimeSpan?>(
            "retry", new OptionalValue<TimeSpan>(null, Values.Positive), rule => rule.Retry, (rule, time) => rule with { Retry = time }),
        Part.Of<OutcomeRule, GovernorScope>(
            "scope", Values.Word<GovernorScope>(), rule => rule.Scope, (rule, scope) => rule with { Scope = scope }),
        Part.Of<OutcomeRule, ValueList<string>>(
            "forget", NameValues.Forget, rule => rule.Forget, (rule, names) => rule with { Forget = names }));

    public static readonly ValueReader<ValueList<OutcomeRule>> Rules = new InheritingList<OutcomeRule>(
        new ObjectOf<OutcomeRule>("a rule", RuleShape, new OutcomeRule { Then = OutcomeAction.Retry }, "then")
        {
            Reject = (rule, layer) => Combinations.RejectOutcome(rule, key => layer.Find(key) is not null),
        },
        new OutcomeRule { Then = OutcomeAction.Retry });

    private static Scalar<CodeRange> Codes(string expected, int least, int most) => new(
        expected,
        text =>
        {
            var parts = text.Split('-', 2, StringSplitOptions.TrimEntries);
            return Code(parts[0]) is { } first && Code(parts[^1]) is { } last && least <= first && first <= last && last <= most
                ? (true, new CodeRange(first, last))
                : default;
        },
        range => range.ToString());

    private static int? Code(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : null;
}
