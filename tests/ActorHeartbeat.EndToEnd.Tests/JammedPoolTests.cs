using ActorHeartbeat.Endpoints;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>An embedding process whose thread pool has no free thread for longer than every deadline of its feeds.</summary>
[Collection(JammedPool.Name)]
public sealed class JammedPoolTests
{
    private const int Feeds = 50;

    /// <summary>More than the pool can add threads for while the jam lasts.</summary>
    private const int WorkItems = 2000;

    private static readonly TimeSpan Jam = TimeSpan.FromSeconds(6);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Silence_while_the_pool_was_jammed_cuts_no_feed(bool byData)
    {
        await using var server = await FeedServer.StartAsync();
        string[] names = [.. Enumerable.Range(0, Feeds).Select(number => $"feed-{number}")];
        await using var host = await SupervisedHost.StartAsync([.. names.Select(name => Endpoint(name, server, byData))]);
        await server.WaitUntilAsync(now => names.All(name => now.History(name).Ticks > 2), ServiceProcess.Patience);

        await JamAsync();

        var ticks = names.ToDictionary(name => name, name => server.History(name).Ticks);
        await server.WaitUntilAsync(now => names.All(name => now.History(name).Ticks > ticks[name] + 6), ServiceProcess.Patience);
        Assert.All(names, name => Assert.Equal(1, server.History(name).Accepts));
    }

    private static EndpointSettings Endpoint(string name, FeedServer server, bool byData) => new()
    {
        Id = new EndpointId(name),
        Url = server.UrlOf(FeedPath.Ticker, name, "rate=2"),
        Timeouts = new TimeoutSettings { DataIdle = byData ? new DataIdleSettings(TimeSpan.FromSeconds(2)) : null },
        Heartbeat = new HeartbeatSettings
        {
            When = HeartbeatWhen.Always,
            Interval = TimeSpan.FromSeconds(byData ? 60 : 1),
            Timeout = TimeSpan.FromSeconds(1),
            MaxMissed = 1,
        },
    };

    private static Task JamAsync()
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var free = new ManualResetEventSlim();
        for (var item = 0; item < WorkItems; item++)
            ThreadPool.UnsafeQueueUserWorkItem(static free => free.Wait(), free, preferLocal: false);
        // a thread of its own, because the pool has none
        new Thread(() =>
        {
            Thread.Sleep(Jam);
            free.Set();
            over.SetResult();
        })
        { IsBackground = true }.Start();
        return over.Task;
    }
}

/// <summary>No other test runs beside these: they have one pool.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class JammedPool
{
    public const string Name = "a jammed pool";
}
