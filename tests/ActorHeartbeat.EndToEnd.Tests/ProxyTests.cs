using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>
/// Runs through proxies of the kind that stand before real feeds. A proxy can end a connection that the server would keep.
/// </summary>
public class ProxyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), ShortIdle = TimeSpan.FromSeconds(1);

    [Theory]
    [Peer("nginx")]
    [Peer("haproxy")]
    public async Task A_connection_that_the_proxy_finds_idle_ends_without_a_Close_frame_and_comes_back(string proxy)
    {
        await using var server = await PeerProcess.StartAsync(proxy, ShortIdle);
        await using var host = await SupervisedHost.StartAsync(Quiet(server, heartbeat: TimeSpan.FromMinutes(10)));

        await Eventually.TrueAsync(
            async () => (await server.StatsAsync()).Total.GetValueOrDefault("quiet") >= 3, Patience, "the third connection");

        var ends = await EndsAsync(host, "quiet");
        Assert.InRange(ends.Length, 2, int.MaxValue);
        Assert.All(ends, AssertNoCloseFrame);
        Assert.Equal(1, (await host.EndpointAsync("quiet")).Figures.PeakSockets);
    }

    [Theory]
    [Peer("nginx")]
    [Peer("haproxy")]
    public async Task Heartbeats_keep_a_connection_through_the_proxy_far_beyond_its_idle_timeout(string proxy)
    {
        var idle = TimeSpan.FromSeconds(4);
        await using var server = await PeerProcess.StartAsync(proxy, idle);
        await using var host = await SupervisedHost.StartAsync(Quiet(server, heartbeat: TimeSpan.FromMilliseconds(400)));
        await host.AllOpenAsync(Patience);

        await Task.Delay(2 * idle); // the test needs time to pass

        var stats = await server.StatsAsync();
        Assert.Equal((1, 1, 1), (stats.Live["quiet"], stats.Peak["quiet"], stats.Total["quiet"]));
    }

    [Theory]
    [Peer("nginx", 502)]
    [Peer("haproxy", 503)]
    public async Task A_server_gone_from_behind_the_proxy_is_a_refused_handshake_with_its_status(string proxy, int status)
    {
        await using var server = await PeerProcess.StartAsync(proxy);
        server.KillBehind();

        await using var host = await SupervisedHost.StartAsync(Quiet(server, heartbeat: TimeSpan.FromSeconds(1)));
        CloseCause? refused = null;
        await Eventually.TrueAsync(
            async () => (refused = (await host.EndpointAsync("quiet")).Status?.LastClose) is { Kind: CauseKind.DialFailed },
            Patience,
            "a refused dial");
        server.Kill();
        await server.StartAgainAsync();
        await host.AllOpenAsync(Patience);

        Assert.Equal((FailureLayer.Http, status), (refused!.Layer, refused.HttpStatus));
    }

    [Theory]
    [Peer("websocketd")]
    public async Task A_program_behind_websocketd_talks_by_lines_and_its_end_is_the_end_of_the_connection(string peer)
    {
        await using var server = await PeerProcess.StartAsync(peer);
        var lines = Quiet(server, heartbeat: TimeSpan.FromMilliseconds(300)) with { Id = new EndpointId("lines") };
        await using var host = await SupervisedHost.StartAsync(
            Quiet(server, heartbeat: TimeSpan.FromMilliseconds(300)),
            lines with
            {
                Heartbeat = lines.Heartbeat with
                {
                    Mode = HeartbeatMode.Text,
                    Send = OutboundMessage.Text("ping"),
                    Expect = new MessagePattern.Text("pong"),
                },
            });
        await Eventually.TrueAsync(
            async () => (await host.EndpointsAsync()).All(endpoint => endpoint.Figures.HeartbeatsAnswered >= 3),
            Patience,
            "three heartbeats answered each");

        await host.SendAsync("lines", OutboundMessage.Text("bye"));
        await Eventually.TrueAsync(async () => (await host.EndpointAsync("lines")).Figures.Dials == 2, Patience, "it came back");
        await host.AllOpenAsync(Patience);

        AssertNoCloseFrame(Assert.Single(await EndsAsync(host, "lines")));
        Assert.Equal((1L, 1), ((await host.EndpointAsync("quiet")).Figures.Dials, (await host.EndpointAsync("lines")).Figures.PeakSockets));
    }

    /// <summary>The causes that ended the endpoint's connections, oldest first.</summary>
    private static async Task<CloseCause[]> EndsAsync(SupervisedHost host, string id) =>
    [
        .. (await host.TransitionsAsync(id))
            .Where(change => change is { From: ConnectionState.Open, To: ConnectionState.BackingOff })
            .Select(change => change.Cause).OfType<CloseCause>(),
    ];

    private static void AssertNoCloseFrame(CloseCause end) =>
        Assert.Equal(
            (CauseKind.ConnectionLost, FailureLayer.Tcp, CloseCodes.AbnormalClosure, false),
            (end.Kind, end.Layer, end.CloseCode, end.WasClean));

    private static EndpointSettings Quiet(PeerProcess server, TimeSpan heartbeat) => new()
    {
        Id = new EndpointId("quiet"),
        Url = new Uri($"ws://127.0.0.1:{server.Port}/quiet?name=quiet"),
        Proxy = ProxySettings.None,
        Heartbeat = new HeartbeatSettings { Interval = heartbeat },
        Backoff = new BackoffSettings { Initial = TimeSpan.FromMilliseconds(200), Max = TimeSpan.FromSeconds(1) },
        Timeouts = new TimeoutSettings { Close = TimeSpan.FromSeconds(1) },
    };
}
