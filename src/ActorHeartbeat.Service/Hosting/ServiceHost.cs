using System.Net;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Reloading;
using ActorHeartbeat.Configuration.Secrets;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Service.Access;
using ActorHeartbeat.Service.Explaining;
using ActorHeartbeat.Service.Http;
using ActorHeartbeat.Service.Logging;
using ActorHeartbeat.Service.Running;
using ActorHeartbeat.Service.Sinks;
using ActorHeartbeat.Service.State;
using ActorHeartbeat.Service.Telemetry;
using ActorHeartbeat.Service.WebConsole;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.Telemetry;
using ActorHeartbeat.Transport;
using ActorHeartbeat.WebsocketClient;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;
using Serilog;

namespace ActorHeartbeat.Service.Hosting;

/// <summary>Assembles the process: actors, feeds, HTTP, and the order in which they start and stop.</summary>
internal static class ServiceHost
{
    /// <summary>Lets the reloader give up first, so that its own message is reported.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    /// <param name="configuration">The configuration to start with.</param>
    /// <param name="load">Reads the same files again.</param>
    /// <param name="console">Receives the log of the process.</param>
    /// <param name="certificate">The certificate of <c>http.tls</c>; null where there is none.</param>
    public static IHost Build(
        ServiceConfiguration configuration, Func<FileInHand, LoadResult> load, ConsoleLog console, ServerCertificate? certificate = null)
    {
        var http = configuration.Process.Http;
        if (http is { Listen: null, HealthListen: null })
        {
            var bare = Host.CreateEmptyApplicationBuilder(null);
            AddEverything(bare.Services, configuration, load, console);
            return bare.Build();
        }
        // Empty: no ASPNETCORE_ variable and no appsettings.json of the working directory reaches this process.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(ServiceHost).Assembly.GetName().Name, // by which the files of the console are found
            ContentRootPath = AppContext.BaseDirectory,
        });
        AddEverything(builder.Services, configuration, load, console);
        builder.Services.AddRoutingCore();
        CallerRates.Add(builder.Services);
        builder.Services.AddSingleton<IConnectionListenerFactory, PlacedListeners>(); // in place of Kestrel's own
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.UseSetting("ReloadStaticAssetsAtRuntime", "false"); // else GET of any path has a route, and 405 is 404
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = HttpLimits.Body;
            kestrel.Limits.MaxRequestLineSize = HttpLimits.RequestLine;
            kestrel.Limits.MinRequestBodyDataRate = HttpLimits.SlowestGuest(http.Listen);
            kestrel.Limits.MinResponseDataRate = HttpLimits.SlowestGuest(http.Listen);
            if (http.Listen is { } listen)
                Listen(kestrel, AddressOf(listen, http, kestrel.ApplicationServices.GetRequiredService<ConnectionPlaces>()), certificate);
            if (http.HealthListen is { } health)
                Listen(
                    kestrel,
                    AddressOf(health, http, new ConnectionPlaces(HttpLimits.HealthConnections, TimeProvider.System)
                    {
                        IsForHealthOnly = true,
                        LastCall = kestrel.ApplicationServices.GetRequiredService<ServiceState>().LastCall,
                    }),
                    certificate: null);
        });
        return builder.Build();
    }

    /// <summary>Opens the routes of a host. Needs its actor system, which <see cref="AkkaSection.Start"/> creates.</summary>
    public static void MapRoutes(IHost host)
    {
        if (host is WebApplication application)
            HttpApi.Map(application, WebConsoleHost.Map);
    }

    private static (EndPoint Address, ConnectionPlaces Places) AddressOf(
        ListenAddress listen, HttpSettings http, ConnectionPlaces places) =>
        listen.SocketFile is { } file
            ? (new PlacedSocketFile(file, http.SocketMode, places), places)
            : (new PlacedEndPoint(listen.Address!, places), places); // not null: the rules of the configuration accept no names

    private static void Listen(
        KestrelServerOptions kestrel, (EndPoint Address, ConnectionPlaces Places) at, ServerCertificate? certificate) =>
        kestrel.Listen(at.Address, listener =>
        {
            listener.Protocols = HttpProtocols.Http1; // a place is for one request at a time
            listener.Use(next => connection => at.Places.Serve(connection, next));
            if (certificate is not null)
                listener.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => certificate.OptionsAsync() });
        });

    private static void AddEverything(
        IServiceCollection services, ServiceConfiguration configuration, Func<FileInHand, LoadResult> load, ConsoleLog console)
    {
        var process = configuration.Process;
        services.AddSingleton(_ => console); // a factory: the caller made it and disposes it
        services.AddLogging(logging => logging.AddSerilog(console.Logger));
        services.AddSingleton<Microsoft.Extensions.Logging.ILogger>(provider =>
            provider.GetRequiredService<ILoggerFactory>().CreateLogger("ActorHeartbeat"));
        services.Configure<HostOptions>(host => host.ShutdownTimeout = process.Supervisor.ShutdownTimeout + StartAndDrain.Afterwards);
        services.AddSingleton<IHostLifetime, NoLifetime>();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ServiceState>();
        Exposition.Add(services, process.Telemetry, isScraped: process.Http.Listen is not null);
        services.AddSingleton(provider => new ConnectionPlaces(
            HttpLimits.Connections(ProcessRoom.DescriptorLimit(), configuration.Endpoints.Count),
            provider.GetRequiredService<TimeProvider>())
        {
            LastCall = provider.GetRequiredService<ServiceState>().LastCall,
        });
        services.AddSingleton(provider => new FeedRegistry(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IFeeds>(provider => provider.GetRequiredService<FeedRegistry>());
        services.AddConnectionsClient();
        services.AddSingleton(_ => new AttemptTimes());
        services.AddSingleton<Explainer>();
        services.AddSingleton<TapPlaces>();
        WebConsoleHost.Add(services);
        services.AddSingleton<ReloaderClient>();
        services.AddSingleton(_ => new OpenShares(process.Health));
        services.AddSingleton(provider => new AccessControl(
            process.Http,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<Microsoft.Extensions.Logging.ILogger>()));
        if (process.StateDatabase is { } path)
            services.AddSingleton(provider => new StateDatabase(
                path,
                process.StateFile,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<Microsoft.Extensions.Logging.ILogger>()));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<SinkHost>(provider, configuration.Sinks));
        AddAuditLog(services, process.Http.Access.Audit);
        // Started in this order and stopped in reverse; the HTTP server starts last and stops first.
        services.AddHostedService(provider => provider.GetRequiredService<SinkHost>());
        if (process.FeedServer.Listen is { } feedServer)
            services.AddHostedService(provider => new DemoFeedServer(
                feedServer, provider.GetRequiredService<Microsoft.Extensions.Logging.ILogger>()));
        services.AddAkka("actorheartbeat", (akka, provider) => AddActors(akka, provider, configuration, load, console));
        services.AddHostedService<StartAndDrain>();
        services.AddHostedService<ReloadOnHangup>();
        // Last: systemd hears of the start when all have started, and of the end before the drain.
        services.AddSingleton(SystemdNotices.Create);
        services.AddHostedService(provider => provider.GetRequiredService<SystemdNotices>());
    }

    private static void AddAuditLog(IServiceCollection services, AuditSettings audit)
    {
        if (audit.Path is not { } path)
            return;
        services.AddSingleton(provider => new AuditLog(
            path,
            audit,
            provider.GetRequiredService<FeedRegistry>().Instance,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<Microsoft.Extensions.Logging.ILogger>()));
        services.AddHostedService(provider => provider.GetRequiredService<AuditLog>());
    }

    private static void AddActors(
        AkkaConfigurationBuilder akka,
        IServiceProvider provider,
        ServiceConfiguration configuration,
        Func<FileInHand, LoadResult> load,
        ConsoleLog console)
    {
        var host = provider.GetRequiredService<IOptions<HostOptions>>().Value;
        var log = provider.GetRequiredService<ILoggerFactory>().CreateLogger(AkkaLines.Category);
        EarlyAkkaLog.Use(log);
        akka.AddSetup(new AkkaLogSetup(log));
        akka.AddHocon(AkkaSection.Of(configuration), HoconAddMode.Prepend);
        akka.WithActors((system, registry) =>
        {
            var stateLog = system.ActorOf(StateLog.Props(provider.GetRequiredService<Microsoft.Extensions.Logging.ILogger>()), "state-log");
            StateLog.Subscribe(stateLog, system.EventStream);
            registry.Register<StateLog>(stateLog);
            FigureKeeper.Subscribe(
                system.ActorOf(FigureKeeper.Props(provider.GetRequiredService<ProcessFigures>()), "figures"), system.EventStream);
            MemoryReturn.Subscribe(system.ActorOf(Props.Create(() => new MemoryReturn()), "memory-return"), system.EventStream);
            var watchdog = system.ActorOf(Props.Create(() => new Watchdog()), "watchdog");
            registry.Register<Watchdog>(watchdog);
            if (SystemdNotices.WatchdogDeadline(Environment.GetEnvironmentVariable, Environment.ProcessId) is { } deadline)
                system.ActorOf(
                    SystemdWatchdog.Props(watchdog, deadline, provider.GetRequiredService<SystemdNotices>().TellAlive), "systemd-watchdog");
        });
        akka.WithConnectionSupervisor(supervisor => Fill(supervisor, configuration, provider));
        if (provider.GetService<StateDatabase>() is { } database)
            akka.WithActors((system, registry) => system.ActorOf(
                SessionKeeper.Props(registry.Get<ConnectionSupervisor>(), database), "sessions"));
        akka.WithActors(
            (system, registry) =>
            {
                var connections = provider.GetRequiredService<ConnectionsClient>();
                var sinks = provider.GetRequiredService<SinkHost>();
                var places = provider.GetRequiredService<ConnectionPlaces>();
                var access = provider.GetRequiredService<AccessControl>();
                var shares = provider.GetRequiredService<OpenShares>();
                registry.Register<ConfigurationReloader>(
                    system.ActorOf(
                        Props.Create(() =>
                            new ConfigurationReloader(
                                configuration,
                                load,
                                (change, givenUp) => Apply(change, connections, console, host, sinks, places, access, shares, givenUp),
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
        options.Meter = new MeterSettings
        {
            EndpointLimit = configuration.Process.Telemetry.EndpointLimit,
            Select = LabelSelector.Parse(configuration.Process.Telemetry.Select),
        };
        options.Feeds = provider.GetRequiredService<FeedRegistry>();
        options.Transports.AddWebsocketClient();
        options.Resolver = new SecretAttemptResolver(readFile: SecretFile.ReadAsync);
        if (provider.GetService<StateDatabase>() is { } database)
        {
            options.Sessions = database.LoadSessions(configuration.Endpoints.Select(endpoint => endpoint.Id));
            database.TellOfPaused(configuration.Endpoints);
            (options.GovernorStore, options.PausedStore, options.SubscriptionStore) = (database, database, database);
        }
    }

    // Sinks come before endpoints, so that a sink misses nothing of a new endpoint's feed. Every step can be repeated.
    private static Task<ConfigurationApplied> Apply(
        ConfigurationChange change,
        ConnectionsClient connections,
        ConsoleLog console,
        HostOptions host,
        SinkHost sinks,
        ConnectionPlaces places,
        AccessControl access,
        OpenShares shares,
        CancellationToken givenUp)
    {
        var process = change.Next.Process;
        console.Apply(process.Log);
        access.Apply(process.Http.Access);
        shares.Apply(process.Health);
        sinks.Apply(change.Next.Sinks);
        places.Most = HttpLimits.Connections(ProcessRoom.DescriptorLimit(), change.Next.Endpoints.Count);
        host.ShutdownTimeout = process.Supervisor.ShutdownTimeout + StartAndDrain.Afterwards; // read when the host stops
        return connections.ApplyAsync(change.ForSupervisor(), ConfigurationReloader.ApplyDeadline + Margin, givenUp);
    }

    /// <summary>The caller that runs the host decides when it ends.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
