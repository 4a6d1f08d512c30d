using ActorHeartbeat.Endpoints;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Samples;

/// <summary>The README's examples that need no actor system.</summary>
public sealed class TestKitExamples
{
    [Fact]
    public async Task The_service_comes_back_once_after_a_cut()
    {
        await using var server = await FeedServer.StartAsync();
        await using var service = new PriceService(server.UrlOf(FeedPath.Ticker, "prices", "rate=100"));
        await server.WaitUntilAsync(now => now.History("prices") is { Heartbeats: > 0, Ticks: > 0 }, TimeSpan.FromSeconds(10));

        server.Faults.Refuse(503, retryAfter: TimeSpan.FromSeconds(1), times: 1);
        server.Faults.Cut(FaultTarget.Client("prices"));
        await server.WaitUntilAsync(now => now.Client("prices") is { Connection: 2 }, TimeSpan.FromSeconds(10));

        Assert.Equal([101, 503, 101], server.History("prices").Attempts.Select(attempt => attempt.Status));
        Assert.Equal(1, server.PeakConnections("prices"));
    }

    [Fact]
    public async Task A_refused_dial_carries_what_the_server_asked_for()
    {
        var feed = new EndpointSettings { Id = new EndpointId("prices"), Url = new Uri("ws://in-memory") };
        var network = new ScriptedNetwork().Script(feed.Id, DialScript.Refuse(429, retryAfter: "30"), DialScript.Accept);
        var observer = new RecordingObserver();

        var refused = await network.DialAsync(new DialRequest(feed, feed.Url, []), observer, CancellationToken.None);
        var accepted = await network.DialAsync(new DialRequest(feed, feed.Url, []), observer, CancellationToken.None);
        ((DialResult.Connected)accepted).Connection.Start();
        network.Connection(feed.Id).DeliverText("42");
        network.Connection(feed.Id).PeerClose(1012, "restart");

        Assert.Equal("30", ((DialResult.Failed)refused).Failure.RetryAfter);
        Assert.Equal(["activity", "Text 42", "ended 1012 restart clean"], observer.Calls);
        Assert.Equal(1, network.PeakSockets(feed.Id));
        network.AssertContract();
    }
}
