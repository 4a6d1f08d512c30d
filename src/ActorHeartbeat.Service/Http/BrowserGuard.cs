using System.Net;
using ActorHeartbeat.Service.Contract;

namespace ActorHeartbeat.Service.Http;

/// <summary>
/// Refuses requests from foreign web pages, at no cost to users of curl. The Host header must name this machine, which
/// excludes a page whose name was pointed at loopback. Neither a request that changes something nor a
/// WebSocket may come from another origin.
/// </summary>
internal static class BrowserGuard
{
    /// <summary>Why the request is refused; null when it is not.</summary>
    /// <param name="request">The request.</param>
    /// <param name="hosts">Names of this service beside localhost.</param>
    /// <param name="takesAddresses">Whether every IP address is one of this service: no page can point an address elsewhere.</param>
    public static Problem? Judge(HttpRequest request, IReadOnlyList<string> hosts, bool takesAddresses)
    {
        if (!IsThisService(request.Host.Host, hosts, takesAddresses))
            return Problem.Forbidden(
                $"the Host header names \"{request.Host.Host}\"",
                "ask for localhost or 127.0.0.1, or put the name into http.access.hosts");
        var onlyReads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (onlyReads && request.Headers.Upgrade.Count == 0)
            return null; // a page learns nothing of the answer; of a WebSocket it would
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site is not ("" or "same-origin" or "none"))
            return Problem.Forbidden(
                $"the request comes from a page of another site (Sec-Fetch-Site: {site})", "send it from the command line");
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || IsOwn(origin, request)
            ? null
            : Problem.Forbidden($"the request comes from another origin ({origin})", "send it from the command line");
    }

    /// <summary>A proxy in front may have ended TLS: https of the same host is the same service.</summary>
    private static bool IsOwn(string origin, HttpRequest request) =>
        string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase)
        || string.Equals(origin, $"https://{request.Host}", StringComparison.OrdinalIgnoreCase);

    private static bool IsThisService(string host, IReadOnlyList<string> hosts, bool takesAddresses) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || hosts.Contains(host, StringComparer.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && (takesAddresses || IPAddress.IsLoopback(address)));
}
