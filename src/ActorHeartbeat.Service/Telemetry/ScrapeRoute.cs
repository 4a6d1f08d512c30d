namespace ActorHeartbeat.Service.Telemetry;

/// <summary>Where Prometheus reads.</summary>
internal sealed class ScrapeRoute
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPrometheusScrapingEndpoint("/metrics").WithMetadata(new HttpMethodMetadata(Methods));
}
