using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>Runs against WebSocket servers of other projects.</summary>
public class CounterpartTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300), PongTimeout = TimeSpan.FromSeconds(2);

    /// <summary>A deadline that only a failure reaches, even on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), Slack = TimeSpan.FromSeconds(20);

    [Theory]
    [Peer("python-websockets")]
    [Peer("ws")]
    [Peer("nginx")]
    [Peer("haproxy")]
    public async Task Every_dialect_keeps_its_connection_and_measures_round_trips(string peer)
    {
        await using var server = await PeerProcess.StartAsync(peer);
        await using var host = await SupervisedHost.StartAsync(Ping(server), Text(server), Json(server));
        await host.AllOpenAsync(Patience);

        await Eventually.TrueAsync(
            async () => (await host.EndpointsAsync()).All(endpoint => endpoint.Figures.HeartbeatsAnswered >= 4),
            Patience,
            "four heartbeats answered each");

        var stats = await server.StatsAsync();
        Assert.Equal(Counts(1, "json", "ping", "text"), Sorted(stats.Live));
        Assert.Equal(Counts(1, "json", "ping", "text"), Sorted(stats.Total));
        Assert.All(await host.EndpointsAsync(), endpoint =>
            Assert.InRange(endpoint.Figures.RoundTrips.P95!.Value, TimeSpan.FromTicks(1), 2 * PongTimeout));
    }

    [Theory]
    [Peer("python-websockets")]
    [Peer("ws")]
    [Peer("nginx")]
    [Peer("haproxy")]
    public async Task A_server_killed_and_started_again_gets_each_connection_back_once(string peer)
    {
        await using var server = await PeerProcess.StartAsync(peer);
        await using var host = await SupervisedHost.StartAsync(Ping(server), Text(server), Json(server));
        await host.AllOpenAsync(Patience);

        server.Kill();
        await Eventually.TrueAsync(
            async () => (await host.EndpointsAsync()).All(endpoint => endpoint.State is "backing-off" or "connecting"),
            Patience,
            "all noticed the loss");
        await server.StartAgainAsync();
        await host.AllOpenAsync(Patience);

        var stats = await server.StatsAsync();
        Assert.Equal(Counts(1, "json", "ping", "text"), Sorted(stats.Live));
        Assert.Equal(Counts(1, "json", "ping", "text"), Sorted(stats.Peak));
        Assert.Equal(Counts(1, "json", "ping", "text"), Sorted(stats.Total));
        Assert.All(await host.EndpointsAsync(), endpoint => Assert.Equal(1, endpoint.Figures.PeakSockets));
    }

    [Theory]
    [Peer("python-websockets")]
    [Peer("ws")]
    [Peer("nginx")]
    [Peer("haproxy")]
    public async Task A_frozen_server_is_detected_in_time_and_reconnected_once_it_thaws(string peer)
    {
        await using var server = await PeerProcess.StartAsync(peer);
        await using var host = await SupervisedHost.StartAsync(Ping(server), Text(server));
        await host.AllOpenAsync(Patience);

        server.Freeze();
        var frozen = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(
            async () =>
                (await Task.WhenAll((await host.EndpointsAsync()).Select(endpoint => WasFoundSilentAsync(host, endpoint)))).All(found =>
                    found),
            Patience,
            "half-open detected");
        var detection = TimeProvider.System.GetElapsedTime(frozen);
        server.Thaw();
        await host.AllOpenAsync(Patience);

        Assert.True(detection < Interval + (2 * PongTimeout) + Slack, $"detected after {detection}");
        await Eventually.TrueAsync(
            async () => (await server.StatsAsync()).Live is { } live && live["ping"] == 1 && live["text"] == 1,
            Patience,
            "one connection each");
        Assert.All(await host.EndpointsAsync(), endpoint => Assert.Equal(1, endpoint.Figures.PeakSockets));
    }

    [Theory]
    [Peer("python-websockets")]
    [Peer("ws")]
    [Peer("nginx")]
    [Peer("haproxy")]
    public async Task Numbered_messages_arrive_whole_and_in_order(string peer)
    {
        await using var server = await PeerProcess.StartAsync(peer);
        await using var host = await SupervisedHost.StartAsync(Endpoint(server, "ticker", "/ticker", new HeartbeatSettings()));
        using var deadline = new CancellationTokenSource(Patience);

        var texts = new List<string>();
        using var subscription = host.Feeds.Subscribe(new EndpointId("ticker"));
        await foreach (var happened in subscription.WithCancellation(deadline.Token))
        {
            if (happened.Type == FeedEventType.Text)
                texts.Add(Encoding.UTF8.GetString(happened.Payload.Span).Replace(" ", ""));
            if (texts.Count == 50)
                break;
        }

        var first = int.Parse(texts[0][5..^1]);
        Assert.Equal(Enumerable.Range(first, 50).Select(number => $"{{\"n\":{number}}}"), texts);
    }

    // Looks at all transitions, not at the last one: by the time every endpoint is found silent, a later dial may have failed too.
    private static async Task<bool> WasFoundSilentAsync(SupervisedHost host, EndpointSnapshot endpoint) =>
        (await host.TransitionsAsync(endpoint.Id.Value)).Any(change => change.Cause?.Kind == CauseKind.HeartbeatTimeout);

    private static EndpointSettings Ping(PeerProcess server) =>
        Endpoint(server, "ping", "/quiet", new HeartbeatSettings { Interval = Interval, Timeout = PongTimeout });

    private static EndpointSettings Text(PeerProcess server) => Endpoint(server, "text", "/text", new HeartbeatSettings
    {
        Mode = HeartbeatMode.Text,
        Send = OutboundMessage.Text("ping"),
        Expect = new MessagePattern.Text("pong"),
        Interval = Interval,
        Timeout = PongTimeout,
    });

    private static EndpointSettings Json(PeerProcess server) => Endpoint(server, "json", "/json", new HeartbeatSettings
    {
        Mode = HeartbeatMode.Json,
        Send = OutboundMessage.Text("""{"type":"ping"}"""),
        Expect = new MessagePattern.Json([new JsonExpectation("/type", "\"ping\""), new JsonExpectation("/status", "\"pong\"")]),
        Interval = Interval,
        Timeout = PongTimeout,
    });

    private static EndpointSettings Endpoint(PeerProcess server, string id, string path, HeartbeatSettings heartbeat) => new()
    {
        Id = new EndpointId(id),
        Url = new Uri($"ws://127.0.0.1:{server.Port}{path}?name={id}"),
        Proxy = ProxySettings.None,
        Heartbeat = heartbeat,
        Backoff = new BackoffSettings { Initial = TimeSpan.FromMilliseconds(200), Max = TimeSpan.FromSeconds(1) },
        Timeouts = new TimeoutSettings { Close = TimeSpan.FromSeconds(1) },
    };

    private static Dictionary<string, int> Counts(int count, params string[] names) => names.ToDictionary(name => name, _ => count);

    private static Dictionary<string, int> Sorted(Dictionary<string, int> counts) => counts.OrderBy(entry => entry.Key).ToDictionary();
}
