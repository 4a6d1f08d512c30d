using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using ActorHeartbeat.EndToEnd.Tests;
using ActorHeartbeat.Hostile.Tests.Tries;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Hostile.Tests.Scenes;

/// <summary>
/// The service as a process, with one healthy feed named <c>steady</c>. Whatever else is done to the service, this feed goes on over
/// one connection, liveness answers, and SIGTERM ends the process in time.
/// </summary>
public sealed class Scene : IAsyncDisposable
{
    /// <summary>What <see cref="WellAsync"/> asserts, for the table.</summary>
    public const string Well = "the healthy feed goes on, live answers within 1 s";

    /// <summary>The service's own bound of a graceful end, which is the default of <c>shutdown-timeout</c>.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(25);

    private static readonly TimeSpan AliveWithin = TimeSpan.FromSeconds(1);

    /// <summary>The machine may be busy with other tests: a service that hangs answers none of these in time.</summary>
    private const int AsksForLife = 5;

    private static readonly TimeSpan BetweenAsks = TimeSpan.FromMilliseconds(200);

    private const int MoreMessages = 10;

    private ServiceProcess? _service;
    private Uri? _health;

    private Scene(FeedServer server) => Server = server;

    public FeedServer Server { get; }

    public ReloadFile File { get; } = new();

    public ServiceProcess Service => _service ?? throw new InvalidOperationException("not started");

    /// <param name="endpoints">More endpoints, in HOCON; receives the scene, for its feed server and its folder.</param>
    /// <param name="rest">More of the configuration, after and outside of the endpoints.</param>
    /// <param name="defaults">Keys of <c>defaults</c>.</param>
    /// <param name="health">Where liveness is asked; null for the API.</param>
    /// <param name="start">Starts the service from the file; null for <see cref="ServiceProcess.StartAsync(string)"/>.</param>
    public static async Task<Scene> StartAsync(
        Func<Scene, string>? endpoints = null,
        Func<Scene, string>? rest = null,
        string defaults = "",
        Func<string, Task<ServiceProcess>>? start = null,
        Uri? health = null)
    {
        var scene = new Scene(await FeedServer.StartAsync()) { _health = health };
        try
        {
            scene.File.Save(scene.Configuration(endpoints?.Invoke(scene) ?? "", rest?.Invoke(scene) ?? "", defaults));
            scene._service = await (start ?? ServiceProcess.StartAsync)(scene.File.FullName);
            await scene.Server.WaitUntilAsync(server => server.History("steady").Ticks > 0, ServiceProcess.Patience);
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    /// <summary>A configuration with the healthy feed.</summary>
    public string Configuration(string endpoints = "", string rest = "", string defaults = "") =>
        ReloadFile.Service(
            $"steady {{ url = \"{Server.UrlOf(FeedPath.Ticker, "steady", "rate=20")}\" }}\n{endpoints}",
            defaults: $"timeouts.close = 3s, {defaults}")
            + $"\nactor-heartbeat.supervisor.shutdown-timeout = {ShutdownTimeout.TotalSeconds}s\n{rest}\n";

    public string PathOf(string name) => Path.Combine(File.Folder, name);

    /// <summary>Asserts that the healthy feed goes on over its first connection and that liveness answers.</summary>
    /// <returns>What was seen.</returns>
    public async Task<string> WellAsync()
    {
        var alive = await AliveAsync();
        long? before = null;
        await Eventually.TrueAsync(
            async () => await MessagesAsync() is { } now && now >= (before ??= now) + MoreMessages,
            TimeSpan.FromSeconds(20), "the healthy feed goes on");
        var connections = Server.History("steady").Accepts;
        Assert.True(connections == 1, $"the healthy feed was connected {connections} times");
        return $"feed goes on, live after {Milliseconds(alive)} ms";
    }

    /// <summary>Asserts that liveness answers in time.</summary>
    public async Task<TimeSpan> AliveAsync()
    {
        var problem = "";
        for (var ask = 0; ask < AsksForLife; ask++)
        {
            var start = Stopwatch.GetTimestamp();
            try
            {
                Assert.Equal("ok", (await AskAsync(_health ?? Service.Api, "/healthz/live")).GetProperty("status").GetString());
                if (Stopwatch.GetElapsedTime(start) is var took && took <= AliveWithin)
                    return took;
                problem = $"it answered after {took.TotalSeconds:0.0} s";
            }
            catch (HttpRequestException refused)
            {
                problem = refused.Message;
            }
            await Task.Delay(BetweenAsks);
        }
        throw new InvalidOperationException($"liveness did not answer in time, asked {AsksForLife} times: {problem}");
    }

    /// <summary>Sends SIGTERM and asserts that the process ends with 0 within its own bound.</summary>
    public async Task<string> StopAsync()
    {
        var start = Stopwatch.GetTimestamp();
        await Service.SignalAsync("TERM");
        var code = await Service.ExitCodeAsync();
        var took = Stopwatch.GetElapsedTime(start);
        Assert.True(code == 0, $"exit code {code}: {string.Join('\n', Service.Lines.TakeLast(20))}");
        Assert.True(
            took <= ShutdownTimeout,
            $"the process took {took.TotalSeconds:0.0} s to end:\n{string.Join('\n', Service.Lines.TakeLast(20))}");
        return string.Create(CultureInfo.InvariantCulture, $"ended after {took.TotalSeconds:0.0} s");
    }

    /// <summary>The last try of a scene.</summary>
    /// <param name="kind">The kind of the scene.</param>
    /// <param name="what">In which situation.</param>
    public Try Stop(Kind kind, string what) =>
        new(kind, $"SIGTERM {what}", $"exit code 0 within {ShutdownTimeout.TotalSeconds} s", StopAsync);

    /// <summary>The most memory that the service has had so far, in MiB.</summary>
    public long PeakMemory() => Memory.PeakOf(Service.Id) ?? 0;

    /// <summary>Returns how the last connection or attempt of an endpoint ended, once it has ended.</summary>
    public async Task<string> FailureAsync(string endpoint)
    {
        var failure = default(JsonElement);
        await Eventually.TrueAsync(
            async () => (failure = (await Service.GetAsync($"/v1/endpoints/{endpoint}")).GetProperty("lastClose")).ValueKind
                == JsonValueKind.Object,
            ServiceProcess.Patience,
            $"{endpoint} fails");
        return failure.GetProperty("detail").GetString()!; // not null: the contract has every field
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
            await _service.DisposeAsync();
        await Server.DisposeAsync();
        File.Dispose();
    }

    public static string Milliseconds(TimeSpan span) => span.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);

    /// <summary>Asks over a connection of its own, as probes do: a connection that was kept may have made room for another.</summary>
    private static async Task<JsonElement> AskAsync(Uri at, string path)
    {
        using var http = new HttpClient { BaseAddress = at, Timeout = ServiceProcess.Patience };
        try
        {
            return await http.GetFromJsonAsync<JsonElement>(path);
        }
        // HttpClient passes on a reset that comes before it has looked at the connection, or after the head of the answer.
        catch (Exception dropped) when (dropped is SocketException or IOException)
        {
            throw new HttpRequestException(dropped.Message, dropped);
        }
    }

    /// <summary>Null when all places of the API are taken: guests who are busy lose them in seconds.</summary>
    private async Task<long?> MessagesAsync()
    {
        try
        {
            return (await AskAsync(Service.Api, "/v1/endpoints/steady")).GetProperty("messages").GetProperty("in").GetInt64();
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
