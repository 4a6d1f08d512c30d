using ActorHeartbeat.Service.Access;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Http;
using ActorHeartbeat.Service.Running;
using Akka.Actor;
using Microsoft.AspNetCore.Http.Features;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>
/// The console in a browser: pages that the process draws over one WebSocket a browser. Its requests pass the same guard as those of the
/// API, and its buttons are requests to the API. While no browser is there, there is nothing of it.
/// </summary>
internal static class WebConsoleHost
{
    /// <summary>No script but the files of this service, no frame around it; the components set styles of their own.</summary>
    private const string Policy =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; "
        + "form-action 'self'; frame-ancestors 'none'";

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    private static readonly string[] Pages = ["/", "/endpoints/{Id}", "/feeds", "/governor", "/configuration", "/not-found"];

    private static readonly string[] Files =
        ["/console.css", "/console.js", "/_content/{**file}", "/_framework/{**file}", Hub + "/initializers"];

    private static readonly string[] Posts = [Hub + "/negotiate", Hub + "/disconnect"];

    private static readonly Problem OnlyWebSocket = Problem.BadRequest("this is no WebSocket", "open the console in a browser");

    private const string Hub = RouteRoles.Circuits;

    /// <summary>Adds what makes the console for a browser, and ends it with the process.</summary>
    public static void Add(IServiceCollection services) =>
        services.AddSingleton(process => new BrowserPresence<WebConsolePages>(
            () => new WebConsolePages(process),
            process.GetRequiredService<TimeProvider>(),
            () => MemoryReturn.Ask(process.GetRequiredService<ActorSystem>().EventStream)));

    /// <summary>Opens the routes.</summary>
    public static void Map(WebApplication application)
    {
        var browsers = application.Services.GetRequiredService<BrowserPresence<WebConsolePages>>();
        foreach (var page in Pages)
            application.MapMethods(page, Reading, http => Page(http, Answer));
        foreach (var file in Files)
            application.MapMethods(file, Reading, Answer);
        foreach (var post in Posts)
            application.MapPost(post, Answer);
        application.MapGet(Hub, http => IsWebSocket(http.Request) ? Stream(http, Answer) : http.Refuse(OnlyWebSocket));

        Task Answer(HttpContext http) => browsers.Serve(pages => AnswerAsync(http, pages));
    }

    /// <summary>Has the console's own routes and services answer a request that has passed the guard.</summary>
    private static async Task AnswerAsync(HttpContext http, WebConsolePages pages)
    {
        var (route, values, before) = (http.GetEndpoint(), http.Request.RouteValues, http.Features.Get<IServiceProvidersFeature>());
        await using var own = new RequestServicesFeature(http, pages.Scopes);
        http.Features.Set<IServiceProvidersFeature>(own);
        http.SetEndpoint(null);
        http.Request.RouteValues = [];
        try
        {
            await pages.Answer(http);
        }
        finally
        {
            http.Features.Set(before);
            http.SetEndpoint(route);
            http.Request.RouteValues = values;
        }
    }

    /// <summary>A browser keeps its place among the streams for as long as it shows a page.</summary>
    private static async Task Stream(HttpContext http, RequestDelegate answer)
    {
        var places = ConnectionPlaces.Of(http);
        using var stream = places?.TakeStream(http);
        if (places is not null && stream is null)
            await http.Refuse(Problem.TooManyStreams(places.MostStreams));
        else
            await answer(http);
    }

    private static Task Page(HttpContext http, RequestDelegate answer)
    {
        http.Response.Headers.ContentSecurityPolicy = Policy;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers["Referrer-Policy"] = "same-origin";
        http.Response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(http.Request.Method))
            http.Request.Method = HttpMethods.Get; // the server still sends no body
        return answer(http);
    }

    private static bool IsWebSocket(HttpRequest request) =>
        string.Equals(request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase);
}
