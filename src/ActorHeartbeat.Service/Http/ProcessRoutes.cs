using ActorHeartbeat.Governor;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Logging;
using ActorHeartbeat.Service.Running;

namespace ActorHeartbeat.Service.Http;

/// <summary>The process itself: what it has of scarce resources, and what it has lost.</summary>
internal sealed class ProcessRoutes(ConnectionPlaces places, ConsoleLog console)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapRead("/v1/process", Process);

    private Task Process(HttpContext http)
    {
        var limit = ProcessRoom.DescriptorLimit();
        return http.Answer(
            new ProcessView(
                ServiceVersion.Text,
                new DescriptorsView(limit, ProcessRoom.OpenDescriptors(), limit is { } most ? ProcessRoom.DescriptorsKept(most) : null),
                new PlacesView(places.Taken, places.Most, places.Streams, places.MostStreams),
                console.LinesDropped),
            ServiceJson.Contract.ProcessView);
    }
}
