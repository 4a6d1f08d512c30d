using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Conversations;

/// <summary>Says what goes with an HTTP request, as <c>http { headers, body }</c> does in HOCON.</summary>
public sealed class HttpBuilder
{
    private HttpCall _call;

    internal HttpBuilder(HttpCall call) => _call = call;

    /// <summary>A header. Default none but those that HTTP needs.</summary>
    /// <param name="name">The name (RFC 9110 section 5.1).</param>
    /// <param name="value">Its value; <c>@{env.NAME}</c> and other placeholders are filled for each request.</param>
    /// <exception cref="FormatException">Name or value cannot stand in a header, or a placeholder is malformed.</exception>
    /// <exception cref="ArgumentException">The header was said before.</exception>
    public HttpBuilder Header(string name, string value) => Header(name, Spoken.HeaderText(value));

    /// <inheritdoc cref="Header(string, string)"/>
    public HttpBuilder Header(string name, SecretValue value)
    {
        _call = _call with { Headers = Spoken.Header(_call.Headers, name, value) };
        return this;
    }

    /// <summary>What is sent with the request, as text/plain. Default nothing.</summary>
    /// <param name="text">The text, with placeholders (<see cref="Template"/>).</param>
    /// <exception cref="FormatException">A placeholder is malformed.</exception>
    public HttpBuilder Body(string text) => Body(MessageTemplate.Text(text));

    /// <summary>What is sent with the request, as application/json.</summary>
    /// <param name="json">JSON with placeholders in its texts; blanks between values do not go out.</param>
    /// <exception cref="FormatException">It is no JSON, or a placeholder is malformed.</exception>
    public HttpBuilder BodyJson(string json) => Body(Spoken.Json(json, TemplatePlace.Message));

    /// <inheritdoc cref="Body(string)"/>
    /// <param name="message">The message.</param>
    public HttpBuilder Body(MessageTemplate message)
    {
        _call = _call with { Body = Spoken.Fitting(message, TemplatePlace.Message) };
        return this;
    }

    internal static HttpCall Make(string method, string url, Action<HttpBuilder>? more)
    {
        Spoken.Refuse(Words.RejectMethod(method) ?? Words.RejectHttpUrl(url));
        var builder = new HttpBuilder(new HttpCall(method, url));
        more?.Invoke(builder);
        Spoken.RefuseTogether(Combinations.RejectCall(builder._call));
        return builder._call;
    }
}
