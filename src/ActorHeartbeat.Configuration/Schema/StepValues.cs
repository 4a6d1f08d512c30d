using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Reads the steps of on-open and prepare, and keep-alives.</summary>
internal static class StepValues
{
    /// <summary>The default time that a step waits for its answer.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private const string NeverHappens = "when and unless ask for the same name, so the step never happens";

    /// <summary>What follows from the answer to a step.</summary>
    private static readonly Key<DialogueStep>[] AfterAnswer =
    [
        Part.Of<DialogueStep, string?>(
            "reason",
            new OptionalObject<string>(null, RuleValues.Reason),
            step => step.Reason,
            (step, reason) => step with { Reason = reason }),
        Part.Of<DialogueStep, OutcomeAction?>(
            "then",
            new OptionalValue<OutcomeAction>(null, Values.Word<OutcomeAction>()),
            step => step.Then,
            (step, then) => step with { Then = then }),
        Part.Of<DialogueStep, TimeSpan?>(
            "retry",
            new OptionalValue<TimeSpan>(null, Values.Positive),
            step => step.Retry,
            (step, time) => step with { Retry = time }),
        Part.Of<DialogueStep, ValueList<string>>(
            "forget", NameValues.Forget, step => step.Forget, (step, names) => step with { Forget = names }),
        Part.Of<DialogueStep, ValueMap<ValueTemplate>>(
            "capture", NameValues.Capture, step => step.Capture, (step, capture) => step with { Capture = capture }),
        Part.Of<DialogueStep, ValueMap<ValueTemplate>>("set", NameValues.Set, step => step.Set, (step, set) => step with { Set = set }),
    ];

    /// <summary>What stands before what a step does.</summary>
    private static readonly Key<DialogueStep>[] BeforeIt =
    [
        Part.Of<DialogueStep, string?>("when", NameValues.OptionalName, step => step.When, (step, name) => step with { When = name }),
        Part.Of<DialogueStep, string?>("unless", NameValues.OptionalName, step => step.Unless, (step, name) => step with { Unless = name }),
        Part.Of<DialogueStep, ValueMap<ValueTemplate>>("let", NameValues.Let, step => step.Let, (step, let) => step with { Let = let }),
    ];

    private static readonly Key<DialogueStep>
        Wait = Part.Of<DialogueStep, TimeSpan>(
            "wait", Values.Duration, step => step.Wait, (step, time) => step with { Wait = time }),
        AnswerTime = Part.Of<DialogueStep, TimeSpan>(
            "timeout", Values.Positive, step => step.Timeout, (step, time) => step with { Timeout = time }),
        Resumed = Part.Of<DialogueStep, bool>(
            "resumed", Values.Switch, step => step.Resumed, (step, resumed) => step with { Resumed = resumed });

    private static readonly ValueReader<DialogueStep> Message = new ObjectOf<DialogueStep>(
        "a step",
        new Shape<DialogueStep>([
            .. BeforeIt,
            Wait,
            Part.Of<DialogueStep, MessageTemplate?>(
                "send", MessageValues.OptionalMessage, step => step.Send, (step, message) => step with { Send = message }),
            Part.Of<DialogueStep, MessagePattern?>(
                "expect", MessageValues.OptionalPattern, step => step.Expect, (step, pattern) => step with { Expect = pattern }),
            AnswerTime,
            Part.Of<DialogueStep, MessagePattern?>(
                "reject", MessageValues.OptionalPattern, step => step.Reject, (step, pattern) => step with { Reject = pattern }),
            .. AfterAnswer,
            Resumed,
        ]),
        new DialogueStep(null, null, Timeout))
    {
        Reject = RejectMessage,
    };

    /// <summary>Reads a step of prepare that makes a request.</summary>
    private static readonly ValueReader<DialogueStep> Request = RequestWith();

