using System.Globalization;
using System.Text;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Readers of addresses and routes: URLs, TLS version, proxy, listen address.</summary>
internal static class AddressValues
{
    public static readonly ValueReader<Uri> WebSocketUrl = new Guarded<Uri>(
        new Judged<Uri>("a WebSocket URL such as \"wss://host/path\"", Endpoints.WebSocketUrl.Read, ShownUrl.WithoutUser), ShownUrl.Shape);

    public static readonly ValueReader<TlsVersion> TlsVersion = new Scalar<TlsVersion>(
        "\"1.2\" or \"1.3\"",
        text => text switch
        {
            "1.2" => (true, Endpoints.TlsVersion.Tls12),
            "1.3" => (true, Endpoints.TlsVersion.Tls13),
            _ => default,
        },
        version => version == Endpoints.TlsVersion.Tls12 ? "1.2" : "1.3");

    public static readonly ValueReader<ProxySettings> Proxy = new Guarded<ProxySettings>(
        new Scalar<ProxySettings>(
            "env, none, or a URL such as \"http://host:3128\"",
            text => text switch
            {
                "env" => (true, ProxySettings.FromEnvironment),
                "none" => (true, ProxySettings.None),
                _ => !Template.MayBe(text)
                    && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp && url.Host.Length > 0
                    ? (true, new ProxySettings(ProxyKind.Fixed, url))
                    : default,
            },
            proxy => Spell(proxy, ShownUrl.WithoutUser)),
        proxy => Spell(proxy, ShownUrl.Shape));

    public static readonly ValueReader<ListenAddress?> OffOrListen = new OptionalObject<ListenAddress>("off", new Scalar<ListenAddress>(
        "an address and port such as \"127.0.0.1:8080\"", ParseListen, address => address.ToString()));

    public static readonly ValueReader<ListenAddress?> OffOrListenOrSocket = new OptionalObject<ListenAddress>(
        "off",
        new Scalar<ListenAddress>(
            "an address and port such as \"127.0.0.1:8080\", or a socket file such as \"unix:/run/actorheartbeat.sock\": its " +
            "whole path, of at most 107 bytes",
            text => text.StartsWith(Unix, StringComparison.Ordinal) ? ParseSocket(text[Unix.Length..]) : ParseListen(text),
            address => address.ToString()));

    private const string Unix = "unix:";

    /// <summary>sun_path of sockaddr_un (unix(7)) has 108 bytes with the zero at its end.</summary>
    private const int LongestSocketPath = 107;

    private static (bool, ListenAddress) ParseSocket(string path) =>
        Path.IsPathRooted(path) && Encoding.UTF8.GetByteCount(path) <= LongestSocketPath && !path.Contains('\0', StringComparison.Ordinal)
            ? (true, new ListenAddress("", 0) { SocketFile = path })
            : default;

    private static string Spell(ProxySettings proxy, Func<Uri, string> spell) => proxy.Kind switch
    {
        ProxyKind.Environment => "env",
        ProxyKind.None => "none",
        _ => spell(proxy.Url!), // Fixed always has one
    };

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
