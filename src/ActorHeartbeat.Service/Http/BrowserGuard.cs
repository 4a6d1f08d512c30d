using System.Net;
using ActorHeartbeat.Service.Contract;

namespace ActorHeartbeat.Service.Http;

/// <summary>
/// Refuses requests from foreign web pages, at no cost to users of curl. The Host header must name this machine, which
/// excludes a page whose name was pointed at loopback. A request that changes something must not come from another origin.
/// </summary>
internal static class BrowserGuard
{
    public static async Task Invoke(HttpContext http, RequestDelegate next)
    {
        if (Judge(http.Request) is { } problem)
            await http.Refuse(problem);
        else
            await next(http);
    }

    /// <summary>Why the request is refused; null when it is not.</summary>
    public static Problem? Judge(HttpRequest request)
    {
        if (!IsThisMachine(request.Host.Host))
            return Problem.Forbidden($"the Host header names \"{request.Host.Host}\"", "ask for localhost or 127.0.0.1");
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            return null;
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site is not ("" or "same-origin" or "none"))
            return Problem.Forbidden(
                $"the request comes from a page of another site (Sec-Fetch-Site: {site})", "send it from the command line");
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase)
            ? null
            : Problem.Forbidden($"the request comes from another origin ({origin})", "send it from the command line");
    }

    private static bool IsThisMachine(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