    /// <summary>Reads a step of prepare that calls one of the host.</summary>
    private static readonly ValueReader<DialogueStep> Called = new ObjectOf<DialogueStep>(
        "a step",
        new Shape<DialogueStep>([
            .. BeforeIt,
            Part.Of<DialogueStep, StepCall?>(
                "call", new OptionalObject<StepCall>(null, new CallReader()), step => step.Call, (step, call) => step with { Call = call }),
            Part.Of<DialogueStep, ValueMap<ValueTemplate>>("set", NameValues.Set, step => step.Set, (step, set) => step with { Set = set }),
        ]),
        new DialogueStep(null, null, Timeout),
        "call")
    {
        Reject = (step, _) =>
            step.Call is null ? "call needs the name of a step"
            : step.When is not null && step.When == step.Unless ? NeverHappens
            : null,
    };

    /// <summary>Reads a step of prepare, by what it does.</summary>
    private static readonly ValueReader<DialogueStep> Preparation = new StepReader("call", Called, step => step.Call is not null, Request);

    /// <summary>Reads a step of on-open that makes a request.</summary>
    private static readonly ValueReader<DialogueStep> RequestOfOpening = RequestWith(Wait, AnswerTime, Resumed);

    /// <summary>Reads a step that sends, waits, or makes a request.</summary>
    private static readonly ValueReader<DialogueStep> Step = new StepReader("http", RequestOfOpening, step => step.Http is not null, Message)
    {
        Misplaced = ("call", "a step of the host is called before the dial: call stands in prepare"),
    };

    /// <summary>The steps of prepare.</summary>
    public static readonly ValueReader<ValueList<DialogueStep>> Preparations = List(Preparation);

    /// <summary>The steps of on-open.</summary>
    public static readonly ValueReader<ValueList<DialogueStep>> Steps = List(Step);

    private static readonly ObjectOf<KeepAlive> KeepAlive = new(
        "a keep-alive",
        new Shape<KeepAlive>(
            Part.Of<KeepAlive, ValueMap<ValueTemplate>>("let", NameValues.Let, each => each.Let, (each, let) => each with { Let = let }),
            Part.Of<KeepAlive, MessageTemplate?>(
                "send", MessageValues.OptionalMessage, each => each.Send, (each, message) => each with { Send = message }),
            Part.Of<KeepAlive, HttpCall?>("http", HttpValues.OptionalCall, each => each.Http, (each, http) => each with { Http = http }),
            Part.Of<KeepAlive, TimeSpan>("interval", Values.Positive, each => each.Interval, (each, time) => each with { Interval = time }),
            Part.Of<KeepAlive, KeepAliveWhen>(
                "when", Values.Word<KeepAliveWhen>(), each => each.When, (each, when) => each with { When = when })),
        new KeepAlive(null, TimeSpan.Zero),
        "interval")
    {
        Reject = (each, _) => each switch
        {
            { Send: null, Http: null } => "a keep-alive needs send or http",
            { Send: not null, Http: not null } => "a keep-alive has send or http, not both",
            { When: KeepAliveWhen.Changed, Http: not null } => "when = changed belongs to send",
            { When: KeepAliveWhen.Changed, Send.Literal: not null } =>
                "when = changed says only something new, and this message is the same each time",
            _ => null,
        },
    };

    public static readonly ValueReader<ValueMap<KeepAlive>> KeepAlives = new MapOf<KeepAlive>(
        "an object of names and keep-alives", KeepAlive, StringComparer.Ordinal, TemplateName.Reject);

    private static InheritingList<DialogueStep> List(ValueReader<DialogueStep> step) => new(step, new DialogueStep(null, null, Timeout));

    private static ObjectOf<DialogueStep> RequestWith(params Key<DialogueStep>[] more) => new(
        "a step",
        new Shape<DialogueStep>([
            .. BeforeIt,
            Part.Of<DialogueStep, HttpCall?>("http", HttpValues.OptionalCall, step => step.Http, (step, http) => step with { Http = http }),
            Part.Of<DialogueStep, MessagePattern?>(
                "expect", MessageValues.OptionalAnswer, step => step.Expect, (step, pattern) => step with { Expect = pattern }),
            Part.Of<DialogueStep, MessagePattern?>(
                "reject", MessageValues.OptionalAnswer, step => step.Reject, (step, pattern) => step with { Reject = pattern }),
            .. AfterAnswer,
            .. more,
        ]),
        new DialogueStep(null, null, Timeout),
        "http")
    {
        Reject = RejectRequest,
    };

