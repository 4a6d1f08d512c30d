using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>URLs as an operator may see them. Path, query and user info can each hold a token, so none of them is shown unasked.</summary>
public static class ShownUrl
{
    private const string Mask = "***";

    /// <summary>
    /// Scheme, host and port, such as <c>wss://host:9443</c>, for logs, causes and the API; with
    /// <see cref="EndpointSettings.ShowMessages"/> the path too. Never user info or query.
    /// </summary>
    public static string Of(Uri url, EndpointSettings settings)
    {
        if (PeersUrl.Is(url))
            return Placeholders(url);
        var origin = UriComponents.Scheme | UriComponents.Host | UriComponents.Port;
        return url.GetComponents(settings.ShowMessages ? origin | UriComponents.Path : origin, UriFormat.UriEscaped);
    }

    /// <summary>Its shape, such as <c>wss://host:9443/***/***?***</c>: what is masked is seen to be there.</summary>
    public static string Shape(Uri url)
    {
        if (PeersUrl.Is(url))
            return Placeholders(url);
        var text = WithoutUser(url);
        var path = PathAt(text);
        var query = text.AsSpan(path).IndexOfAny('?', '#') is >= 0 and var length ? path + length : text.Length;
        var segments = text[path..query].Split('/').Select(segment => segment.Length == 0 ? "" : Mask);
        return text[..path] + string.Join('/', segments) + (query == text.Length ? "" : text[query] + Mask);
    }

    /// <summary>As written, but for a user and a password, which are masked.</summary>
    public static string WithoutUser(Uri url)
    {
        var text = url.OriginalString;
        if (PeersUrl.Is(url))
            return text;
        var start = AuthorityAt(text);
        var at = text.LastIndexOf('@', PathAt(text) - 1, PathAt(text) - start);
        return at < 0 ? text : text[..start] + Mask + text[at..];
    }

    private static string Placeholders(Uri url) => Template.Parse(url.OriginalString).Masked(Mask);

    private static int AuthorityAt(string text) =>
        text.IndexOf("://", StringComparison.Ordinal) is >= 0 and var colon ? colon + "://".Length : 0;

    private static int PathAt(string text)
    {
        var start = AuthorityAt(text);
        return text.AsSpan(start).IndexOfAny("/\\?#") is >= 0 and var length ? start + length : text.Length;
    }
}
