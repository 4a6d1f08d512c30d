using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Service.Access;
using ActorHeartbeat.Service.Hosting;
using ActorHeartbeat.Service.Logging;
using ActorHeartbeat.Service.Running;
using ActorHeartbeat.TestKit;
using Akka.Actor;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Serilog.Core;

namespace ActorHeartbeat.Service.Tests;

/// <summary>A service in this process, a feed server that it connects to, and its configuration file.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly ConsoleLog _console;
    private readonly IHost _host;

    private RunningService(FeedServer feeds, string file, ConsoleLog console, IHost host)
    {
        (Feeds, File, _console, _host) = (feeds, file, console, host);
        Url = AddressesOf(host)[0];
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
        {
            BaseAddress = Url,
            Timeout = Deadline,
        };
    }

    public FeedServer Feeds { get; }

    public string File { get; }

    public Uri Url { get; }

    public HttpClient Client { get; }

    /// <summary>Every address that it listens on.</summary>
    public IReadOnlyList<Uri> Addresses => AddressesOf(_host);

    /// <summary>The number of open event streams.</summary>
    public int Subscribers => Registry.Subscribers;

    public IServiceProvider Services => _host.Services;

    public FeedRegistry Registry => _host.Services.GetRequiredService<FeedRegistry>();

    public ActorSystem System => _host.Services.GetRequiredService<ActorSystem>();

    /// <summary>Every route that it has mapped.</summary>
    public IReadOnlyList<RouteEndpoint> Routes =>
        [.. ((IEndpointRouteBuilder)_host).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()];

    private static Uri[] AddressesOf(IHost host) =>
        [.. host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(url => new Uri(url))];

    /// <param name="endpoints">The endpoint configuration; null for <see cref="Usual"/>.</param>
    /// <param name="beside">Configuration outside our own section.</param>
    /// <param name="lines">Receives the service's log lines instead of standard output.</param>
    /// <param name="time">The clock of its certificate; null for the system's.</param>
    public static async Task<RunningService> Start(
        Func<FeedServer, string>? endpoints = null, string beside = "", ILogEventSink? lines = null, TimeProvider? time = null)
    {
        var feeds = await FeedServer.StartAsync();
        var file = Path.Combine(Directory.CreateTempSubdirectory("service-").FullName, "service.conf");
        await global::System.IO.File.WriteAllTextAsync(file, $"{Configure((endpoints ?? Usual)(feeds))}\n{beside}");
        var configuration = ConfigurationLoader.Load(file).OrThrow();
        var console = new ConsoleLog(configuration.Process.Log, AkkaSection.NamesLogLevel(configuration), lines);
        var tls = configuration.Process.Http.Tls;
        var certificate = tls.Certificate is null
            ? null
            : await ServerCertificate.ReadAsync(tls, time ?? TimeProvider.System, NullLogger.Instance);
        var host = ServiceHost.Build(configuration, inHand => ConfigurationLoader.Load(file, inHand: inHand), console, certificate);
        ServiceHost.MapRoutes(host);
        await host.StartAsync();
        return new RunningService(feeds, file, console, host);
    }

    /// <summary>Four endpoints: one receives ticks, one echoes, one is refused, one is off.</summary>
    public static string Usual(FeedServer feeds) =>
        $$"""
            ticker {
              url = "{{feeds.UrlOf(FeedPath.Ticker, "ticker", "rate=50&token=hidden")}}"
              heartbeat { mode = text, send = ping, expect = pong, interval = 1s, timeout = 500ms, when = always }
              labels { venue = demo }
              limits { replay = 1000 }
            }
            echo { url = "{{feeds.UrlOf(FeedPath.Echo, "echo")}}", labels { venue = demo } }
            refused { url = "{{feeds.UrlOf(
                FeedPath.Refuse,
                "refused"
            )}}", backoff { initial = 60s, max = 60s, jitter = none }, outcomes { rules = [], otherwise = retry } }
            off { url = "{{feeds.UrlOf(FeedPath.Quiet, "off")}}", enabled = off }
            """;

    public static string Configure(string endpoints) =>
        $$"""
        actor-heartbeat {
          config { watch = off }
          supervisor { start-spread = 0s, shutdown-timeout = 5s }
          http { listen = "127.0.0.1:0" }
          log { level = error }
          endpoints {
            {{endpoints}}
          }
        }
        """;

    public async Task<JsonElement> Get(string path) => JsonDocument.Parse(await Client.GetStringAsync(path)).RootElement;

    /// <summary>Posts without special headers, as curl would, and returns the answer.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> Post(string path, string? json = null)
    {
        using var content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await Client.PostAsync(path, content);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    /// <summary>Returns the endpoint as soon as it is in this state.</summary>
    public Task<JsonElement> WaitFor(string id, string state) =>
        WaitFor(id, endpoint => endpoint.GetProperty("state").GetString() == state);

    public async Task<JsonElement> WaitFor(string id, Func<JsonElement, bool> condition)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (true)
        {
            var endpoint = await Get($"/v1/endpoints/{id}");
            if (condition(endpoint))
                return endpoint;
            if (deadline.IsCancellationRequested)
                throw new TimeoutException($"{id} did not get there: {endpoint}");
            await Task.Delay(20);
        }
    }

    /// <summary>Reads this many events of a stream, then drops the connection.</summary>
    public async Task<List<(string Id, string Type, JsonElement Data)>> ReadEvents(string path, int count, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        using var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.EnsureSuccessStatusCode().Content.Headers.ContentType?.MediaType);
        var parser = SseParser.Create(await response.Content.ReadAsStreamAsync());
        var events = new List<(string, string, JsonElement)>();
        using var deadline = new CancellationTokenSource(Deadline);
        await foreach (var item in parser.EnumerateAsync(deadline.Token))
        {
            events.Add((parser.LastEventId, item.EventType, JsonDocument.Parse(item.Data).RootElement));
            if (events.Count == count)
                break;
        }
        return events;
    }

    public Task StopHost() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _host.StopAsync();
        _host.Dispose();
        _console.Dispose();
        await Feeds.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(File)!, recursive: true);
    }
}
