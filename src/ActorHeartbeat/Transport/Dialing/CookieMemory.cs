using System.Net;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>
/// The cookies that a host set in the handshakes of an endpoint (RFC 6265), for the endpoint's next handshake with the same host. They
/// keep a client at one server behind a load balancer. Each pair of endpoint and host has its own. Safe to use from many threads.
/// </summary>
internal sealed class CookieMemory
{
    /// <summary>At the bound the pair of endpoint and host that set cookies longest ago is forgotten.</summary>
    public const int MaxHosts = 4096;

    private const int MaxCookies = 20;
    private const int MaxCookieLength = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<(EndpointId Endpoint, string Host), Jar> _jars = [];
    private long _count;

    /// <summary>The value of the Cookie header to send; empty for none.</summary>
    public string For(EndpointId endpoint, Uri url)
    {
        lock (_gate)
            return _jars.TryGetValue((endpoint, url.IdnHost), out var jar) ? jar.Cookies.GetCookieHeader(OverHttp(url)) : "";
    }

    public void Keep(EndpointId endpoint, Uri url, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
            return;
        lock (_gate)
        {
            var key = (endpoint, url.IdnHost);
            if (!_jars.TryGetValue(key, out var jar))
            {
                if (_jars.Count == MaxHosts)
                    _jars.Remove(_jars.MinBy(known => known.Value.Number).Key);
                _jars[key] = jar = new Jar(new CookieContainer(MaxCookies, MaxCookies, MaxCookieLength));
            }

            jar.Number = ++_count;
            foreach (var value in values)
                Set(jar.Cookies, OverHttp(url), value);
        }
    }

    private static void Set(CookieContainer cookies, Uri url, string value)
    {
        try
        {
            cookies.SetCookies(url, value);
        }
        catch (CookieException)
        {
            // A malformed cookie is ignored (RFC 6265 section 5.2).
        }
    }

    private static Uri OverHttp(Uri url) =>
        new UriBuilder(url) { Scheme = url.Scheme == Uri.UriSchemeWss ? Uri.UriSchemeHttps : Uri.UriSchemeHttp }.Uri;

    private sealed class Jar(CookieContainer cookies)
    {
        public CookieContainer Cookies => cookies;

        public long Number { get; set; }
    }
}
