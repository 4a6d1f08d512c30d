using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Templates;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Connections;

/// <summary>Makes the HTTP request of a step, and keeps what its answer brings. Whatever it captures is a secret.</summary>
/// <param name="dialer">Makes the request.</param>
/// <param name="settings">The settings for the dial.</param>
/// <param name="conversation">Of the connection.</param>
/// <param name="transcript">Tells who listens.</param>
/// <param name="place">Where the step stands, for messages.</param>
internal sealed class HttpStep(
    IDialer dialer, EndpointSettings settings, Conversation conversation, Transcript transcript, string place)
{
    /// <returns>What the answer sets, as text by key; null in place of a text that has no value.</returns>
    /// <exception cref="StepFailedException">It has no answer, or a refusal.</exception>
    public async Task<ValueMap<string?>> TakeAsync(DialogueStep step, CancellationToken cancellation)
    {
        var names = conversation.Begin(step.Let);
        var question = QuestionOf(step.Http!, names); // the settings require one
        var (expect, reject) = (conversation.Await(step.Expect, names), conversation.Await(step.Reject, names));
        var answer = await AskAsync(question, cancellation).ConfigureAwait(false);
        if (expect is null ? answer.Status is < 200 or > 299 : !expect.MatchesAnswer(answer.Status, answer.Body.Span))
            throw Refused(step, question, answer, names, reject);
        var before = transcript.IsHeard ? conversation.Names.Values : null;
        conversation.Forget(step.Forget);
        expect?.Capture(answer.Body.Span, (name, text) =>
            conversation.Keep(name, TemplateValue.Of(text) with { IsSecret = true }, settings.Secrets, TooBig));
        conversation.Capture(step.Capture, answer.Body.Span, names, settings.Secrets, TooBig, areSecret: true);
        if (before is not null)
            transcript.Kept(before);
        return conversation.Dictated(step.Set, names, answer.Body.Span);

        void TooBig(string name) => throw Failed($"{name} is over {Conversation.MostCaptured} bytes");
    }

    private async Task<HttpResult.Answered> AskAsync(HttpQuestion question, CancellationToken cancellation)
    {
        var result = await dialer.AskAsync(question, cancellation).ConfigureAwait(false);
        if (result is HttpResult.Answered answer)
        {
            if (transcript.IsHeard)
                transcript.Event($"{place}: {question} answered {answer.Status}, {answer.Body.Length} B");
            return answer with { Body = answer.Body[ByteOrderMark.LengthBeforeJson(answer.Body.Span)..] };
        }
        var failure = ((HttpResult.Failed)result).Failure;
        if (transcript.IsHeard)
            transcript.Event($"{place}: {question} failed: {failure.Message}");
        throw new StepFailedException(failure with { Message = Hide($"{place}: {failure.Message}") });
    }

    private HttpQuestion QuestionOf(HttpCall call, LetBlock names)
    {
        var url = Fill(call.UrlTemplate, names);
        if (url.Any(char.IsControl) || !Uri.TryCreate(url, UriKind.Absolute, out var target))
            throw Failed("its URL has a character that a URL cannot have");
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var (name, value) in call.Headers)
        {
            var text = value.AsTemplate() is { } template ? Fill(template, names) : value.Text;
            if (text.Any(character => character is not ((>= ' ' and <= '~') or '\t')))
                throw Failed($"its header {name} has a character that a header cannot have");
            headers.Add(new(name, text));
        }
        if (call.Body is not { } body)
            return new HttpQuestion(settings, call.Method, target, headers, null);
        var message = conversation.Fill(body, names, answered: null, out var lacking);
        if (message is null)
            throw Failed($"{lacking} has no value");
        if (!headers.Exists(header => header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)))
            headers.Add(new("Content-Type", body.IsJson ? "application/json" : "text/plain; charset=utf-8"));
        return new HttpQuestion(settings, call.Method, target, headers, message.Payload);
    }

    private string Fill(Template template, LetBlock names) =>
        conversation.Fill(template, names, out var lacking) ?? throw Failed($"{lacking} has no value");

    private StepFailedException Refused(
        DialogueStep step, HttpQuestion question, HttpResult.Answered answer, LetBlock names, MessagePattern? reject)
    {
        var isRejected = reject is null || reject.MatchesAnswer(answer.Status, answer.Body.Span);
        var reason = isRejected && step.ReasonTemplate is { } template
            ? template.Fill(conversation.Hears(names, MessageAtHand.Read(answer.Body.Span, template.OfMessage)))
            : null;
        var beginning = answer.Body.Span[..Math.Min(answer.Body.Length, PeerText.MaxLength)];
        var said = PeerText.Of(Hide(reason ?? Encoding.UTF8.GetString(beginning)));
        var isSuccess = answer.Status is >= 200 and <= 299;
        var detail = $"{place}: {question} answered {answer.Status}" + (said.Length > 0 ? $", \"{said}\"" : "");
        return new StepFailedException(
            new DialFailure(isSuccess ? FailureLayer.Hello : FailureLayer.Http, detail)
            {
                HttpStatus = isSuccess ? null : answer.Status,
                RetryAfter = answer.RetryAfter is { } time ? PeerText.Of(time) : null,
            })
        {
            Asked = step.Reject is not null && isRejected && step.Then is { } then
                ? RuleOutcome.Decide(then, step.Retry, null, GovernorScope.Endpoint)
                : null,
        };
    }

    private StepFailedException Failed(string why) => new(new DialFailure(FailureLayer.Resolve, $"{place}: {why}"));

    private string Hide(string text) => conversation.Hide(text, settings.Secrets);
}

/// <summary>An HTTP request of the conversation has no answer, or a refusal; or a step of the host has failed.</summary>
internal sealed class StepFailedException(DialFailure failure) : Exception(failure.Message)
{
    public DialFailure Failure => failure;

    /// <summary>What the step has decided about it; null where the outcome table decides.</summary>
    public Outcome? Asked { get; init; }
}
