namespace ActorHeartbeat.Service.Telemetry;

/// <summary>Where Prometheus reads.</summary>
internal sealed class ScrapeRoute
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPrometheusScrapingEndpoint("/metrics", meterProvider: null, page => page.Use(TypeCounts), optionsName: null)
            .WithMetadata(new HttpMethodMetadata(Methods));

    /// <summary>
    /// Tells metrics whose names end in <c>_count</c> as untyped. Prometheus keeps that ending for distributions, and its lint
    /// (<c>promtool check metrics</c>) refuses a gauge of such a name. The names are those of OpenTelemetry and .NET.
    /// </summary>
    private static async Task TypeCounts(HttpContext http, RequestDelegate next)
    {
        var body = http.Response.Body;
        using var page = new MemoryStream();
        http.Response.Body = page;
        try
        {
            await next(http);
        }
        finally
        {
            http.Response.Body = body;
        }
        var isOpenMetrics = http.Response.ContentType?.StartsWith("application/openmetrics-text", StringComparison.Ordinal) == true;
        var untyped = isOpenMetrics ? "unknown"u8.ToArray() : "untyped"u8.ToArray();
        var rest = page.GetBuffer().AsMemory(0, (int)page.Length);
        while (rest.Span.IndexOf("_count gauge\n"u8) is >= 0 and var at)
        {
            var name = at + "_count ".Length;
            await body.WriteAsync(rest[..name], http.RequestAborted);
            await body.WriteAsync(untyped, http.RequestAborted);
            rest = rest[(name + "gauge".Length)..];
        }
        await body.WriteAsync(rest, http.RequestAborted);
    }
}
