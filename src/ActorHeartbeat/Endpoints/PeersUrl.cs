using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>
/// URLs whose host the peer's words decide: one with a placeholder before its path, and the place to which a rotation goes. Such a host has
/// to be one of <see cref="EndpointSettings.Hosts"/>, and where TLS was in use it stays.
/// </summary>
internal static class PeersUrl
{
    /// <summary>Whether a URL of the settings has its host from the peer. Such a URL is no absolute one until it is filled.</summary>
    public static bool Is(Uri url) => !url.IsAbsoluteUri;

    /// <summary>The host and port of a URL of the settings; where the peer decides it, the first pattern of those allowed.</summary>
    public static string Authority(Uri url, EndpointSettings settings) =>
        !Is(url) ? url.Authority
        : settings.Hosts.Count > 0 ? settings.Hosts[0]
        : "";

    /// <summary>Reads a URL that a peer gives.</summary>
    /// <param name="text">The URL.</param>
    /// <param name="hosts">The hosts that are allowed; <c>*.example.com</c> stands for every host below it.</param>
    /// <param name="needsTls">Whether it has to be wss.</param>
    /// <param name="fault">Why it is not taken, in one line that repeats nothing but a host.</param>
    public static Uri? Read(string text, ValueList<string> hosts, bool needsTls, out string? fault)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url)
            || url.Scheme is not ("ws" or "wss") || url.UserInfo.Length > 0 || text.Contains('#') || Template.MayBe(text))
            fault = "it is no WebSocket URL";
        else if (needsTls && url.Scheme != Uri.UriSchemeWss)
            fault = "it leads from TLS to a connection without";
        else
            fault = hosts.Any(pattern => Allows(pattern, url.IdnHost)) ? null : $"its host {url.IdnHost} is not one of hosts";
        return fault is null ? url : null;
    }

    /// <summary>Why a text is no pattern of hosts, in one line; null when it is one.</summary>
    public static string? Reject(string pattern)
    {
        var host = pattern.StartsWith("*.", StringComparison.Ordinal) ? pattern[2..] : pattern;
        return Uri.CheckHostName(host.Trim('[', ']')) != UriHostNameType.Unknown
            ? null
            : "a host is a name, an address, or *. and a name, without a port";
    }

    private static bool Allows(string pattern, string host) => pattern.StartsWith("*.", StringComparison.Ordinal)
        ? host.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase) && host.Length >= pattern.Length
        : host.Equals(pattern.Trim('[', ']'), StringComparison.OrdinalIgnoreCase);
}
