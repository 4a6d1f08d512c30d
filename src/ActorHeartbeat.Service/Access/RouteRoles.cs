using ActorHeartbeat.Configuration.Settings;

namespace ActorHeartbeat.Service.Access;

/// <summary>What a route needs.</summary>
/// <param name="Method">The method; GET stands for HEAD too.</param>
/// <param name="Pattern">The pattern of the route.</param>
/// <param name="Role">The role that its caller needs; null for everybody, without a key.</param>
/// <param name="TakesForm">Whether it takes the form of a page without script in place of JSON.</param>
internal sealed record RouteRole(string Method, string Pattern, AccessRole? Role, bool TakesForm = false)
{
    /// <summary>Whether it changes something. A browser ends its own circuit by POST.</summary>
    public bool IsMutation => Method != HttpMethods.Get && !Pattern.StartsWith(RouteRoles.Circuits, StringComparison.Ordinal);
}

/// <summary>
/// The role that each route needs, in one table. The service does not start with a route that is not in it. Health is open: an orchestrator
/// has no key, and it tells nothing of endpoints.
/// </summary>
internal static class RouteRoles
{
    public const string SignIn = "/sign-in";
    public const string SignOut = "/sign-out";

    /// <summary>Where browsers connect the console.</summary>
    public const string Circuits = "/_blazor";

    private const AccessRole Read = AccessRole.Read, Operate = AccessRole.Operate, Admin = AccessRole.Admin;

    public static readonly IReadOnlyList<RouteRole> Table =
    [
        new("GET", "/healthz/startup", null),
        new("GET", "/healthz/ready", null),
        new("GET", "/healthz/live", null),
        new("GET", SignIn, null),
        new("POST", SignIn, null, TakesForm: true),
        new("POST", SignOut, Read, TakesForm: true),
        new("GET", "/", Read),
        new("GET", "/endpoints/{Id}", Read),
        new("GET", "/configuration", Read),
        new("GET", "/governor", Read),
        new("GET", "/feeds", Read),
        new("GET", "/not-found", Read),
        new("GET", Circuits, Read),
        new("POST", Circuits + "/negotiate", Read),
        new("POST", Circuits + "/disconnect", Read),
        new("GET", Circuits + "/initializers", Read),
        new("GET", "/console.css", Read),
        new("GET", "/console.js", Read),
        new("GET", "/_content/{**file}", Read),
        new("GET", "/_framework/{**file}", Read),
        new("GET", "/v1", Read),
        new("GET", "/metrics", Read),
        new("GET", "/v1/endpoints", Read),
        new("GET", "/v1/endpoints/{id}", Read),
        new("GET", "/v1/endpoints/{id}/explain", Read),
        new("GET", "/v1/endpoints/{id}/subscriptions", Read),
        new("GET", "/v1/endpoints/{id}/events", Read),
        new("GET", "/v1/endpoints/{id}/conversation", Read),
        new("GET", "/v1/events", Read),
        new("GET", "/v1/governor", Read),
        new("GET", "/v1/sinks", Read),
        new("GET", "/v1/process", Read),
        new("GET", "/v1/config", Read),
        new("POST", "/v1/endpoints/{id}/pause", Operate),
        new("POST", "/v1/endpoints/{id}/resume", Operate),
        new("POST", "/v1/endpoints/{id}/refresh", Operate),
        new("POST", "/v1/endpoints/{id}/rotate", Operate),
        new("POST", "/v1/endpoints/{id}/close", Operate),
        new("POST", "/v1/endpoints/{id}/send", Operate),
        new("POST", "/v1/endpoints/{id}/subscriptions/{name}/{**key}", Operate),
        new("DELETE", "/v1/endpoints/{id}/subscriptions/{name}/{**key}", Operate),
        new("POST", "/v1/config/reload", Admin),
    ];

    private static readonly Dictionary<(string, string), RouteRole> ByRoute = Table.ToDictionary(row => (row.Method, row.Pattern));

    /// <summary>The row of a route; null when it has none.</summary>
    public static RouteRole? Find(string method, string pattern)
    {
        var canonical = method.ToUpperInvariant(); // routing finds "post", too
        var known = HttpMethods.IsHead(canonical) ? HttpMethods.Get : canonical;
        return ByRoute.GetValueOrDefault((known, pattern));
    }

    /// <exception cref="InvalidOperationException">A route has no role.</exception>
    public static void DemandRoles(IEnumerable<Endpoint> endpoints)
    {
        foreach (var route in endpoints.OfType<RouteEndpoint>())
        {
            foreach (var method in MethodsOf(route))
            {
                if (Find(method, PatternOf(route)) is null)
                    throw new InvalidOperationException($"{method} {PatternOf(route)} needs a row in {nameof(RouteRoles)}.{nameof(Table)}");
            }
        }
    }

    public static string PatternOf(RouteEndpoint route) => route.RoutePattern.RawText ?? "";

    /// <summary>A route without methods takes all: no row can stand for it.</summary>
    public static IReadOnlyList<string> MethodsOf(RouteEndpoint route) =>
        route.Metadata.GetMetadata<IHttpMethodMetadata>() is { HttpMethods: { Count: > 0 } methods } ? methods : ["*"];
}
