using System.Globalization;
using ActorHeartbeat.Configuration.Secrets;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Readers of addresses and routes: URLs, transport, TLS version, proxy, listen address.</summary>
internal static class AddressValues
{
    public static readonly ValueReader<Uri> WebSocketUrl = new Judged<Uri>(
        "a WebSocket URL such as \"wss://host/path\"",
        ParseWebSocketUrl,
        url => SecretMask.Url(url.OriginalString));

    public static readonly ValueReader<TransportKind> Transport = Values.Word<TransportKind>();

    public static readonly ValueReader<TlsVersion> TlsVersion = new Scalar<TlsVersion>(
        "\"1.2\" or \"1.3\"",
        text => text switch
        {
            "1.2" => (true, Endpoints.TlsVersion.Tls12),
            "1.3" => (true, Endpoints.TlsVersion.Tls13),
            _ => default,
        },
        version => version == Endpoints.TlsVersion.Tls12 ? "1.2" : "1.3");

    public static readonly ValueReader<ProxySettings> Proxy = new Scalar<ProxySettings>(
        "env, none, or a URL such as \"http://host:3128\"",
        text => text switch
        {
            "env" => (true, ProxySettings.FromEnvironment),
            "none" => (true, ProxySettings.None),
            _ => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp && url.Host.Length > 0
                ? (true, new ProxySettings(ProxyKind.Fixed, url))
                : default,
        },
        proxy => proxy.Kind switch
        {
            ProxyKind.Environment => "env",
            ProxyKind.None => "none",
            _ => SecretMask.Url(proxy.Url!.OriginalString), // Fixed always has one
        });

    public static readonly ValueReader<ListenAddress?> OffOrListen = new OptionalObject<ListenAddress>("off", new Scalar<ListenAddress>(
        "an address and port such as \"127.0.0.1:8080\"", ParseListen, address => address.ToString()));

    private static (Uri?, string?) ParseWebSocketUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0)
            return (null, $"found \"{SecretMask.Url(text)}\"; expected a WebSocket URL such as \"wss://host/path\"");
        if (url.Scheme is not ("ws" or "wss"))
        {
            var meant = url.Scheme switch { "http" => "; did you mean \"ws\"?", "https" => "; did you mean \"wss\"?", _ => "" };
            return (null, $"found the scheme \"{url.Scheme}\"; expected ws or wss{meant}");
        }
        if (url.UserInfo.Length > 0)
            return (null, "a user or password in a URL is not sent to a WebSocket server and shows in logs; use headers.Authorization");
        return url.Fragment.Length > 0 || text.EndsWith('#')
            ? (null, "a WebSocket URL has no fragment (RFC 6455 section 3); write # as %23 if the server wants one")
            : (url, null);
    }

    private static (bool, ListenAddress) ParseListen(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port > 65535)
            return default;
        var host = text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
            host = host[1..^1];
        else if (host.Contains(':', StringComparison.Ordinal))
            return default;
        return Uri.CheckHostName(host) == UriHostNameType.Unknown ? default : (true, new ListenAddress(host, port));
    }
}
