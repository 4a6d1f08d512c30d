using System.Diagnostics;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>
/// A thousand endpoints of one feed server, each with a heartbeat every five seconds, of which none
/// may be missed. No other tests run beside them, so that the figures are those of the service alone.
/// </summary>
public sealed class ScaleFixture : IAsyncLifetime
{
    public const int Count = 1000;

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly int[] _edits = new int[Count];
    private readonly ReloadFile _file = new();
    private FeedServer? _server;
    private ServiceProcess? _service;

    public FeedServer Server => _server ?? throw new InvalidOperationException("not started");

    public ServiceProcess Service => _service ?? throw new InvalidOperationException("not started");

    /// <summary>The time from the start of the process until all endpoints were open.</summary>
    public TimeSpan OpenAfter { get; private set; }

    public static string NameOf(int number) => $"feed-{number:D4}";

    public async Task InitializeAsync()
    {
        // The server's own pings would count as signs of life that the service has not asked for.
        _server = await FeedServer.StartAsync(new FeedServerOptions { PingInterval = null });
        Save(watch: false);
        var started = Stopwatch.GetTimestamp();
        _service = await ServiceProcess.StartAsync(_file.FullName);
        try
        {
            await Server.WaitUntilAsync(server => server.Clients.Count == Count, ServiceProcess.Patience);
        }
        catch (TimeoutException seen)
        {
            throw new TimeoutException(
                $"{Server.Clients.Count} of {Count} are connected; the service said last: {string.Join('\n', Service.Lines.TakeLast(20))}",
                seen);
        }
        OpenAfter = Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Turns the file watch on or off in the running service.</summary>
    public async Task WatchAsync(bool on)
    {
        Save(on);
        await Service.PostAsync("/v1/config/reload");
        await Service.ConfigurationAsync(
            page => page.GetProperty("configuration").GetProperty("settings").TryGetProperty("config.watch", out _) == !on,
            $"watch is {on}");
    }

    /// <summary>Changes the URL of one endpoint and nothing else.</summary>
    /// <returns>The time at which the file was saved.</returns>
    public DateTimeOffset Edit(int number, bool watch)
    {
        _edits[number]++;
        var at = TimeProvider.System.GetUtcNow();
        Save(watch);
        return at;
    }

    public async Task DisposeAsync()
    {
        if (_service is not null)
            await _service.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        _file.Dispose();
    }

    private void Save(bool watch)
    {
        var lines = _edits.Select(
            (edits, number) => $$"""    {{NameOf(number)}}.url = "{{Server.UrlOf(FeedPath.Ping, NameOf(number), $"edit={edits}")}}" """
        );
        // The long poll interval leaves only directory events to the watch. With max-missed at 1, one missed heartbeat ends a connection.
        _file.Save(ReloadFile.Service(
            string.Join('\n', lines),
            $"watch = {(watch ? "on" : "off")}, poll = 10m",
            $"heartbeat {{ mode = ping, when = always, interval = {Interval.TotalSeconds}s, timeout = 5s, max-missed = 1 }}"));
    }
}

[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ScaleCollection : ICollectionFixture<ScaleFixture>
{
    public const string Name = "a thousand endpoints";
}
