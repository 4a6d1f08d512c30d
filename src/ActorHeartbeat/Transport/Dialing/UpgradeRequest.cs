using System.Net;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>The HTTP request of an opening handshake (RFC 6455 section 4.1).</summary>
internal static class UpgradeRequest
{
    /// <param name="dial">What is dialed, and the headers that go with it.</param>
    /// <param name="offer">What the answer must match.</param>
    /// <param name="cookies">What was kept of earlier answers, as the value of Cookie; empty for nothing.</param>
    /// <exception cref="DialException">A header of the settings cannot be sent.</exception>
    public static HttpRequestMessage Of(DialRequest dial, HandshakeOffer offer, string cookies)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, WireUrl.Of(dial.Url));
        foreach (var (name, value) in HeadersOf(dial, cookies))
            request.Headers.TryAddWithoutValidation(name, value);
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", offer.Key);
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        if (offer.Subprotocols.Count > 0)
            request.Headers.TryAddWithoutValidation("Sec-WebSocket-Protocol", string.Join(", ", offer.Subprotocols));
        if (offer.Extensions.Length > 0)
            request.Headers.TryAddWithoutValidation("Sec-WebSocket-Extensions", offer.Extensions);
        request.Headers.Host ??= WireUrl.HostHeader(dial.Url);
        return request;
    }

    /// <summary>The headers of the settings, with one Cookie header at most (RFC 6265 section 5.4).</summary>
    private static IEnumerable<(string Name, string Value)> HeadersOf(DialRequest dial, string cookies)
    {
        var headers = new WebHeaderCollection(); // refuses what would end a header line or begin another
        foreach (var (name, value) in dial.Headers)
        {
            var isCookie = cookies.Length > 0 && name.Equals("Cookie", StringComparison.OrdinalIgnoreCase);
            Set(headers, name, isCookie ? $"{value}; {cookies}" : value);
            cookies = isCookie ? "" : cookies;
        }
        if (cookies.Length > 0)
            Set(headers, "Cookie", cookies);
        return headers.AllKeys.Select(name => (name!, headers[name]!)); // not null: there is one of each
    }

    private static void Set(WebHeaderCollection headers, string name, string value)
    {
        try
        {
            headers.Set(name, value);
        }
        catch (ArgumentException exception)
        {
            // The framework's message repeats the value, which may be a secret.
            throw new DialException(FailureLayer.Resolve, $"the header {name} has a name or value that cannot be sent", exception);
        }
    }
}
