using ActorHeartbeat.Feeds;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Service.Access;
using ActorHeartbeat.Service.Explaining;
using ActorHeartbeat.Service.Logging;
using ActorHeartbeat.Service.Running;
using ActorHeartbeat.Service.Sinks;
using ActorHeartbeat.Service.State;
using ActorHeartbeat.Service.Telemetry;
using Akka.Hosting;

namespace ActorHeartbeat.Service.Http;

/// <summary>All routes, and the guards in front of them.</summary>
internal static class HttpApi
{
    /// <param name="application">The host of the API.</param>
    /// <param name="mapPages">Maps the pages of the console.</param>
    public static void Map(WebApplication application, Action<WebApplication> mapPages)
    {
        var services = application.Services;
        var log = services.GetRequiredService<ILogger>();
        var state = services.GetRequiredService<ServiceState>();
        var time = services.GetRequiredService<TimeProvider>();
        var connections = services.GetRequiredService<ConnectionsClient>();
        var explainer = services.GetRequiredService<Explainer>();
        var access = services.GetRequiredService<AccessControl>();
        var reloader = services.GetRequiredService<ReloaderClient>();

        application.Use(next => http => ConnectionPlaces.Occupy(http, next));
        application.Use(next => new ProblemsInJson(next, log).Invoke);
        application.Use(IndexPage.ForPrograms);
        application.UseRouting();
        application.Use(next =>
        {
            var guard = new AccessGuard(next, access, services.GetService<AuditLog>());
            return http => ConnectionPlaces.Of(http) is { IsForHealthOnly: true } ? HealthRoutes.Alone(http, next) : guard.Invoke(http);
        });
        CallerRates.Use(application);
        application.Use(next => http => AccessGuard.Answer(http, next));

        new EndpointRoutes(connections, explainer).Map(application);
        new CommandRoutes(connections, state, log, services.GetService<StateDatabase>()).Map(application);
        new EventRoutes(services.GetRequiredService<IFeeds>(), connections, time).Map(application);
        new ConversationRoutes(connections, explainer, services.GetRequiredService<TapPlaces>(), state, time).Map(application);
        new GovernorRoutes(connections).Map(application);
        new SinkRoutes(services.GetRequiredService<SinkHost>()).Map(application);
        new ProcessRoutes(services.GetRequiredService<ConnectionPlaces>(), services.GetRequiredService<ConsoleLog>()).Map(application);
        new ConfigurationRoutes(reloader, connections, state).Map(application);
        new HealthRoutes(
            state,
            services.GetRequiredService<IRequiredActor<Watchdog>>(),
            reloader,
            services.GetRequiredService<OpenShares>(),
            connections).Map(application);
        services.GetService<ScrapeRoute>()?.Map(application);
        new SignInRoutes(access).Map(application);
        application.MapRead(IndexPage.Path, IndexPage.Write);
        mapPages(application);
        RouteRoles.DemandRoles(((IEndpointRouteBuilder)application).DataSources.SelectMany(source => source.Endpoints));
    }
}
