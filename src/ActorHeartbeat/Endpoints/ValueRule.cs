using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>Which values a setting takes, in code and in a file. Immutable; <see cref="ValueRules"/> has them.</summary>
internal abstract class ValueRule<TValue>
{
    /// <summary>Why a value is not taken, in one line without the value; null when it is.</summary>
    public abstract string? Reject(TValue value);
}

/// <summary>A time, a number or a rate within bounds.</summary>
/// <param name="expected">The allowed values, as text to follow "expected".</param>
/// <param name="holds">Whether a value is within the bounds.</param>
internal sealed class Bounds<TValue>(string expected, Predicate<TValue> holds) : ValueRule<TValue>
    where TValue : struct
{
    public string Expected => expected;

    public bool Hold(TValue value) => holds(value);

    public override string? Reject(TValue value) => holds(value) ? null : $"expected {expected}";
}

/// <summary>A number of bytes, at least 1.</summary>
internal sealed class ByteCount : ValueRule<int>
{
    public override string? Reject(int value) => value > 0 ? null : "expected a number of bytes, at least 1";
}

/// <summary>A text.</summary>
/// <param name="expected">The allowed texts, as text to follow "expected".</param>
/// <param name="reject">Why a text is not taken, in one line; null takes every text that has characters.</param>
internal sealed class TextRule(string expected, Func<string, string?>? reject = null) : ValueRule<string>
{
    public string Expected => expected;

    /// <summary>Whether it says more precisely than <see cref="Expected"/> why it does not take a text.</summary>
    public bool HasReasons => reject is not null;

    public override string? Reject(string value) =>
        reject is not null ? reject(value) : value.Length > 0 ? null : $"expected {expected}";
}

/// <summary>The URL of an endpoint.</summary>
internal sealed class UrlRule : ValueRule<Uri>
{
    public override string? Reject(Uri value) => WebSocketUrl.Read(value.OriginalString).Fault;
}

/// <summary>A value, or null for none.</summary>
/// <param name="rule">The rule of a value.</param>
/// <param name="word">What a file says for none, such as <c>off</c>.</param>
internal sealed class OrNone<TValue>(ValueRule<TValue> rule, string word) : ValueRule<TValue?>
    where TValue : struct
{
    public ValueRule<TValue> Rule => rule;

    public string Word => word;

    public override string? Reject(TValue? value) => value is { } present ? rule.Reject(present) : null;
}

/// <summary>A text, or null for none.</summary>
/// <param name="rule">The rule of a text.</param>
internal sealed class OrNoText(TextRule rule) : ValueRule<string?>
{
    public TextRule Rule => rule;

    public override string? Reject(string? value) => value is null ? null : rule.Reject(value);
}

/// <summary>A list, each element of which follows a rule.</summary>
/// <param name="rule">The rule of an element.</param>
internal sealed class EachOf<TValue>(ValueRule<TValue> rule) : ValueRule<ValueList<TValue>>
{
    public ValueRule<TValue> Rule => rule;

    public override string? Reject(ValueList<TValue> value) => value.Select(rule.Reject).FirstOrDefault(reason => reason is not null);
}

/// <summary>Values by name, with placeholders that fit the place where they are filled.</summary>
/// <param name="place">The place.</param>
internal sealed class NamedValues(TemplatePlace place) : ValueRule<ValueMap<ValueTemplate>>
{
    public TemplatePlace Place => place;

    public override string? Reject(ValueMap<ValueTemplate> value) =>
        value.Select(each => Reject(each.Key, each.Value)).FirstOrDefault(reason => reason is not null);

    /// <summary>The same for one of them.</summary>
    public string? Reject(string name, ValueTemplate value) =>
        TemplateName.Reject(name)
        ?? value.Templates.Select(template => TemplatePlaces.Reject(template, place)).FirstOrDefault(reason => reason is not null);
}

/// <summary>Subscriptions by name, with keys that go out as they are.</summary>
internal sealed class SubscriptionsRule : ValueRule<ValueMap<SubscriptionSettings>>
{
    public override string? Reject(ValueMap<SubscriptionSettings> value) =>
        value.Select(each => TemplateName.Reject(each.Key) ?? (Reject(each.Value) is { } reason ? $"{each.Key}: {reason}" : null))
            .FirstOrDefault(reason => reason is not null);

    /// <summary>The same for one of them; settings that a program made by hand may lack it, or its keys.</summary>
    private static string? Reject(SubscriptionSettings? each) =>
        each?.ForEach is not { } keys ? "a subscription, and its list of keys, is not null"
        : ValueRules.Each(ValueRules.SubscribedKey).Reject(keys) is { } reason ? reason
        : keys.Distinct(StringComparer.Ordinal).Count() < keys.Count ? "a key stands twice in for-each"
        : each.Batch == SubscriptionSettings.WholeBatch ? Times(each)
        : ValueRules.Batch.Reject(each.Batch) is { } batch ? $"batch: {batch}"
        : Times(each);

    private static string? Times(SubscriptionSettings each) =>
        ValueRules.Positive.Reject(each.Timeout) is { } timeout ? $"timeout: {timeout}"
        : each.Stale is { } stale && ValueRules.StaleTime.Reject(stale) is { } reason ? $"stale: {reason}"
        : null;
}

/// <summary>The steps of a dialogue, all before the dial or all on the open connection.</summary>
/// <param name="isBeforeDial">Whether they come before the dial.</param>
internal sealed class StepsRule(bool isBeforeDial) : ValueRule<ValueList<DialogueStep>>
{
    /// <summary>Begins to say what is wrong with a step before the dial that makes no request.</summary>
    public const string NeedsRequest = "a step of prepare comes before the connection: it makes a request, and has no ";

    /// <summary>What is wrong with a step of the host on the open connection.</summary>
    public const string CalledTooLate = "a step of the host is called before the dial: call stands in prepare";

    public bool IsBeforeDial => isBeforeDial;

    public override string? Reject(ValueList<DialogueStep> value) =>
        value.Select(Reject).FirstOrDefault(reason => reason is not null);

    /// <summary>The same for one step.</summary>
    public string? Reject(DialogueStep step) => step switch
    {
        { Http: null, Call: null } when isBeforeDial => NeedsRequest + "other purpose; http or call is missing",
        { Call: not null } when !isBeforeDial => CalledTooLate,
        _ => null,
    };
}
