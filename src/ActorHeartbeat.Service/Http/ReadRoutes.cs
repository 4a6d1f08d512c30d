namespace ActorHeartbeat.Service.Http;

/// <summary>Routes that only read: GET, and HEAD for its headers alone (RFC 9110 section 9.3.2), as probes and proxies send it.</summary>
internal static class ReadRoutes
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static void MapRead(this IEndpointRouteBuilder routes, string pattern, RequestDelegate read) =>
        routes.MapMethods(pattern, Methods, read);
}
