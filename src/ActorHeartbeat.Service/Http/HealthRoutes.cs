using ActorHeartbeat.Configuration.Reloading;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Running;
using Akka.Actor;
using Akka.Hosting;

namespace ActorHeartbeat.Service.Http;

/// <summary>
/// Health of this process. Upstreams are no part of it, unless <c>health.ready.open-share</c> says so for ready: their outage must not take
/// a replica out, and never restarts it.
/// </summary>
internal sealed class HealthRoutes(
    ServiceState state, IRequiredActor<Watchdog> watchdog, ReloaderClient reloader, OpenShares shares, ConnectionsClient connections)
{
    /// <summary>Actors that have not answered within this time are stuck.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const string Root = "/healthz";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRead($"{Root}/startup", Startup);
        routes.MapRead($"{Root}/ready", Ready);
        routes.MapRead($"{Root}/live", Live);
    }

    /// <summary>Lets only requests for health through: the listener for health may be open to other machines.</summary>
    public static Task Alone(HttpContext http, RequestDelegate next) =>
        http.Request.Path.StartsWithSegments(Root) && (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
            ? next(http)
            : http.Refuse(Problem.UnknownResource(http.Request.Path));

    private Task Startup(HttpContext http) => state.Phase == ServicePhase.Starting
        ? Unhealthy(http, "starting", "the actors are being started")
        : Healthy(http, "started");

    private async Task Ready(HttpContext http)
    {
        if (state.IsDraining)
            await Unhealthy(http, "draining", "the service is shutting down");
        else if (state.Phase == ServicePhase.Starting)
            await Unhealthy(http, "starting", "the actors are being started");
        else if (shares.Any && shares.Lacking(await connections.GetEndpointsAsync(http.RequestAborted)) is { } lacking)
            await Unhealthy(http, "endpoints are not open", lacking);
        else if (await reloader.State(http.RequestAborted) is { IsDegraded: true } configuration)
            await http.Answer(new HealthView("degraded", Degraded(configuration)), ServiceJson.Contract.HealthView);
        else
            await Healthy(http, "started, and the configuration is applied");
    }

    private async Task Live(HttpContext http)
    {
        try
        {
            await watchdog.ActorRef.Ask<Watchdog.Alive>(Watchdog.AreYouAlive.Instance, Patience, http.RequestAborted);
            await Healthy(http, "the actors answer");
        }
        catch (AskTimeoutException)
        {
            await Unhealthy(http, "stuck", $"the actors have not answered within {Patience.TotalSeconds} s");
        }
    }

    private static string Degraded(ConfigurationState configuration) =>
        $"generation {configuration.Generation} runs on; the files say something that was refused, see /v1/config";

    private static Task Healthy(HttpContext http, string detail) =>
        http.Answer(new HealthView("ok", detail), ServiceJson.Contract.HealthView);

    private static Task Unhealthy(HttpContext http, string status, string detail) =>
        http.Answer(new HealthView(status, detail), ServiceJson.Contract.HealthView, StatusCodes.Status503ServiceUnavailable);
}
