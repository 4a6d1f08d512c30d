using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>
/// An HTTP request of the conversation, filled each time. Redirects are not followed; proxy and TLS are those of the endpoint.
/// </summary>
/// <param name="Method">The method (RFC 9110 section 9), such as POST.</param>
/// <param name="Url">An absolute http or https URL; path and query may have placeholders (<see cref="Template"/>).</param>
public sealed record HttpCall(string Method, string Url)
{
    internal Template UrlTemplate { get; } = Template.Parse(Url);

    /// <summary>Its headers. Default none but those that HTTP needs.</summary>
    public ValueMap<SecretValue> Headers { get; init; } = ValueMap<SecretValue>.Empty;

    /// <summary>What is sent with it: JSON as application/json, text as text/plain. Null (default) for nothing.</summary>
    public MessageTemplate? Body { get; init; }

    /// <summary>Everything in it that may have placeholders.</summary>
    internal IEnumerable<Template> Templates =>
        [UrlTemplate, .. Body?.Templates ?? [], .. Headers.Values.Select(header => header.AsTemplate()).OfType<Template>()];

    /// <summary>The method alone: a URL may hold a secret.</summary>
    public override string ToString() => $"HTTP {Method}";
}
