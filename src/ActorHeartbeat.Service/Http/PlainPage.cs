using System.Security.Cryptography;
using System.Text;

namespace ActorHeartbeat.Service.Http;

/// <summary>A page without script or picture, for what has to be said before the console, or in its place.</summary>
internal static class PlainPage
{
    private const string Style = """
        :root { color-scheme: light dark; font: 0.95rem system-ui, sans-serif; }
        body { max-width: 26rem; margin: 12vh auto; padding: 0 1rem; }
        h1 { font-size: 1.3rem; }
        form { display: grid; gap: 0.6rem; }
        input, button { font: inherit; padding: 0.5rem 0.7rem; border: 1px solid GrayText; border-radius: 4px; }
        button { cursor: pointer; font-weight: 600; }
        [role=alert] { font-weight: 600; border-left: 4px solid #c62828; padding-left: 0.6rem; }
        """;

    /// <summary>No frame around it, a form for this service alone, and no style but the page's own.</summary>
    private static readonly string Policy = "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
        + $"style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'";

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
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>ActorHeartbeat</title>
            <style>{Style}</style></head>
            <body>
            <h1>ActorHeartbeat</h1>
            {body}
            </body>
            </html>

            """,
            http.RequestAborted);
    }
}
