using System.Diagnostics;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Service.Explaining;
using ActorHeartbeat.Service.Http;
using ActorHeartbeat.Service.Running;
using ActorHeartbeat.Service.Sinks;
using Microsoft.AspNetCore.DataProtection;
using MudBlazor.Services;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>
/// What draws the pages: components with services of their own, beside those of the process that they show. They are made when a browser
/// comes and end when the last has gone: most processes never see one.
/// </summary>
internal sealed class WebConsolePages : IAsyncDisposable
{
    /// <summary>So long a page that has lost its connection may come back to what it showed.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromSeconds(30);

    /// <summary>So often the service says that it is there: more than twice in the time after which <c>console.js</c> misses it.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(1.5);

    /// <summary>Room for the longest text of a dialog, which comes with every key stroke, twice and escaped.</summary>
    private const int MostOfBrowser = 16 * ActionDialog.MostText;

    private static readonly Type[] Shared =
    [
        typeof(IWebHostEnvironment), typeof(IHostEnvironment), typeof(IConfiguration), typeof(IHostApplicationLifetime),
        typeof(ILoggerFactory), typeof(ILogger), typeof(DiagnosticListener), typeof(TimeProvider),
        typeof(ConnectionsClient), typeof(FeedRegistry), typeof(ReloaderClient), typeof(SinkHost),
        typeof(ConnectionPlaces), typeof(TapPlaces), typeof(Explainer),
    ];

    private readonly ServiceProvider _services;

    /// <summary>Makes the routes of the pages and the services behind them.</summary>
    /// <param name="process">The services of the process.</param>
    public WebConsolePages(IServiceProvider process)
    {
        var services = new ServiceCollection();
        foreach (var type in Shared)
            services.AddSingleton(type, process.GetRequiredService(type));
        services.AddLogging();
        services.AddSingleton<DiagnosticSource>(process.GetRequiredService<DiagnosticListener>());
        services.AddDataProtection().UseEphemeralDataProtectionProvider(); // what is protected lives as long as a page
        services.AddRouting();
        services.AddAntiforgery(options => options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest);
        services.AddRazorComponents().AddInteractiveServerComponents(circuits =>
        {
            circuits.DisconnectedCircuitMaxRetained = 20;
            circuits.DisconnectedCircuitRetentionPeriod = Retention;
        }).AddHubOptions(hub => (hub.KeepAliveInterval, hub.MaximumReceiveMessageSize) = (KeepAlive, MostOfBrowser));
        services.AddMudServices(look => look.SnackbarConfiguration.MaxDisplayedSnackbars = 10); // what is over it would wait
        services.AddSingleton<FleetWatch>();
        _services = services.BuildServiceProvider();
        var pages = new ApplicationBuilder(_services);
        pages.UseRouting();
        pages.UseAntiforgery();
        pages.UseEndpoints(Map);
        Answer = pages.Build();
    }

    /// <summary>Answers a request whose services are those of the console.</summary>
    public RequestDelegate Answer { get; }

    /// <summary>What the services of each request come from.</summary>
    public IServiceScopeFactory Scopes => _services.GetRequiredService<IServiceScopeFactory>();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();

    /// <summary>The files are missing only beside a copy of the program that was not published.</summary>
    private static void Map(IEndpointRouteBuilder routes)
    {
        var assets = Path.Combine(AppContext.BaseDirectory, "ActorHeartbeat.Service.staticwebassets.endpoints.json");
        if (File.Exists(assets))
            routes.MapStaticAssets(assets);
        routes.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(server => server.ContentSecurityFrameAncestorsPolicy = null); // the policy has it
    }
}
