using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Sinks;

namespace ActorHeartbeat.Service.Http;

/// <summary>Lists the sinks, their files, and whether they can write.</summary>
internal sealed class SinkRoutes(SinkHost host)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapRead("/v1/sinks", List);

    private Task List(HttpContext http) =>
        http.Answer(new SinkListView([.. host.Sinks.Select(SinkView.Of)]), ServiceJson.Contract.SinkListView);
}
