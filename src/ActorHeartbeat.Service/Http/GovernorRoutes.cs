using ActorHeartbeat.Hosting;
using ActorHeartbeat.Service.Contract;

namespace ActorHeartbeat.Service.Http;

/// <summary>Shows what is left of each budget for dials, and who waits.</summary>
internal sealed class GovernorRoutes(ConnectionsClient connections)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapRead("/v1/governor", Show);

    private async Task Show(HttpContext http) => await http.Answer(
        GovernorView.Of(await connections.GetGovernorAsync(cancellation: http.RequestAborted)), ServiceJson.Contract.GovernorView);
}
