using System.Text.Json;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Conversations;

/// <summary>
/// What is wrong with words that stand together in a step, a rule or a keep-alive, in code or in a file: in one line, null when nothing is.
/// A word that was said counts even where it says the default. Pure.
/// </summary>
internal static class Combinations
{
    private const string NeverHappens = "when and unless ask for the same name, so the step never happens";

    private const int LongestShownKey = 64;

    private static readonly string[] OfHostCall = ["call", "when", "unless", "let", "set"];

    /// <param name="step">A step that calls one of the host.</param>
    /// <param name="said">The words that were said.</param>
    public static string? RejectHostCall(DialogueStep step, IEnumerable<string> said) =>
        step.Call is null ? "call needs the name of a step"
        : step.When is not null && step.When == step.Unless ? NeverHappens
        : said.Except(OfHostCall).FirstOrDefault() is { } word ? $"a step with call has no {word}"
        : null;

    /// <param name="step">A step that makes no request.</param>
    /// <param name="says">Whether a word was said.</param>
    public static string? RejectStep(DialogueStep step, Predicate<string> says)
    {
        if (step is { Send: null, Expect: null, Resumed: false } && step.Wait == TimeSpan.Zero)
            return "a step needs send, expect, wait or resumed";
        if (step.When is not null && step.When == step.Unless)
            return NeverHappens;
        if (step is { Resumed: true, When: null })
            return "resumed needs when: without a name that has a value, such as session.id, there is nothing to resume";
        if (says("timeout") && step.Expect is null)
            return "timeout is how long expect waits; there is no expect";
        if (step is { Reject: not null, Expect: null })
            return "reject is what may come instead of expect; there is no expect";
        if (step.Reject is not null && step.Reject == step.Expect)
            return "reject matches what expect matches, which decides";
        foreach (var key in (string[])["reason", "then", "retry"])
        {
            if (says(key) && step.Reject is null)
                return $"{key} says what follows from reject; there is no reject";
        }
        foreach (var key in (string[])["forget", "capture", "set"])
        {
            if (says(key) && step.Expect is null)
                return $"{key} follows from the message that expect waits for; there is no expect";
        }
        return RejectRetry(step, says);
    }

    /// <param name="step">A step that makes a request.</param>
    /// <param name="says">Whether a word was said.</param>
    public static string? RejectRequest(DialogueStep step, Predicate<string> says)
    {
        if (step.Http is null)
            return "http needs an object with a url";
        if (step.When is not null && step.When == step.Unless)
            return NeverHappens;
        if (step.Reject is not null && step.Reject == step.Expect)
            return "reject matches what expect matches, which decides";
        return says("then") && step.Reject is null
            ? "then says what follows from reject; there is no reject"
            : RejectRetry(step, says);
    }

    public static string? RejectCall(HttpCall call) =>
        call is { Method: "GET" or "HEAD", Body: not null } ? $"{call.Method} has no body; use method = POST" : null;

    public static string? RejectRule(MessageRule rule, Predicate<string> says)
    {
        if (says("retry") && rule.Then is not (RuleAction.Quarantine or RuleAction.RetryAfter))
            return $"retry belongs to quarantine and retry-after, not to {Kebab(rule.Then)}";
        foreach (var key in (string[])["after", "scope"])
        {
            if (says(key) && rule.Then != RuleAction.RetryAfter)
                return $"{key} belongs to retry-after, not to {Kebab(rule.Then)}";
        }
        foreach (var key in (string[])["to", "resumed"])
        {
            if (says(key) && rule.Then != RuleAction.Rotate)
                return $"{key} belongs to rotate, not to {Kebab(rule.Then)}";
        }
        return says("deliver") && rule.Is == MessageRole.Data ? "data is delivered anyway; leave out deliver" : null;
    }

    public static string? RejectOutcome(OutcomeRule rule, Predicate<string> says)
    {
        if (rule.HttpStatus.Count + rule.CloseCode.Count + rule.Failure.Count == 0)
            return "a rule needs at least one of http-status, close-code and failure; what matches everything is outcomes.otherwise";
        if (says("retry") && rule.Then is not (OutcomeAction.Quarantine or OutcomeAction.RetryAfter))
            return $"retry belongs to quarantine and retry-after, not to {Kebab(rule.Then)}";
        if (says("after") && rule.Then == OutcomeAction.Retry)
            return "after says from which failure the rule holds, and before that it is retry anyway";
        return says("scope") && rule.Then != OutcomeAction.RetryAfter
            ? $"scope belongs to retry-after, not to {Kebab(rule.Then)}"
            : null;
    }

    public static string? RejectKeepAlive(KeepAlive each) => each switch
    {
        { Send: null, Http: null } => "a keep-alive needs send or http",
        { Send: not null, Http: not null } => "a keep-alive has send or http, not both",
        { When: KeepAliveWhen.Changed, Http: not null } => "when = changed belongs to send",
        { When: KeepAliveWhen.Changed, Send.Literal: not null } =>
            "when = changed says only something new, and this message is the same each time",
        _ => null,
    };

    /// <param name="each">A subscription.</param>
    public static string? RejectSubscription(SubscriptionSettings each) =>
        each is { Send: null, Http: null } ? "a subscription needs send or http"
        : each is { Send: not null, Http: not null } ? "a subscription has send or http, not both"
        : each is { Cancel: not null, CancelHttp: not null } ? "a subscription has cancel or cancel-http, not both"
        : Twice(each.ForEach) is { } twice ? $"the key {PeerText.Of(twice, LongestShownKey)} stands twice in for-each"
        : (each.Send is { } send ? RejectBatch(each, send) : RejectRequest(each, each.Http!))
            ?? (each.Batch > 1 && each.Cancel is { } cancel && RejectBatch(each, cancel) is { } reason ? $"cancel: {reason}" : null)
            ?? RejectAnswers(each);

