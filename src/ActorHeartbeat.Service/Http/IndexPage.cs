namespace ActorHeartbeat.Service.Http;

/// <summary>The answer to <c>GET /</c> where no page is asked for: all resources, for use with curl.</summary>
internal static class IndexPage
{
    public const string Path = "/v1";

    private const string Page = "text/html";

    private const string Text =
        """
        ActorHeartbeat: a browser gets the console at /

        GET  /v1/endpoints                      every endpoint and its state
        GET  /v1/endpoints/{id}                 one of them
        GET  /v1/endpoints/{id}/explain         why it is not open, what it waits for and until when
        GET  /v1/endpoints/{id}/events          its feed as Server-Sent Events; NDJSON with Accept: application/x-ndjson
        GET  /v1/endpoints/{id}/subscriptions   how each key of its subscriptions stands; ?state=refused
        GET  /v1/endpoints/{id}/conversation    what is said on its connection, as NDJSON while it is said; secrets are masked
        GET  /v1/events?select=key=value,...    the feeds of all endpoints with these labels in one
                                                both: Last-Event-ID or ?after=ID resumes, ?after=oldest replays what is kept,
                                                ?overflow=drop-oldest|drop-newest|disconnect,
                                                ?subscription=trades/BTC-USDT&subscription=book takes one key, and all keys of another
                                                subscription
        POST /v1/endpoints/{id}/pause           close the connection and stay closed
        POST /v1/endpoints/{id}/resume          connect again
        POST /v1/endpoints/{id}/refresh         close and dial again; retry now when backing off
        POST /v1/endpoints/{id}/rotate          replace the connection, the new one first
        POST /v1/endpoints/{id}/close           close for good; {"code": 1000, "reason": "..."}
        POST /v1/endpoints/{id}/send            {"text": "..."} or {"base64": "..."}
        POST /v1/endpoints/{id}/subscriptions/{name}/{key}    ask for one more key; DELETE takes it away; escape the key as any path,
                                                slashes need none
        GET  /v1/governor                       what is left of each budget for dials, which hosts are paused, and who waits
        GET  /v1/sinks                          where feeds are written to, and what the disk says
        GET  /v1/process                        what the process has of file descriptors and places, and what its log has lost
        GET  /metrics                           metrics in the text format of Prometheus
        GET  /v1/config                         the configuration that runs, without secrets
        POST /v1/config/reload                  read the files again; ?dry-run only tells, ?force removes many endpoints;
                                                Accept: text/plain says it in lines for eyes
        GET  /healthz/startup /healthz/ready /healthz/live
        GET  /sign-in                           where keys are asked for: takes a key, and gives a cookie; POST /sign-out ends it

        A body needs Content-Type: application/json. Refusals are application/problem+json with a remedy.

        """;

    /// <summary>Browsers ask for pages, and get the console at the same address.</summary>
    public static Task ForPrograms(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Path == "/" && !AsksForPage(http.Request))
            http.Request.Path = Path;
        return next(http);
    }

    public static bool AsksForPage(HttpRequest request) => request.Headers.Accept.ToString().Contains(Page, StringComparison.Ordinal);

    public static Task Write(HttpContext http)
    {
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(Text, http.RequestAborted);
    }
}
