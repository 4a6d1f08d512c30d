using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Reloading;
using ActorHeartbeat.Configuration.Secrets;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Service.Http;
using ActorHeartbeat.Service.Logging;
using ActorHeartbeat.Service.Running;
using ActorHeartbeat.Service.Sinks;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.Transport;
using ActorHeartbeat.WebsocketClient;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.Options;
using Serilog;

namespace ActorHeartbeat.Service.Hosting;

/// <summary>Puts the process together: actors, feeds, HTTP, and the order in which they start and stop.</summary>
internal static class ServiceHost
{
    /// <param name="configuration">What runs first.</param>
    /// <param name="load">Reads the same files again.</param>
    /// <param name="console">Where the process tells what it does.</param>
    public static IHost Build(ServiceConfiguration configuration, Func<FileInHand, LoadResult> load, ConsoleLog console)
    {
        if (configuration.Process.Http.Listen is not { } listen)
        {
            var bare = Host.CreateEmptyApplicationBuilder(null);
            AddEverything(bare.Services, configuration, load, console);
            return bare.Build();
        }
        // Empty: no ASPNETCORE_ variable and no appsettings.json of the working directory reaches this process.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        AddEverything(builder.Services, configuration, load, console);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = HttpLimits.Body;
            kestrel.Limits.MaxConcurrentConnections = HttpLimits.Connections;
            kestrel.Listen(listen.Loopback!); // no other address passes the rules of the configuration
        });
        var application = builder.Build();
        HttpApi.Map(application);
        return application;
    }

    private static void AddEverything(
        IServiceCollection services, ServiceConfiguration configuration, Func<FileInHand, LoadResult> load, ConsoleLog console)
    {
        var process = configuration.Process;
        services.AddLogging(logging => logging.AddSerilog(console.Logger));
        services.AddSingleton<Microsoft.Extensions.Logging.ILogger>(provider =>
            provider.GetRequiredService<ILoggerFactory>().CreateLogger("ActorHeartbeat"));
        services.Configure<HostOptions>(host => host.ShutdownTimeout = process.Supervisor.ShutdownTimeout + StartAndDrain.Afterwards);
        services.AddSingleton<IHostLifetime, NoLifetime>();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ServiceState>();
        services.AddSingleton(provider => new FeedRegistry(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IFeeds>(provider => provider.GetRequiredService<FeedRegistry>());
        services.AddSingleton<Supervisor>();
        services.AddSingleton<ReloaderClient>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<SinkHost>(provider, configuration.Sinks));
        // Started in this order, stopped in the reverse one, the HTTP server last and first.
        services.AddHostedService(provider => provider.GetRequiredService<SinkHost>());
        if (process.FeedServer.Listen is { } feedServer)
            services.AddHostedService(provider => new DemoFeedServer(
                feedServer, provider.GetRequiredService<Microsoft.Extensions.Logging.ILogger>()));
        services.AddAkka("actorheartbeat", (akka, provider) => AddActors(akka, provider, configuration, load, console));
        services.AddHostedService<StartAndDrain>();
        services.AddHostedService<ReloadOnHangup>();
    }

    private static void AddActors(
        AkkaConfigurationBuilder akka,
        IServiceProvider provider,
        ServiceConfiguration configuration,
        Func<FileInHand, LoadResult> load,
        ConsoleLog console)
    {
        IActorRef stateLog = ActorRefs.Nobody;
        var host = provider.GetRequiredService<IOptions<HostOptions>>().Value;
        var log = provider.GetRequiredService<ILoggerFactory>().CreateLogger(AkkaLines.Category);
        EarlyAkkaLog.Use(log);
        akka.AddSetup(new AkkaLogSetup(log));
        akka.AddHocon(AkkaSection.Of(configuration), HoconAddMode.Prepend);
        akka.WithActors((system, registry) =>
        {
            stateLog = system.ActorOf(StateLog.Props(provider.GetRequiredService<Microsoft.Extensions.Logging.ILogger>()), "state-log");
            StateLog.Subscribe(stateLog, system.EventStream);
            registry.Register<StateLog>(stateLog);
            registry.Register<Watchdog>(system.ActorOf(Props.Create(() => new Watchdog()), "watchdog"));
        });
        akka.WithConnectionSupervisor(supervisor => Fill(supervisor, configuration, provider));
        akka.WithActors(
            (system, registry) =>
            {
                var supervisor = registry.Get<ConnectionSupervisor>();
                var sinks = provider.GetRequiredService<SinkHost>();
                registry.Register<ConfigurationReloader>(
                    system.ActorOf(
                        Props.Create(() =>
                            new ConfigurationReloader(
                                configuration,
                                load,
                                (next, _) => Apply(next, supervisor, stateLog, console, host, sinks),
                                new DirectoryWatch())),
                        "configuration"));
            });
    }

    private static void Fill(ConnectionSupervisorOptions options, ServiceConfiguration configuration, IServiceProvider provider)
    {
        foreach (var endpoint in configuration.Endpoints)
            options.Endpoints.Add(endpoint);
        foreach (var group in configuration.Groups)
            options.Groups.Add(group);
        options.Supervisor = configuration.Process.Supervisor;
        options.Feeds = provider.GetRequiredService<FeedRegistry>();
        options.Transports.AddWebsocketClient();
        options.Resolver = new SecretAttemptResolver(readFile: SecretFile.ReadAsync);
        if (configuration.Process.StateFile is { } path)
            options.GovernorStore = new GovernorFile(
                path, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<Microsoft.Extensions.Logging.ILogger>());
    }

    private static void Apply(
        ServiceConfiguration next, IActorRef supervisor, IActorRef stateLog, ConsoleLog console, HostOptions host, SinkHost sinks)
    {
        console.Apply(next.Process.Log);
        sinks.Apply(next.Sinks);
        host.ShutdownTimeout = next.Process.Supervisor.ShutdownTimeout + StartAndDrain.Afterwards; // read when the host stops
        supervisor.Tell(
            new ApplyConfiguration(
                next.Endpoints, next.Groups.ToDictionary(group => group.Name, StringComparer.Ordinal), next.Process.Supervisor),
            stateLog);
    }

    /// <summary>Whoever runs the host decides when it ends.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
