using System.Text;
using System.Text.Json;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Running;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ActorHeartbeat.Service.Http;

/// <summary>
/// What is said on the connections of an endpoint, as NDJSON while it is said. It only reads. A reader that does not keep up loses lines,
/// and the stream says how many.
/// </summary>
internal sealed class ConversationRoutes(ConnectionsClient connections, ServiceState state)
{
    /// <summary>Taps at once: an operator looks at few, and every line of each is made for it.</summary>
    private const int MostTaps = 4;

    private int _taps;

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
        try
        {
            if (Interlocked.Increment(ref _taps) > MostTaps || (places is not null && stream is null))
                await http.Refuse(
                    new Problem(
                        StatusCodes.Status503ServiceUnavailable,
                        "Too many streams",
                        $"{MostTaps} taps at most listen at once, and other streams take places too",
                        "end another tap first"));
            else if (await connections.TapAsync(endpoint.Id, http.RequestAborted) is { } tap)
                await Follow(http, tap);
            else
                await http.Refuse(Problem.UnknownEndpoint(endpoint.Id.Value)); // removed meanwhile
        }
        finally
        {
            Interlocked.Decrement(ref _taps);
        }
    }

    private async Task Follow(HttpContext http, ConversationTap tap)
    {
        using var listening = tap;
        Begin(http);
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null; // a reader who stands still loses lines, and holds nobody up
        using var over = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, state.LastCall);
        try
        {
            await http.Response.Body.FlushAsync(over.Token); // the reader sees the headers before the first line
            while (await tap.Lines.WaitToReadAsync(over.Token))
            {
                while (tap.Lines.TryRead(out var line))
                    await http.Response.Body.WriteAsync(Json(line), over.Token);
                await http.Response.Body.FlushAsync(over.Token);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The reader is gone, or the service goes.
        }
    }

    private static byte[] Json(ConversationLine line) => Encoding.UTF8.GetBytes(
        JsonSerializer.Serialize(ConversationLineView.Of(line), ServiceJson.Contract.ConversationLineView) + "\n");

    private static void Begin(HttpContext http)
    {
        http.Response.ContentType = "application/x-ndjson";
        http.Response.Headers.CacheControl = "no-store";
    }
}