    private static string? RejectMessage(DialogueStep step, Layer<DialogueStep> layer)
    {
        if (step is { Send: null, Expect: null, Resumed: false } && step.Wait == TimeSpan.Zero)
            return "a step needs send, expect, wait or resumed";
        if (step.When is not null && step.When == step.Unless)
            return NeverHappens;
        if (step is { Resumed: true, When: null })
            return "resumed needs when: without a name that has a value, such as session.id, there is nothing to resume";
        if (layer.Find("timeout") is not null && step.Expect is null)
            return "timeout is how long expect waits; there is no expect";
        if (step is { Reject: not null, Expect: null })
            return "reject is what may come instead of expect; there is no expect";
        if (step.Reject is not null && step.Reject == step.Expect)
            return "reject matches what expect matches, which decides";
        foreach (var key in (string[])["reason", "then", "retry"])
        {
            if (layer.Find(key) is not null && step.Reject is null)
                return $"{key} says what follows from reject; there is no reject";
        }
        foreach (var key in (string[])["forget", "capture", "set"])
        {
            if (layer.Find(key) is not null && step.Expect is null)
                return $"{key} follows from the message that expect waits for; there is no expect";
        }
        return RejectRetry(step, layer);
    }

    private static string? RejectRequest(DialogueStep step, Layer<DialogueStep> layer)
    {
        if (step.Http is null)
            return "http needs an object with a url";
        if (step.When is not null && step.When == step.Unless)
            return NeverHappens;
        if (step.Reject is not null && step.Reject == step.Expect)
            return "reject matches what expect matches, which decides";
        return layer.Find("then") is not null && step.Reject is null
            ? "then says what follows from reject; there is no reject"
            : RejectRetry(step, layer);
    }

    private static string? RejectRetry(DialogueStep step, Layer<DialogueStep> layer) =>
        layer.Find("retry") is not null && step.Then is not (OutcomeAction.Quarantine or OutcomeAction.RetryAfter)
            ? "retry belongs to then = quarantine and then = retry-after"
            : null;

    /// <summary>Reads a step by what it does.</summary>
    /// <param name="key">The key that one kind of step has.</param>
    /// <param name="with">Reads that kind.</param>
    /// <param name="isWith">Whether a step is of that kind.</param>
    /// <param name="without">Reads the other kind.</param>
    private sealed class StepReader(
        string key, ValueReader<DialogueStep> with, Func<DialogueStep, bool> isWith, ValueReader<DialogueStep> without)
        : ValueReader<DialogueStep>
    {
        /// <summary>A key that stands elsewhere, and where; null for none.</summary>
        public (string Key, string Reason)? Misplaced { get; init; }

        public override string Expected => without.Expected;

        public override bool MayHoldSecret => true;

        public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out DialogueStep value)
        {
            value = null;
            if (Misplaced is { } misplaced && at.Find(misplaced.Key) is { } found)
                return found.ReportKey(misplaced.Reason);
            return (at.Find(key) is null ? without : with).TryRead(at, out value);
        }

        public override void Write(Utf8JsonWriter json, DialogueStep value, bool asWritten) =>
            (isWith(value) ? with : without).Write(json, value, asWritten);
    }

    /// <summary>Reads the name of a step of the host.</summary>
    private sealed class CallReader : ValueReader<StepCall>
    {
        public override string Expected => "the name of a step of the host";

        public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out StepCall value)
        {
            value = null;
            if (at.Text is not { } name)
                return at.Refuse(Expected);
            var extensions = at.Sources.Extensions;
            if (extensions.FindStep(name) is not { } step)
            {
                at.ReportUnknown("step", extensions.Steps);
                return false;
            }
            value = new StepCall(name) { Gives = step.Gives };
            return true;
        }

        public override void Write(Utf8JsonWriter json, StepCall value, bool asWritten) => json.WriteStringValue(value.Name);
    }
}
