using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Transport;

public class ProxyDialTests : DialerTestBase
{
    [Fact]
    public async Task A_dial_goes_through_the_proxy_with_its_credentials_and_the_proxy_resolves_the_name()
    {
        using var proxy = new LoopbackServer();
        var dialing = DialAsync(Through(proxy, "user:pass@"));
        using var peer = await proxy.AcceptAsync();
        await peer.ReadRequestAsync();

        Assert.StartsWith("CONNECT feed.invalid:8080 HTTP/1.1\r\n", peer.Request, StringComparison.Ordinal);
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("user:pass")), peer.Header("Proxy-Authorization"));
        await peer.WriteAsync("HTTP/1.1 200 OK\r\n\r\n");
        await peer.UpgradeAsync();

        var connected = Assert.IsType<DialResult.Connected>(await dialing);
        Assert.Equal(("feed.invalid:8080", null), (peer.Header("Host"), peer.Header("Proxy-Authorization")));
        connected.Connection.Abort();
    }

    [Theory]
    [InlineData(
        "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno",
        "refused the tunnel to feed.invalid:8080 with HTTP 407")]
    [InlineData("hello, who is there?\r\n\r\n", "did not answer as an HTTP proxy")]
    public async Task A_proxy_that_refuses_is_a_proxy_failure_without_its_password(string answer, string why)
    {
        using var proxy = new LoopbackServer();
        var dialing = FailAsync(Through(proxy, "user:pass@"));
        using var peer = await proxy.AcceptAsync();
        await peer.ReadRequestAsync();

        await peer.WriteAsync(answer);

        Assert.Equal($"ws://feed.invalid:8080: proxy 127.0.0.1:{proxy.Port} {why}", (await dialing).Message);
        Assert.Equal(FailureLayer.Proxy, (await dialing).Layer);
        Assert.True(await peer.DrainAsync());
    }

    [Fact]
    public async Task A_proxy_out_of_reach_is_a_proxy_failure()
    {
        using var proxy = new LoopbackServer();
        var settings = Through(proxy);
        proxy.Dispose();

        var failure = await FailAsync(settings);

        Assert.Equal(FailureLayer.Proxy, failure.Layer);
        Assert.Contains("is out of reach", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_that_hangs_up_is_a_proxy_failure()
    {
        using var proxy = new LoopbackServer();
        var dialing = FailAsync(Through(proxy));
        using var peer = await proxy.AcceptAsync();
        await peer.ReadRequestAsync();

        peer.Dispose();

        Assert.Equal(FailureLayer.Proxy, (await dialing).Layer);
    }

    private static EndpointSettings Through(LoopbackServer proxy, string userInfo = "") => Endpoint(new Uri("ws://feed.invalid:8080/")) with
    {
        Proxy = new ProxySettings(ProxyKind.Fixed, new Uri($"http://{userInfo}127.0.0.1:{proxy.Port}")),
    };
}
