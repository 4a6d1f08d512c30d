using System.Diagnostics.CodeAnalysis;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Service.Access;
using ActorHeartbeat.Service.Contract;
using Microsoft.AspNetCore.Http.Features;

namespace ActorHeartbeat.Service.Http;

/// <summary>
/// Lets a request through that comes from no foreign page, whose caller is known, and whose caller has the role of the route. What is no
/// route needs the role read, so that a stranger learns nothing. Every request that changes something goes to the audit log. The answer to
/// what is not let through comes after the limiter (<see cref="Answer"/>), so that the rate of a caller counts it too.
/// </summary>
internal sealed class AccessGuard(RequestDelegate next, AccessControl access, AuditLog? audit)
{
    /// <summary>A header that no form of a foreign page can send. A mutation by cookie needs it, or JSON.</summary>
    public const string OwnHeader = "X-ActorHeartbeat";

    public const string Challenge = "Bearer realm=\"actorheartbeat\"";

    private const string Bearer = "Bearer ";

    public static readonly Problem TooManyAttempts = new(
        StatusCodes.Status429TooManyRequests,
        "Too many wrong keys",
        "this address has presented too many wrong keys",
        "wait as long as Retry-After says; http.access.attempts is the limit");

    public async Task Invoke(HttpContext http)
    {
        var route = http.GetEndpoint() is RouteEndpoint endpoint
            ? RouteRoles.Find(http.Request.Method, RouteRoles.PatternOf(endpoint))
            : new RouteRole(HttpMethods.Get, "", AccessRole.Read);
        if (route is null)
            throw new InvalidOperationException("a route without a role was mapped after the start");
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound)
            bound.MaxRequestBodySize = access.Settings.Body;
        var refusal = Admit(http, route);
        if (refusal is not null)
        {
            if (http.Features.Get<Caller>() is null && KnownAnyway(http) is { } caller)
                http.Features.Set(caller); // for the audit log and the rate of the caller
            http.Features.Set(refusal);
        }
        if (route.IsMutation && audit is not null)
            await Audited(http, audit);
        else if (refusal is null && route is { IsMutation: false, Role: { } needed } && access.AsksForKeys)
            await Watched(http, needed);
        else
            await next(http);
    }

    /// <summary>Nobody has an answer before the audit log has taken its line: the lines of one caller keep their order.</summary>
    private async Task Audited(HttpContext http, AuditLog audit)
    {
        var (isWritten, isAnswered) = (false, false);
        http.Response.OnStarting(() =>
        {
            isAnswered = true;
            Write();
            return Task.CompletedTask;
        });
        try
        {
            await next(http);
            isAnswered = true;
        }
        finally
        {
            Write();
        }

        void Write()
        {
            if (!isWritten && IsForAudit(http))
                audit.Write(AuditLine.Of(http, isAnswered));
            isWritten = true;
        }
    }

    /// <summary>Answers a request that the guard has not let through; goes on with the others.</summary>
    public static Task Answer(HttpContext http, RequestDelegate next) =>
        http.Features.Get<Refusal>() is { } refusal ? Refuse(http, refusal) : next(http);

    /// <summary>Who makes a request that is refused before the guard asks who makes it, as for its Host; null for a stranger.</summary>
    private Caller? KnownAnyway(HttpContext http) => access.AsksForKeys ? Proven(http)() : null;

    /// <summary>A stream ends when its caller loses the role.</summary>
    private async Task Watched(HttpContext http, AccessRole needed)
    {
        var isKnown = Proven(http); // taken now: the request is not read by other threads
        using var watched = access.Watch(() => isKnown()?.Role >= needed, http.Abort);
        await next(http);
    }

    /// <summary>
    /// Whether the audit log tells of a request. Who fills the file with what is refused would set aside what it is for: an address has as
    /// many such lines as attempts.
    /// </summary>
    private bool IsForAudit(HttpContext http) =>
        (http.Features.Get<Refusal>() is null && http.Response.StatusCode != StatusCodes.Status429TooManyRequests)
        || access.Strangers.Count(http.Connection.RemoteIpAddress, access.Settings.Attempts) is null;

    private Refusal? Admit(HttpContext http, RouteRole route)
    {
        if (BrowserGuard.Judge(http.Request, access.Settings.Hosts, access.AsksForKeys) is { } foreign)
            return new Refusal(foreign);
        if (route.IsMutation && BodyOfPage(http.Request, route) is { } wrongBody)
            return new Refusal(wrongBody);
        if (route.Role is not { } needed)
            return null;
        var (caller, refusal) = Identify(http);
        if (caller is null)
            return refusal;
        http.Features.Set(caller);
        if (caller.By == Proof.SignIn && FromPage(http.Request, route) is { } suspicious)
            return new Refusal(suspicious);
        if (caller.By == Proof.Place && FromForeignPage(http.Request) is { } foreigner)
            return new Refusal(foreigner);
        return caller.Role >= needed
            ? null
            : new Refusal(Problem.Forbidden(
                $"{caller.Name} has the role {Spelling.Kebab(caller.Role)}, and {route.Method} {route.Pattern} needs "
                    + Spelling.Kebab(needed),
                $"take a key of the role {Spelling.Kebab(needed)}"));
    }

    private (Caller? Caller, Refusal? Refusal) Identify(HttpContext http)
    {
        if (!access.AsksForKeys)
            return (access.AtThisPlace(), null);
        if (Proven(http)() is { } caller)
            return (caller, null);
        return (null, http.Request.Headers.Authorization.Count > 0 ? WrongKey(http) : new Refusal(Unauthorized(Lacks(http))));
    }

    /// <summary>Who the caller is by what the request has: asked again, the answer may have changed.</summary>
    private Func<Caller?> Proven(HttpContext http)
    {
        if (http.Request.Headers.Authorization is { Count: > 0 } authorization)
        {
            var text = authorization.ToString();
            var key = text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? text[Bearer.Length..].Trim() : "";
            return () => access.OfKey(key);
        }
        var (certificate, token) = (http.Connection.ClientCertificate, SignInCookie.Of(http.Request));
        return () => (certificate is null ? null : access.OfCertificate(certificate)) ?? (token is null ? null : access.OfToken(token));
    }

    private Refusal WrongKey(HttpContext http) =>
        access.WrongKeys.Count(http.Connection.RemoteIpAddress, access.Settings.Attempts) is { } wait
            ? new Refusal(TooManyAttempts, wait)
            : new Refusal(Unauthorized("the key is wrong"));

    private static string Lacks(HttpContext http) => http.Connection.ClientCertificate is { } certificate
        ? $"no certificate of http.access has the subject \"{PeerText.Of(certificate.SubjectName.Name)}\", and the request has no key"
        : "the request has no key";

    private static Problem Unauthorized(string detail) => new(
        StatusCodes.Status401Unauthorized, "Key needed", detail, $"send Authorization: Bearer KEY, or sign in at {RouteRoles.SignIn}");

    /// <summary>A foreign page can post forms and text, but not JSON without a preflight, which is answered with no permission.</summary>
    private static Problem? BodyOfPage(HttpRequest request, RouteRole route)
    {
        if (request.ContentLength is 0 || (request.ContentLength is null && request.Headers.TransferEncoding.Count == 0))
            return null;
        if (route.TakesForm ? request.HasFormContentType : request.HasJsonContentType())
            return null;
        return new Problem(
            StatusCodes.Status415UnsupportedMediaType,
            route.TakesForm ? "Not a form" : "Not JSON",
            $"the body's type is \"{request.ContentType}\"",
            $"send Content-Type: {(route.TakesForm ? "application/x-www-form-urlencoded" : "application/json")}");
    }

    /// <summary>A cookie goes with every request of the browser: SameSite is one guard, and these are the others.</summary>
    private static Problem? FromPage(HttpRequest request, RouteRole route)
    {
        if (IsFromAnotherSite(request, out var refusal))
            return refusal;
        return !route.IsMutation || route.TakesForm || request.HasJsonContentType() || request.Headers.ContainsKey(OwnHeader)
            ? null
            : Problem.Forbidden(
                "a command with a cookie needs Content-Type: application/json or a header that no form can send", $"send {OwnHeader}: 1");
    }

    /// <summary>
    /// Whoever is at this machine needs no key, so a page of another site could take the places of streams; it may lead here by a link.
    /// </summary>
    private static Problem? FromForeignPage(HttpRequest request) =>
        IsFromAnotherSite(request, out var refusal) && request.Headers["Sec-Fetch-Mode"] != "navigate" ? refusal : null;

    private static bool IsFromAnotherSite(HttpRequest request, [NotNullWhen(true)] out Problem? refusal)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        refusal = site is "" or "same-origin" or "none"
            ? null
            : Problem.Forbidden(
                $"the request comes from a page of another site (Sec-Fetch-Site: {PeerText.Of(site)})", "open the console of this service");
        return refusal is not null;
    }

    private static Task Refuse(HttpContext http, Refusal refusal)
    {
        if (refusal.Problem.Status == StatusCodes.Status401Unauthorized && IsForPage(http.Request))
        {
            http.Response.Redirect(SignInRoutes.For(http.Request));
            return Task.CompletedTask;
        }
        if (refusal.Problem.Status == StatusCodes.Status401Unauthorized)
            http.Response.Headers.WWWAuthenticate = Challenge;
        return http.Refuse(refusal.Problem, refusal.RetryAfter);
    }

    /// <summary>Whether a browser shows the answer to somebody who has to sign in first.</summary>
    private static bool IsForPage(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers.Authorization.Count == 0 && IndexPage.AsksForPage(request);

    /// <summary>Why a request is not admitted, and when it may come again where that is known.</summary>
    private sealed record Refusal(Problem Problem, TimeSpan? RetryAfter = null);
}
