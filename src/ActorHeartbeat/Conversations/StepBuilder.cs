using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Conversations;

/// <summary>
/// Says a step of <c>on-open</c> or <c>prepare</c>. Whatever the order of the calls, a step asks <c>When</c> and <c>Unless</c>, waits,
/// names values, sends or makes a request, and then waits for what it expects. What it forgets, captures and sets follows from that.
/// </summary>
public sealed class StepBuilder
{
    private readonly bool _isOfPrepare;
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);
    private DialogueStep _step = new(null, null, DialogueStep.DefaultTimeout);

    internal StepBuilder(bool isOfPrepare) => _isOfPrepare = isOfPrepare;

    /// <summary>The step is passed over unless this name has a value. Default: it never is.</summary>
    /// <param name="name">A name that let or capture gives, such as <c>session.id</c>, or <c>sequence</c>.</param>
    /// <exception cref="FormatException">It is no name.</exception>
    public StepBuilder When(string name) => Say("when", Asked(name), (step, when) => step with { When = when });

    /// <summary>The step is passed over when this name has a value. Default: it never is.</summary>
    /// <inheritdoc cref="When"/>
    public StepBuilder Unless(string name) => Say("unless", Asked(name), (step, unless) => step with { Unless = unless });

    /// <summary>A pause before the step. Default none. Not in prepare.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above zero.</exception>
    /// <exception cref="ArgumentException">It is a step of prepare.</exception>
    public StepBuilder Wait(TimeSpan time) => SayOfOpening("wait", Spoken.Positive(time), (step, wait) => step with { Wait = wait });

    /// <summary>Names a value for this step; it is filled once, when it is first used.</summary>
    /// <param name="name">A letter or _ and then letters, digits, _ and -.</param>
    /// <param name="value">A text with placeholders (<see cref="Template"/>); one that is a placeholder alone keeps its JSON type.</param>
    /// <exception cref="FormatException">Name or text is malformed.</exception>
    /// <exception cref="ArgumentException">The name has a value already.</exception>
    public StepBuilder Let(string name, string value) => Let(name, ValueTemplate.Text(value));

    /// <summary>Names a JSON value for this step, such as an object of claims.</summary>
    /// <inheritdoc cref="Let(string, string)"/>
    /// <param name="name">A letter or _ and then letters, digits, _ and -.</param>
    /// <param name="json">JSON whose texts may have placeholders.</param>
    public StepBuilder LetJson(string name, string json) => Let(name, ValueTemplate.Json(Spoken.Compact(json)));

    /// <summary>Sends a text message. Not in prepare.</summary>
    /// <param name="text">The text, with placeholders (<see cref="Template"/>).</param>
    /// <exception cref="FormatException">A placeholder is malformed, or may not stand here.</exception>
    /// <exception cref="ArgumentException">It is a step of prepare.</exception>
    public StepBuilder Send(string text) => Send(Spoken.Text(text, TemplatePlace.Message));

    /// <summary>Sends JSON. A text in it that is one placeholder becomes the JSON value that it stands for. Not in prepare.</summary>
    /// <param name="json">The JSON; blanks between values do not go out.</param>
    /// <exception cref="FormatException">It is no JSON, or a placeholder is malformed.</exception>
    /// <exception cref="ArgumentException">It is a step of prepare.</exception>
    public StepBuilder SendJson(string json) => Send(Spoken.Json(json, TemplatePlace.Message));

    /// <summary>Sends a binary message. Not in prepare.</summary>
    /// <param name="hex">Hexadecimal digits, two for each byte, with placeholders between them.</param>
    /// <exception cref="FormatException">It is something else.</exception>
    /// <exception cref="ArgumentException">It is a step of prepare.</exception>
    public StepBuilder SendBytes(string hex) => Send(Spoken.Bytes(hex, TemplatePlace.Message));

    /// <summary>Sends a message. Not in prepare.</summary>
    /// <exception cref="FormatException">A placeholder in it may not stand here.</exception>
    /// <exception cref="ArgumentException">It is a step of prepare.</exception>
    public StepBuilder Send(MessageTemplate message) =>
        SayOfOpening("send", Spoken.Fitting(message, TemplatePlace.Message), (step, send) => step with { Send = send });

    /// <summary>Makes an HTTP request in place of sending; redirects are not followed, TLS and proxy are those of the endpoint.</summary>
    /// <param name="method">The method (RFC 9110 section 9), such as POST.</param>
    /// <param name="url">An absolute http or https URL; path and query may have placeholders.</param>
    /// <param name="more">Says headers and body. Default neither.</param>
    /// <exception cref="FormatException">Method, URL or a header is malformed.</exception>
    /// <exception cref="ArgumentException">GET and HEAD have a body.</exception>
    public StepBuilder Http(string method, string url, Action<HttpBuilder>? more = null) =>
        Say("http", HttpBuilder.Make(method, url, more), (step, call) => step with { Http = call });

    /// <summary>Calls a step that the host has registered (<see cref="Extensions.ConversationExtensions"/>). In prepare alone.</summary>
    /// <param name="name">Its name. What it gives are values of the connection, and secrets.</param>
    /// <exception cref="FormatException">It is no name.</exception>
    /// <exception cref="ArgumentException">It is a step of on-open, or says more than when, unless, let and set.</exception>
    public StepBuilder Call(string name)
    {
        if (!_isOfPrepare)
            throw new ArgumentException(StepsRule.CalledTooLate);
        Spoken.Refuse(Words.RejectHostName("step", name));
        return Say("call", new StepCall(name), (step, call) => step with { Call = call });
    }

    /// <summary>The whole text that must come before the next step.</summary>
    /// <inheritdoc cref="Match.Text(string)"/>
    public StepBuilder Expect(string text) => Expect(Match.Text(text));

    /// <summary>The message, or the answer to the request, that must come before the next step. Default: the step waits for none.</summary>
    /// <param name="pattern">Such as <c>Match.At("/event", "login")</c>. Its placeholders are filled when the step sends.</param>
    /// <exception cref="FormatException">A placeholder in it may not stand in a pattern.</exception>
    public StepBuilder Expect(MessagePattern pattern) =>
        Say("expect", Spoken.Fitting(pattern), (step, expect) => step with { Expect = expect });

    /// <summary>How long the step waits for what it expects. Default 5 s. Not in prepare, where the timeout of the connect holds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above zero.</exception>
    /// <exception cref="ArgumentException">It is a step of prepare.</exception>
    public StepBuilder Timeout(TimeSpan time) => SayOfOpening("timeout", Spoken.Positive(time), (step, at) => step with { Timeout = at });

    /// <summary>The answer with which the peer refuses: it ends the attempt.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="reason">Where it says why: a JSON pointer (RFC 6901) or a template. Default nowhere.</param>
    /// <param name="then">What is done. Default: the outcome table decides.</param>
    /// <param name="retry">The delay of a quarantine, or the pause of a retry-after. Default that of the action.</param>
    /// <exception cref="FormatException">The reason takes nothing of the message, or a placeholder is malformed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above zero.</exception>
    public StepBuilder Reject(MessagePattern pattern, string? reason = null, OutcomeAction? then = null, TimeSpan? retry = null)
    {
        Say("reject", Spoken.Fitting(pattern), (step, reject) => step with { Reject = reject });
        if (reason is not null)
            Reason(reason);
        if (then is not null)
            Say("then", then, (step, action) => step with { Then = action });
        return retry is { } time ? Say("retry", Spoken.Positive(time), (step, delay) => step with { Retry = delay }) : this;
    }

    /// <summary>Where a refusal says why, also one by HTTP that nothing expects. Default nowhere.</summary>
    /// <param name="reason">A JSON pointer (RFC 6901) or a template.</param>
    /// <exception cref="FormatException">It takes nothing of the message, or is malformed.</exception>
    public StepBuilder Reason(string reason) => Say(
        "reason",
        Spoken.Taken(reason, DialogueStep.AsTemplate(reason), Words.RejectReason),
        (step, why) => step with { Reason = why });

    /// <summary>What is forgotten before anything is captured: a name, <c>session</c> or <c>sequence</c>. Default nothing.</summary>
    /// <exception cref="FormatException">It is no name.</exception>
    /// <exception cref="ArgumentException">There is none.</exception>
    public StepBuilder Forget(params string[] names) =>
        Say("forget", Spoken.Forget(_step.Forget, names), (step, forget) => step with { Forget = forget });

    /// <summary>Keeps a value of the answer, up to 8 KiB, while the connection lives.</summary>
    /// <param name="name">A name; <c>session.NAME</c> outlives the connection.</param>
    /// <param name="from">A JSON pointer, several of which the first that leads somewhere counts, or a template.</param>
    /// <exception cref="FormatException">Name, pointer or template is malformed.</exception>
    /// <exception cref="ArgumentException">The name has a value already.</exception>
    public StepBuilder Capture(string name, params string[] from) =>
        Say("capture", Spoken.Capture(_step.Capture, name, from), (step, capture) => step with { Capture = capture });

    /// <summary>The answer dictates a setting for this connection.</summary>
    /// <param name="key">A key that a message may set, such as <c>heartbeat.interval</c>.</param>
    /// <param name="value">A time with its unit, such as <c>@{/interval}ms</c>.</param>
    /// <exception cref="FormatException">No message may set the key, or the value is no time.</exception>
    /// <exception cref="ArgumentException">The key is set already.</exception>
    public StepBuilder Set(string key, string value) =>
        Say("set", Spoken.Set(_step.Set, key, value), (step, set) => step with { Set = set });

    /// <summary>
    /// The peer goes on where it was when this step is done: numbers and counters go on, and consumers are told of no gap. Needs
    /// <see cref="When"/>. Default off. Not in prepare.
    /// </summary>
    /// <exception cref="ArgumentException">It is a step of prepare.</exception>
    public StepBuilder Resumed() => SayOfOpening("resumed", true, (step, resumed) => step with { Resumed = resumed });

    internal static DialogueStep Make(Action<StepBuilder> say, bool isOfPrepare)
    {
        var builder = new StepBuilder(isOfPrepare);
        say(builder);
        Spoken.RefuseTogether(builder.Fault());
        return builder._step;
    }

    private string? Fault()
    {
        if (_step.Call is not null)
            return Combinations.RejectHostCall(_step, _said);
        if ((_isOfPrepare ? ValueRules.StepsBeforeDial : ValueRules.StepsOfOpening).Reject(_step) is { } misplaced)
            return misplaced;
        if (_step.Http is null)
            return Looks(pattern => pattern.LooksAtStatus) ? "status is that of the answer to an HTTP request; there is no http"
                : Combinations.RejectStep(_step, _said.Contains);
        return _step.Send is not null ? "a step has send or http, not both"
            : Looks(HasBytes) ? "bytes are those of a message; the answer to a request has a status and text"
            : Combinations.RejectRequest(_step, _said.Contains);
    }

    private bool Looks(Func<MessagePattern, bool> at) =>
        (_step.Expect is { } expect && at(expect)) || (_step.Reject is { } reject && at(reject));

    private static bool HasBytes(MessagePattern pattern) => pattern switch
    {
        MessagePattern.Bytes => true,
        MessagePattern.All all => all.Patterns.Any(HasBytes),
        MessagePattern.Any any => any.Patterns.Any(HasBytes),
        _ => false,
    };

    private StepBuilder Let(string name, ValueTemplate value) =>
        Say("let", Spoken.Let(_step.Let, name, value, TemplatePlace.Message), (step, let) => step with { Let = let });

    private static string Asked(string name)
    {
        Spoken.Refuse(
            Template.MayBe(name) ? "a name stands here as it is, without @{ and }" : Words.RejectAsked(name));
        return name;
    }

    private StepBuilder SayOfOpening<TValue>(string word, TValue value, Func<DialogueStep, TValue, DialogueStep> say) => _isOfPrepare
        ? throw new ArgumentException(StepsRule.NeedsRequest + word)
        : Say(word, value, say);

    private StepBuilder Say<TValue>(string word, TValue value, Func<DialogueStep, TValue, DialogueStep> say)
    {
        _said.Add(word);
        _step = say(_step, value);
        return this;
    }
}