    private static string? Twice(IEnumerable<string> keys)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return keys.FirstOrDefault(key => !seen.Add(key));
    }

    private static string? RejectBatch(SubscriptionSettings each, MessageTemplate message) =>
        each.Batch == 1
            ? each.ForEach.Count > 1 && !AsksForEach(message, each) ? "send says the same for every key: @{each} is missing" : null
        : !message.IsJson
            || message.NamesOutsideBatch.Contains(TemplateName.Each)
            || !AsksForEach(message, each with { Let = ValueMap<ValueTemplate>.Empty })
            ? "batch repeats the list element that holds @{each}; here @{each} stands in no list"
        : each.Let.Values.SelectMany(value => value.Templates).SelectMany(template => template.Names)
            .FirstOrDefault(IsOfKey(each)) is { } inLet
            ? $"let is filled once for a batch, so @{{{inLet}}} has no value there; use @{{{inLet}}} itself, or batch = 1"
        : message.NamesOutsideBatch.FirstOrDefault(IsOfKey(each)) is { } outside
            ? $"@{{{outside}}} belongs to a key, and batch repeats only the list element that holds @{{each}}; write it there, or batch = 1"
        : null;

    /// <summary>Whether a name belongs to each key of a subscription.</summary>
    private static Func<string, bool> IsOfKey(SubscriptionSettings each) => name =>
        name == TemplateName.Each
        || (name == TemplateName.Sequence && each.Sequence is not null)
        || each.Capture.ContainsKey(name)
        || (each.Expect?.Groups ?? []).Contains(name);

    private static string? RejectRequest(SubscriptionSettings each, HttpCall call)
    {
        if (each.Batch == 1)
            return each.ForEach.Count > 1 && !MessagePattern.AskForEach(call.Templates, each.Let)
                ? "http asks the same for every key: @{each} is missing"
                : null;
        if (each.Expect?.AsksForEach(each.Let) == true)
            return "the answer to http is about the whole batch, so expect cannot name @{each}";
        return call.Body is not { } body ? "batch repeats a list element of the body; http has none"
            : (call with { Body = null }).Templates.Any(template => template.Names.Contains(TemplateName.Each))
                ? "batch repeats a list element of the body; @{each} has no value in url and headers"
            : RejectBatch(each, body);
    }

    private static string? RejectAnswers(SubscriptionSettings each)
    {
        if (each is { Http: null, Expect.LooksAtStatus: true })
            return "expect looks at the status of an answer; there is no http";
        if (each.Reject is not null && each.Reject == each.Expect)
            return "reject matches what expect matches, which decides";
        if (each is { Reject: null, Http: null, Reason: not null })
            return "reason says why reject refuses; there is no reject";
        if (each is { Reject: null, Http: null, Then: not RefusedKeyAction.Retry })
            return "then says what follows from reject; there is no reject";
        if (each is { Reject: { } reject, Http: not null } && !TellsKeys(reject, each))
            return "reject is about messages of the socket, and has to name @{each}, or a name of capture, to tell which key it ends";
        if (each is { Reject: { } without, Expect: null, Http: null } && !without.AsksForEach(each.Let))
            return "reject has to name @{each}: without expect nobody knows which message it answers";
        if (each is { Expect: null, Http: null, Capture.Count: > 0 })
            return "capture takes values of the message that expect waits for; there is no expect";
        if (each.Data is { } data && !(each.ForEach.Count > 1 ? TellsKeys(data, each) : data.HasPlaceholders))
            return "data is the same for every key: @{each}, or a name of let or capture that differs by key, is missing";
        if (each is { Stale: not null, Data: null })
            return "stale is about data of a key, and data says which they are; there is no data";
        return each is { Sequence: not null, Data: null }
            ? "sequence is about data of a key, and data says which they are; there is no data"
            : null;
    }

    private static bool TellsKeys(MessagePattern pattern, SubscriptionSettings each) =>
        pattern.AsksForEach(each.Let)
        || pattern.Templates.SelectMany(template => template.Names)
            .Any(name => each.Capture.ContainsKey(name) || each.Let.ContainsKey(name) || (each.Expect?.Groups ?? []).Contains(name));

    private static bool AsksForEach(MessageTemplate message, SubscriptionSettings each) =>
        MessagePattern.AskForEach(message.Templates, each.Let);

    /// <param name="sequence">Where numbers stand.</param>
    /// <param name="saysOnGap">Whether it was said what is done when some are missing.</param>
    public static string? RejectSequence(SequenceSettings sequence, bool saysOnGap) =>
        sequence.At.Count == 0 ? "at needs a pointer"
        : saysOnGap && sequence.Step is null ? "on-gap is for numbers that are missing, and with step = any none is"
        : null;

    /// <summary>What is wrong with the numbers of a whole connection.</summary>
    public static string? RejectSequenceOfAll(SequenceSettings sequence) => sequence.OnGap == SequenceGapAction.Resubscribe
        ? "on-gap = resubscribe asks for a key again, so it stands in the sequence of a subscription"
        : null;

    private static string? RejectRetry(DialogueStep step, Predicate<string> says) =>
        says("retry") && step.Then is not (OutcomeAction.Quarantine or OutcomeAction.RetryAfter)
            ? "retry belongs to then = quarantine and then = retry-after"
            : null;

    /// <summary>A value as a configuration spells it: RetryAfter is <c>retry-after</c>.</summary>
    public static string Kebab<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
