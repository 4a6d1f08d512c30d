using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>The URL of an endpoint: an absolute ws or wss URL (RFC 6455 section 3), or one whose host the peer decides.</summary>
internal static class WebSocketUrl
{
    private const string Expected = "a WebSocket URL such as \"wss://host/path\"";

    /// <summary>The URL that a text stands for, or what is wrong with it, in one line.</summary>
    public static (Uri? Url, string? Fault) Read(string text)
    {
        if (TemplatePlaces.Reject(text, TemplatePlace.Handshake) is { } fault)
            return (null, fault);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0)
            return Template.MayBe(text) && Template.Parse(text) is { References.Count: 0 } && Uri.TryCreate(text, UriKind.Relative, out url)
                ? (url, null)
                : (null, Template.MayBe(text)
                    ? "a secret stands in the path or the query of a URL; scheme and host are written out, or the peer gives both, as in "
                        + "\"@{NAME}?token=...\""
                    : $"expected {Expected}");
        if (url.Scheme is not ("ws" or "wss"))
            return (null, url.Scheme switch
            {
                "http" => "found the scheme \"http\"; expected ws or wss; did you mean \"ws\"?",
                "https" => "found the scheme \"https\"; expected ws or wss; did you mean \"wss\"?",
                _ => "found another scheme; expected ws or wss",
            });
        if (url.UserInfo.Length > 0)
            return (null, "a user or password in a URL is not sent to a WebSocket server and shows in logs; use headers.Authorization");
        return url.Fragment.Length > 0 || text.EndsWith('#')
            ? (null, "a WebSocket URL has no fragment (RFC 6455 section 3); write # as %23 if the server wants one")
            : (url, null);
    }
}
