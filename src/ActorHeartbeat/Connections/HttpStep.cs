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
        var exchange = new HttpExchange(dialer, settings, conversation, transcript, place, keys: []);
        var asked = exchange.AskAsync(step.Http!, names, cancellation); // the settings require one
        var (expect, reject) = (conversation.Await(step.Expect, names), conversation.Await(step.Reject, names));
        var answer = await asked.ConfigureAwait(false);
        if (expect is null ? answer.Status is < 200 or > 299 : !expect.MatchesAnswer(answer.Status, answer.Body.Span))
            throw Refused(step, exchange, answer, names, reject);
        var before = transcript.IsHeard ? conversation.Names.Values : null;
        conversation.Forget(step.Forget);
        expect?.Capture(answer.Body.Span, (name, text) =>
            conversation.Keep(name, TemplateValue.Of(text) with { IsSecret = true }, settings.Secrets, TooBig));
        conversation.Capture(step.Capture, answer.Body.Span, names, settings.Secrets, TooBig, areSecret: true);
        if (before is not null)
            transcript.Kept(before);
        return conversation.Dictated(step.Set, names, answer.Body.Span);

        void TooBig(string name) => throw exchange.Failed($"{name} is over {Conversation.MostCaptured} bytes");
    }

    private StepFailedException Refused(
        DialogueStep step, HttpExchange exchange, HttpResult.Answered answer, LetBlock names, MessagePattern? reject)
    {
        var isRejected = reject is null || reject.MatchesAnswer(answer.Status, answer.Body.Span);
        var reason = isRejected && step.ReasonTemplate is { } template
            ? template.Fill(conversation.Hears(names, MessageAtHand.Read(answer.Body.Span, template.OfMessage)))
            : null;
        var isSuccess = answer.Status is >= 200 and <= 299;
        return new StepFailedException(
            new DialFailure(isSuccess ? FailureLayer.Hello : FailureLayer.Http, exchange.Describe(answer, reason))
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
}

/// <summary>An HTTP request of the conversation has no answer, or a refusal; or a step of the host has failed.</summary>
internal sealed class StepFailedException(DialFailure failure) : Exception(failure.Message)
{
    public DialFailure Failure => failure;

    /// <summary>What the step has decided about it; null where the outcome table decides.</summary>
    public Outcome? Asked { get; init; }
}
