using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Events;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ActorHeartbeat.Service.Http;

/// <summary>
/// Feeds as streams: Server-Sent Events, or NDJSON when <c>Accept</c> asks for it. <c>Last-Event-ID</c> (or <c>?after=</c>)
/// resumes. What happens to a reader that does not keep up is up to the <c>limits.overflow</c> of each endpoint; <c>?overflow=</c> selects
/// another policy for this stream, except to pause the feed, which only the configuration can allow. <c>?subscription=trades/BTC-USDT</c>
/// delivers one key, <c>trades</c> all keys of a subscription; the parameter may be repeated. Each is one name as it is, commas included.
/// </summary>
internal sealed class EventRoutes(IFeeds feeds, ConnectionsClient connections, TimeProvider time)
{
    /// <summary>A stream that has ended is cut after this time if its reader takes nothing.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private const string Filter = "subscription";

    private readonly EventStreamer _streamer = new(time);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRead("/v1/endpoints/{id}/events", OfEndpoint);
        routes.MapRead("/v1/events", OfSelection);
    }

    private async Task OfEndpoint(HttpContext http)
    {
        if (await EndpointRoutes.Find(http, connections) is { } endpoint)
            await Stream(http, options => feeds.Subscribe(endpoint.Id, options));
    }

    private async Task OfSelection(HttpContext http)
    {
        LabelSelector selector;
        try
        {
            selector = LabelSelector.Parse(http.Request.Query["select"].ToString());
        }
        catch (FormatException problem)
        {
            await http.Refuse(Problem.BadRequest(problem.Message, "for example ?select=venue=demo,tier!=test"));
            return;
        }
        await Stream(http, options => feeds.Subscribe(selector, options));
    }

    private async Task Stream(HttpContext http, Func<SubscriptionOptions, FeedSubscription> subscribe)
    {
        var (options, problem) = Options(http.Request);
        if (problem is not null)
        {
            await http.Refuse(problem);
            return;
        }
        var places = HttpMethods.IsHead(http.Request.Method) ? null : ConnectionPlaces.Of(http);
        using var stream = places?.TakeStream(http);
        if (places is not null && stream is null)
        {
            await http.Refuse(Problem.TooManyStreams(places.MostStreams));
            return;
        }
        try
        {
            using var subscription = subscribe(options);
            var format = FormatFor(http.Request, options.Resume);
            if (HttpMethods.IsHead(http.Request.Method))
                Begin(http, format); // a stream of headers alone has ended
            else
                await Follow(http, subscription, format);
        }
        catch (TooManySubscribersException full)
        {
            await http.Refuse(
                new Problem(
                    StatusCodes.Status503ServiceUnavailable,
                    "Too many subscribers",
                    full.Message,
                    "one stream by /v1/events can carry many endpoints"));
        }
        catch (UnknownSubscriptionException unknown)
        {
            await http.Refuse(
                Problem.BadRequest(
                    unknown.Message,
                    unknown.Known.Count == 0
                        ? "leave it away: they have none"
                        : $"take one of {string.Join(", ", unknown.Known)}, alone or with / and a key; repeat the parameter for several"));
        }
    }

    private async Task Follow(HttpContext http, FeedSubscription subscription, EventFormat format)
    {
        Begin(http, format);
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null; // its own places and its overflow bound a reader who stands still
        using var finished = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        var guard = CutWhenStuck(http, subscription, finished.Token);
        try
        {
            await _streamer.Run(subscription, format, http.Response.BodyWriter, http.RequestAborted);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The reader is gone.
        }
        finally
        {
            await finished.CancelAsync();
            await guard;
        }
    }

    private static void Begin(HttpContext http, EventFormat format)
    {
        http.Response.ContentType = format.MediaType;
        http.Response.Headers.CacheControl = "no-store";
    }

    /// <summary>Cuts a stream whose reader takes nothing: it must neither delay the shutdown nor outlive its own overflow.</summary>
    private async Task CutWhenStuck(HttpContext http, FeedSubscription subscription, CancellationToken finished)
    {
        await subscription.WhenEnded.WaitAsync(finished).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // A bare delay of one HTTP request, which no actor knows.
        await Task.Delay(Farewell, time, finished).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!finished.IsCancellationRequested)
            http.Abort();
    }

    private static EventFormat FormatFor(HttpRequest request, ResumePoint? resume) =>
        request.Headers.Accept.ToString().Contains("ndjson", StringComparison.OrdinalIgnoreCase)
            ? new NdjsonFormat()
            : new SseFormat(resume);

    private static (SubscriptionOptions Options, Problem? Problem) Options(HttpRequest request)
    {
        var options = SubscriptionOptions.Default;
        var lastId = request.Query["after"].ToString() is { Length: > 0 } after ? after : request.Headers["Last-Event-ID"].ToString();
        if (lastId == "oldest")
            options = options with { Resume = ResumePoint.Oldest };
        else if (ResumePoint.TryParse(lastId, out var resume))
            options = options with { Resume = resume };
        else if (lastId.Length > 0)
            return (
                options,
                Problem.BadRequest(
                    $"\"{lastId}\" is not an event id",
                    "take the id of an event as it came, such as 1f2e3d4c;btc-trades=42, or \"oldest\""));
        options = options with
        {
            Subscriptions = [.. request.Query[Filter].OfType<string>().Where(each => each.Length > 0)],
        };
        return request.Query["overflow"].ToString() switch
        {
            "" => (options, null),
            "drop-oldest" => (options with { Overflow = OverflowPolicy.DropOldest }, null),
            "drop-newest" => (options with { Overflow = OverflowPolicy.DropNewest }, null),
            "disconnect" => (options with { Overflow = OverflowPolicy.Disconnect }, null),
            var other => (options, Problem.BadRequest($"overflow is \"{other}\"", "take drop-oldest, drop-newest or disconnect")),
        };
    }
}
