using System.Net;
using System.Net.Sockets;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>An endpoint with two URLs, the first of which is down for a while.</summary>
public sealed class FailoverTests
{
    [Fact]
    public async Task The_other_URL_takes_over_without_more_ado_and_the_first_is_taken_back_without_a_pause()
    {
        using var down = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        down.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound and not listening: connections are refused, and nobody else gets the port
        var at = (IPEndPoint)down.LocalEndPoint!;
        await using var other = await FeedServer.StartAsync();
        using var file = new ReloadFile();
        file.Save(
            ReloadFile.Service(
                $$"""
                prices {
                  url = "ws://{{at}}{{other.UrlOf(FeedPath.Ticker, "first", "rate=20").PathAndQuery}}"
                  urls = ["{{other.UrlOf(FeedPath.Ticker, "other", "rate=20")}}"]
                  failover.back = 1s
                  backoff { initial = 10ms, max = 200ms }
                }
                """));
        await using var service = await ServiceProcess.StartAsync(file.FullName);
        await other.WaitUntilAsync(now => now.History("other").Ticks > 10, ServiceProcess.Patience);

        down.Close();
        await using var first = await FeedServer.StartAsync(new FeedServerOptions { Listen = at });
        await first.WaitUntilAsync(now => now.History("first").Ticks > 10, ServiceProcess.Patience);
        await other.WaitUntilAsync(now => now.Client("other") is null, ServiceProcess.Patience);

        Assert.Equal((1, 1), (other.History("other").Accepts, first.History("first").Accepts));
        var endpoint = await service.GetAsync("/v1/endpoints/prices");
        Assert.Equal("open", endpoint.GetProperty("state").GetString());
        Assert.Equal($"ws://{at}", endpoint.GetProperty("url").GetString());
    }
}
