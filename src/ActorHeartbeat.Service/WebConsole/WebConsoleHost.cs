using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Http;
using Microsoft.AspNetCore.DataProtection;
using MudBlazor.Services;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>
/// The console in a browser: pages that the process draws over one WebSocket a browser. Its requests pass the same guard as those of the
/// API, and its buttons are requests to the API.
/// </summary>
internal static class WebConsoleHost
{
    private const string Hub = "/_blazor";

    /// <summary>No script but the files of this service, no frame around it; the components set styles of their own.</summary>
    private const string Policy =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; "
        + "form-action 'self'; frame-ancestors 'none'";

    /// <summary>So often the service says that it is there: more than twice in the time after which <c>console.js</c> misses it.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(1.5);

    public static void Add(IServiceCollection services)
    {
        services.AddDataProtection().UseEphemeralDataProtectionProvider(); // what is protected lives as long as a page
        services.AddAntiforgery();
        services.AddRazorComponents().AddInteractiveServerComponents(circuits =>
        {
            circuits.DisconnectedCircuitMaxRetained = 20;
            circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromSeconds(30);
        }).AddHubOptions(hub => hub.KeepAliveInterval = KeepAlive);
        services.AddMudServices();
        services.AddSingleton<FleetWatch>();
    }

    /// <summary>Opens the pages. Their files are missing only beside a copy of the program that was not published.</summary>
    public static void Map(WebApplication application)
    {
        application.UseAntiforgery();
        var assets = Path.Combine(AppContext.BaseDirectory, "ActorHeartbeat.Service.staticwebassets.endpoints.json");
        if (File.Exists(assets))
            application.MapStaticAssets(assets);
        application.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(server => server.ContentSecurityFrameAncestorsPolicy = null) // the policy has it
            .Add(Guard);
    }

    /// <summary>Gives a route the methods that it takes, and its answers their headers.</summary>
    private static void Guard(EndpointBuilder route)
    {
        var pattern = ((RouteEndpointBuilder)route).RoutePattern.RawText ?? "";
        var isHub = pattern.StartsWith(Hub, StringComparison.Ordinal);
        foreach (var methods in route.Metadata.OfType<IHttpMethodMetadata>().ToArray())
            route.Metadata.Remove(methods);
        var method = isHub && (pattern.Contains("negotiate") || pattern.Contains("disconnect")) ? HttpMethods.Post : HttpMethods.Get;
        route.Metadata.Add(new HttpMethodMetadata([method]));
        var answer = route.RequestDelegate!; // not null: both kinds of routes have one by now
        route.RequestDelegate = pattern is Hub ? http => IsWebSocket(http.Request) ? answer(http) : http.Refuse(OnlyWebSocket)
            : isHub ? answer
            : http => Page(http, answer);
    }

    private static readonly Problem OnlyWebSocket = Problem.BadRequest("this is no WebSocket", "open the console in a browser");

    private static bool IsWebSocket(HttpRequest request) =>
        string.Equals(request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase);

    private static Task Page(HttpContext http, RequestDelegate answer)
    {
        http.Response.Headers.ContentSecurityPolicy = Policy;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers["Referrer-Policy"] = "same-origin";
        http.Response.Headers.CacheControl = "no-store";
        return answer(http);
    }
}
