namespace ActorHeartbeat.Service.Http;

/// <summary>A page without script, style or picture, for what has to be said before the console, or in its place.</summary>
internal static class PlainPage
{
    /// <summary>No frame around it, and a form for this service alone.</summary>
    private const string Policy = "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    /// <param name="http">The request.</param>
    /// <param name="body">HTML.</param>
    public static Task Write(HttpContext http, string body)
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.ContentSecurityPolicy = Policy;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers["Referrer-Policy"] = "same-origin";
        return http.Response.WriteAsync(
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><title>ActorHeartbeat</title></head>
            <body>
            <h1>ActorHeartbeat</h1>
            {body}
            </body>
            </html>

            """,
            http.RequestAborted);
    }
}
