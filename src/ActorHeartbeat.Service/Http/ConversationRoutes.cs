using System.Text;
using System.Text.Json;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Explaining;
using ActorHeartbeat.Service.Running;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ActorHeartbeat.Service.Http;

/// <summary>
/// What is said on the connections of an endpoint, as NDJSON while it is said, after a line of its present state: nothing may be said for
/// long where it is down. It only reads. A reader that does not keep up loses lines, and the stream says how many.
/// </summary>
internal sealed class ConversationRoutes(
    ConnectionsClient connections, Explainer explainer, TapPlaces taps, ServiceState state, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapRead("/v1/endpoints/{id}/conversation", Listen);

    private async Task Listen(HttpContext http)
    {
        if (await EndpointRoutes.Find(http, connections) is not { } endpoint)
            return;
        if (HttpMethods.IsHead(http.Request.Method))
        {
            Begin(http);
            return;
        }
        var places = ConnectionPlaces.Of(http);
        using var stream = places?.TakeStream(http);
        using var listening = taps.TryTake();
        if (listening is null || (places is not null && stream is null))
            await http.Refuse(
                new Problem(
                    StatusCodes.Status503ServiceUnavailable,
                    "Too many streams",
                    $"{TapPlaces.Most} taps at most listen at once, and other streams take places too",
                    "end another tap first"));
        else if (await connections.TapAsync(endpoint.Id, http.RequestAborted) is { } tap)
            await Follow(http, endpoint.Id, tap);
        else
            await http.Refuse(Problem.UnknownEndpoint(endpoint.Id.Value)); // removed meanwhile
    }

    private async Task Follow(HttpContext http, EndpointId endpoint, ConversationTap tap)
    {
        using var listening = tap;
        var present = await PresentState(endpoint, http.RequestAborted);
        Begin(http);
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null; // a reader who stands still loses lines, and holds nobody up
        using var over = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, state.LastCall);
        try
        {
            await http.Response.Body.WriteAsync(present, over.Token);
            await http.Response.Body.FlushAsync(over.Token);
            while (await tap.Lines.WaitToReadAsync(over.Token))
            {
                while (tap.Lines.TryRead(out var line))
                    await http.Response.Body.WriteAsync(Json(ConversationLineView.Of(line)), over.Token);
                await http.Response.Body.FlushAsync(over.Token);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The reader is gone, or the service goes.
        }
    }

    /// <summary>The line that says how the endpoint is, as explain says it; empty when it is removed meanwhile.</summary>
    private async Task<byte[]> PresentState(EndpointId id, CancellationToken cancellation)
    {
        if (await connections.GetEndpointAsync(id, cancellation) is not { } endpoint)
            return [];
        var (sentence, _) = await explainer.SayAsync(endpoint, cancellation);
        return Json(new ConversationLineView(time.GetUtcNow(), endpoint.Status?.Incarnation ?? 0, "*", sentence.Text, 0, []));
    }

    private static byte[] Json(ConversationLineView line) => Encoding.UTF8.GetBytes(
        JsonSerializer.Serialize(line, ServiceJson.Contract.ConversationLineView) + "\n");

    private static void Begin(HttpContext http)
    {
        http.Response.ContentType = "application/x-ndjson";
        http.Response.Headers.CacheControl = "no-store";
    }
}
