using System.Net;
using ActorHeartbeat.Service.Access;
using ActorHeartbeat.Service.Contract;

namespace ActorHeartbeat.Service.Http;

/// <summary>A page without script that takes a key and gives a cookie. The console of this service is used with it.</summary>
internal sealed class SignInRoutes(AccessControl access)
{
    private const string Field = "key", Back = "to";

    private static readonly Problem NoKeys = new(
        StatusCodes.Status404NotFound, "No sign-in", "this service asks for no keys", "use it without; http.access.keys adds keys");

    /// <summary>Where to sign in, and to come back from to the page that was asked for.</summary>
    public static string For(HttpRequest request) => request.Path == "/" && !request.QueryString.HasValue
        ? RouteRoles.SignIn
        : $"{RouteRoles.SignIn}?{Back}={Uri.EscapeDataString($"{request.Path}{request.QueryString}")}";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRead(RouteRoles.SignIn, Show);
        routes.MapPost(RouteRoles.SignIn, SignIn);
        routes.MapPost(RouteRoles.SignOut, SignOut);
    }

    private Task Show(HttpContext http) =>
        !access.AsksForKeys ? http.Refuse(NoKeys)
        : SignInCookie.Of(http.Request) is { } token && access.OfToken(token) is { } caller ? PlainPage.Write(http, SignedIn(caller))
        : PlainPage.Write(http, Form("", http.Request.Query[Back].ToString()));

    private async Task SignIn(HttpContext http)
    {
        if (!access.AsksForKeys)
        {
            await http.Refuse(NoKeys);
            return;
        }
        var form = http.Request.HasFormContentType ? await http.Request.ReadFormAsync(http.RequestAborted) : FormCollection.Empty;
        var (key, to) = (form[Field].ToString().Trim(), form[Back].ToString());
        if (access.OfKey(key) is { } caller)
        {
            http.Features.Set(caller);
            SignInCookie.Set(http, access.SignIn(key, caller), access.Settings.Session);
            SeeOther(http, IsOurs(to) ? to : "/");
        }
        else if (access.WrongKeys.Count(http.Connection.RemoteIpAddress, access.Settings.Attempts) is { } wait)
        {
            await http.Refuse(AccessGuard.TooManyAttempts, wait);
        }
        else
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            http.Response.Headers.WWWAuthenticate = AccessGuard.Challenge;
            await PlainPage.Write(http, Form("<p role=\"alert\">This is no key of this service.</p>", to));
        }
    }

    private Task SignOut(HttpContext http)
    {
        if (SignInCookie.Of(http.Request) is { } token)
            access.SignOut(token);
        SignInCookie.Clear(http);
        SeeOther(http, RouteRoles.SignIn);
        return Task.CompletedTask;
    }

    private static void SeeOther(HttpContext http, string where)
    {
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = where;
        http.Response.Headers.CacheControl = "no-store";
    }

    /// <summary>A page of this service: a path, and no other host in the guise of one. A link of a stranger leads nowhere else.</summary>
    private static bool IsOurs(string to) =>
        to.StartsWith('/') && !to.StartsWith("//", StringComparison.Ordinal) && to.All(each => each is > ' ' and <= '~' and not '\\');

    private static string Form(string problem, string to) =>
        $"""
        {problem}
        <form method="post" action="{RouteRoles.SignIn}">
        <input type="hidden" name="{Back}" value="{(IsOurs(to) ? WebUtility.HtmlEncode(to) : "")}">
        <label for="{Field}">Key</label>
        <input id="{Field}" name="{Field}" type="password" autocomplete="current-password" required autofocus>
        <button type="submit">Sign in</button>
        </form>
        """;

    /// <summary>The name needs no escape: the configuration accepts letters, digits, '.', '_' and '-' alone.</summary>
    private static string SignedIn(Caller caller) =>
        $"""
        <p>Signed in as {caller.Name}, role {Spelling.Kebab(caller.Role)}.</p>
        <form method="post" action="{RouteRoles.SignOut}"><button type="submit">Sign out</button></form>
        """;
}
