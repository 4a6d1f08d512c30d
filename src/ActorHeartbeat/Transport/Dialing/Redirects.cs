using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>Where a refused handshake sends its client (RFC 9110 section 15.4), and whether the client may go there.</summary>
internal static class Redirects
{
    private static readonly string[] Credentials = ["Authorization", "Proxy-Authorization", "Cookie", "Host"];

    public static bool IsOne(DialFailure failure) => failure.HttpStatus is 301 or 302 or 303 or 307 or 308;

    /// <summary>The next request, or why there is none.</summary>
    /// <param name="request">What was refused.</param>
    /// <param name="refusal">The answer to it.</param>
    /// <param name="followed">Redirects followed before in this attempt.</param>
    public static (DialRequest? Next, string WhyNot) Follow(DialRequest request, DialFailure refusal, int followed)
    {
        var limit = request.Settings.Redirects;
        if (followed == limit)
            return (null, limit == 0
                ? "it is not followed, since redirects = 0"
                : $"it is not followed, since {limit} were (redirects = {limit})");
        if (Target(request.Url, refusal.Location) is not { } target)
            return (null, "it is not followed, since it has no Location that is a URL");
        if (Scheme(target) is not { } scheme)
            return (null, $"it is not followed to the scheme {PeerText.Of(request.Hide(target.Scheme), 32)}");
        if (request.Url.Scheme == Uri.UriSchemeWss && scheme != Uri.UriSchemeWss)
            return (null, "it is not followed from wss to a connection without TLS");
        if (target.UserInfo.Length > 0)
            return (null, "it is not followed, since its Location names a user");
        var url = new Uri(scheme + target.OriginalString[target.Scheme.Length..]);
        if (IsSameOrigin(url, request.Url))
            return (request with { Url = url }, "");
        return request.Settings.MessageReferences.Any()
            ? (null, "it is not followed to another origin, since the endpoint's messages have secrets")
            : (ForOther(url, request), "");
    }

    /// <summary>The Location as an absolute URL in its own spelling, without its fragment; null when there is none.</summary>
    public static Uri? Target(Uri url, string? location)
    {
        if (location is null or "")
            return null;
        var text = location.Split('#')[0];
        // The framework reads a path by itself as a file URL.
        var absolute = text switch
        {
            ['/', '/', ..] => $"{url.Scheme}:{text}",
            ['/', ..] => url.GetComponents(UriComponents.Scheme | UriComponents.Host | UriComponents.Port, UriFormat.UriEscaped) + text,
            _ when Uri.TryCreate(text, UriKind.Absolute, out _) => text,
            _ => Uri.TryCreate(url, text, out var resolved) ? resolved.AbsoluteUri : "",
        };
        return Uri.TryCreate(absolute, UriKind.Absolute, out var target) && target.Host.Length > 0 ? target : null;
    }

    /// <summary>A Location as it may be logged: its path or its query may hold a token.</summary>
    public static string Show(DialRequest request, string location) => request.Hide(
        Target(request.Url, location) is not { } target ? request.Settings.ShowMessages ? location : "no URL"
        : request.Settings.ShowMessages ? ShownUrl.Of(target, request.Settings) + (target.Query.Length > 0 ? "?***" : "")
        : ShownUrl.Shape(target));

    public static bool IsSameOrigin(Uri url, Uri other) =>
        url.Scheme == other.Scheme && url.IdnHost.Equals(other.IdnHost, StringComparison.OrdinalIgnoreCase) && url.Port == other.Port;

    private static string? Scheme(Uri target) => target.Scheme switch
    {
        "ws" or "http" => Uri.UriSchemeWs,
        "wss" or "https" => Uri.UriSchemeWss,
        _ => null,
    };

    /// <summary>
    /// Another origin gets neither credentials, a client's certificate among them, nor headers and subprotocols that were made from a
    /// secret. It has to show a certificate of its own name.
    /// </summary>
    private static DialRequest ForOther(Uri url, DialRequest request) => request with
    {
        Settings = request.Settings with
        {
            Tls = request.Settings.Tls with { ClientCert = null, ClientKey = null, ServerName = null },
        },
        Url = url,
        Headers =
        [
            .. request.Headers.Where(header => !Credentials.Contains(header.Key, StringComparer.OrdinalIgnoreCase)
                && !IsSecret(header.Key, request.Settings)),
        ],
        Subprotocols = [.. request.Subprotocols.Where(offered => request.Settings.Subprotocols.Contains(offered))],
    };

    private static bool IsSecret(string name, EndpointSettings settings) =>
        settings.Headers.Any(header => header.Value.Source != SecretSource.Literal
            && header.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
}
