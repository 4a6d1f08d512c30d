namespace ActorHeartbeat.Service.Http;

/// <summary>The cookie of a sign-in: not for scripts or other sites, and under TLS for this host alone (RFC 6265bis, __Host-).</summary>
internal static class SignInCookie
{
    private const string Plain = "actorheartbeat";
    private const string Secure = "__Host-actorheartbeat";

    /// <summary>The token of a request. The framework finds names in any case: a page of a sibling host could plant one.</summary>
    public static string? Of(HttpRequest request)
    {
        var name = Name(request);
        return request.Cookies.FirstOrDefault(cookie => cookie.Key == name).Value;
    }

    public static void Set(HttpContext http, string token, TimeSpan lifetime) =>
        http.Response.Cookies.Append(Name(http.Request), token, Options(http.Request, lifetime));

    public static void Clear(HttpContext http) => http.Response.Cookies.Delete(Name(http.Request), Options(http.Request, null));

    private static string Name(HttpRequest request) => request.IsHttps ? Secure : Plain;

    private static CookieOptions Options(HttpRequest request, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = request.IsHttps,
        Path = "/",
        MaxAge = lifetime,
        IsEssential = true,
    };
}
