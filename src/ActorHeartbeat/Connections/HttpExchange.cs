using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Templates;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Connections;

/// <summary>Makes an HTTP request of a conversation with its values, and gives its answer.</summary>
/// <param name="dialer">Makes the request.</param>
/// <param name="settings">The settings for the dial.</param>
/// <param name="conversation">Of the connection.</param>
/// <param name="transcript">Tells who listens.</param>
/// <param name="place">Where the request stands, for messages.</param>
/// <param name="keys">The keys of a subscription that it is about; none for another request.</param>
internal sealed class HttpExchange(
    IDialer dialer, EndpointSettings settings, Conversation conversation, Transcript transcript, string place, IReadOnlyList<string> keys)
{
    /// <summary>What is asked and where, as it may be shown; empty before.</summary>
    public string Question { get; private set; } = "";

    /// <exception cref="StepFailedException">A value is lacking, or there is no answer.</exception>
    public async Task<HttpResult.Answered> AskAsync(HttpCall call, LetBlock names, CancellationToken cancellation)
    {
        var question = QuestionOf(call, names);
        Question = question.ToString();
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

    /// <summary>The answer that refuses, in one line.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="reason">Why, where the answer says it; null for the beginning of its body.</param>
    public string Describe(HttpResult.Answered answer, string? reason)
    {
        var beginning = answer.Body.Span[..Math.Min(answer.Body.Length, PeerText.MaxLength)];
        var said = PeerText.Of(Hide(reason ?? Encoding.UTF8.GetString(beginning)));
        return $"{place}: {Question} answered {answer.Status}" + (said.Length > 0 ? $", \"{said}\"" : "");
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
        var message = conversation.Fill(body, names, keys, out var lacking);
        if (message is null)
            throw Failed($"{lacking} has no value");
        if (!headers.Exists(header => header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)))
            headers.Add(new("Content-Type", body.IsJson ? "application/json" : "text/plain; charset=utf-8"));
        return new HttpQuestion(settings, call.Method, target, headers, message.Payload);
    }

    private string Fill(Template template, LetBlock names) =>
        conversation.Fill(template, names, keys, out var lacking) ?? throw Failed($"{lacking} has no value");

    /// <summary>The request cannot be made.</summary>
    public StepFailedException Failed(string why) => new(new DialFailure(FailureLayer.Resolve, $"{place}: {why}"));

    private string Hide(string text) => conversation.Hide(text, settings.Secrets);
}
