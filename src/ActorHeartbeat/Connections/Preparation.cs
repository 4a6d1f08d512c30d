using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Templates;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Connections;

/// <summary>Makes the HTTP requests before a dial, in order, and keeps what they bring. Whatever it captures is a secret.</summary>
/// <param name="dialer">Makes the requests.</param>
/// <param name="settings">The settings for the dial.</param>
/// <param name="conversation">Of the connection that is to be dialed.</param>
internal sealed class Preparation(IDialer dialer, EndpointSettings settings, Conversation conversation)
{
    private readonly List<KeyValuePair<string, string?>> _set = [];

    public bool IsDone { get; private set; }

    /// <summary>What the answers set, as text by key; null in place of a text that has no value.</summary>
    public ValueMap<string?> Set => new(_set.GroupBy(each => each.Key).Select(group => group.Last()));

    /// <exception cref="PreparationException">A step failed or was refused.</exception>
    public async Task RunAsync(
        IReadOnlyDictionary<SecretReference, string> secrets, IReadOnlyCollection<string> secretTexts, CancellationToken cancellation)
    {
        IsDone = true;
        conversation.Request = conversation.Request with { Secrets = secrets, SecretTexts = secretTexts };
        for (var index = 0; index < settings.Prepare.Count; index++)
        {
            if (conversation.Applies(settings.Prepare[index]))
                await TakeAsync(settings.Prepare[index], index + 1, cancellation).ConfigureAwait(false);
        }
    }

    private async Task TakeAsync(DialogueStep step, int number, CancellationToken cancellation)
    {
        var names = conversation.Begin(step.Let);
        var question = QuestionOf(step.Http!, names, number); // the settings require one
        var (expect, reject) = (conversation.Await(step.Expect, names), conversation.Await(step.Reject, names));
        var result = await dialer.AskAsync(question, cancellation).ConfigureAwait(false);
        if (result is not HttpResult.Answered answer)
        {
            var failure = ((HttpResult.Failed)result).Failure;
            throw new PreparationException(failure with { Message = Hide($"{Place(number)}: {failure.Message}") });
        }
        if (expect is null ? answer.Status is < 200 or > 299 : !expect.MatchesAnswer(answer.Status, answer.Body.Span))
            throw Refused(step, number, question, answer, names, reject);
        conversation.Names.Forget(step.Forget);
        expect?.Capture(answer.Body.Span, (name, text) =>
            conversation.Keep(name, TemplateValue.Of(text) with { IsSecret = true }, settings.Secrets, TooBig));
        conversation.Capture(step.Capture, answer.Body.Span, names, settings.Secrets, TooBig, areSecret: true);
        _set.AddRange(conversation.Dictated(step.Set, names, answer.Body.Span));

        void TooBig(string name) => throw Failed(number, $"{name} is over {Conversation.MostCaptured} bytes");
    }

    private HttpQuestion QuestionOf(HttpCall call, LetBlock names, int number)
    {
        var url = Fill(call.UrlTemplate, names, number);
        if (url.Any(char.IsControl) || !Uri.TryCreate(url, UriKind.Absolute, out var target))
            throw Failed(number, "its URL has a character that a URL cannot have");
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var (name, value) in call.Headers)
        {
            var text = value.AsTemplate() is { } template ? Fill(template, names, number) : value.Text;
            if (text.Any(character => character is not ((>= ' ' and <= '~') or '\t')))
                throw Failed(number, $"its header {name} has a character that a header cannot have");
            headers.Add(new(name, text));
        }
        if (call.Body is not { } body)
            return new HttpQuestion(settings, call.Method, target, headers, null);
        var message = conversation.Fill(body, names, answered: null, out var lacking);
        if (message is null)
            throw Failed(number, $"{lacking} has no value");
        if (!headers.Exists(header => header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)))
            headers.Add(new("Content-Type", body.IsJson ? "application/json" : "text/plain; charset=utf-8"));
        return new HttpQuestion(settings, call.Method, target, headers, message.Payload);
    }

    private string Fill(Template template, LetBlock names, int number) =>
        conversation.Fill(template, names, out var lacking) ?? throw Failed(number, $"{lacking} has no value");

    private PreparationException Refused(
        DialogueStep step, int number, HttpQuestion question, HttpResult.Answered answer, LetBlock names, MessagePattern? reject)
    {
        var isRejected = reject is null || reject.MatchesAnswer(answer.Status, answer.Body.Span);
        var reason = isRejected && step.ReasonTemplate is { } template
            ? template.Fill(conversation.Hears(names, MessageAtHand.Read(answer.Body.Span, template.OfMessage)))
            : null;
        var said = PeerText.Of(Hide(reason ?? Encoding.UTF8.GetString(answer.Body.Span[..Math.Min(answer.Body.Length, PeerText.MaxLength)])));
        var isSuccess = answer.Status is >= 200 and <= 299;
        var detail = $"{Place(number)}: {question} answered {answer.Status}" + (said.Length > 0 ? $", \"{said}\"" : "");
        return new PreparationException(
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

    private static PreparationException Failed(int number, string why) => new(new DialFailure(FailureLayer.Resolve, $"{Place(number)}: {why}"));

    private static string Place(int number) => $"prepare, step {number}";

    private string Hide(string text) => PeerText.Hide(conversation.Request.Hide(text), conversation.Made);
}

/// <summary>What has to be done before a dial was not done.</summary>
internal sealed class PreparationException(DialFailure failure) : Exception(failure.Message)
{
    public DialFailure Failure => failure;

    /// <summary>What the step has decided about it; null where the outcome table decides.</summary>
    public Outcome? Asked { get; init; }
}
