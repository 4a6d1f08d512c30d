using ActorHeartbeat.Transport;
using ActorHeartbeat.Transport.Dialing;

namespace ActorHeartbeat.Tests.Transport;

/// <summary>A URL goes out exactly as written. A derived class repeats the tests with another transport.</summary>
public class WireUrlTests : DialerTestBase
{
    [Theory]
    [InlineData("/feed?sig=a%2Fb%2fc+d%20e%41~&X=%7E")]
    [InlineData("/a/./b/../c//d%2F%2e%2e/")]
    [InlineData("/Path(1)'*;v=1,2:3@x!$&/trail.")]
    [InlineData("/?a=b?c/d")]
    public async Task Path_and_query_go_out_byte_for_byte(string target)
    {
        Assert.Equal($"GET {target} HTTP/1.1", await RequestLineAsync(target));
    }

    [Theory]
    [InlineData("", "/")]
    [InlineData("?x=1", "/?x=1")]
    [InlineData("/ü", "/%C3%BC")]
    [InlineData("/100%", "/100%25")]
    [InlineData("/ü/%2fx%e9/../y", "/%C3%BC/%2fx%e9/../y")]
    [InlineData("/%c3%a9%zz%2", "/%c3%a9%25zz%252")]
    [InlineData("/a b?c=😀|[1]", "/a%20b?c=%F0%9F%98%80%7C%5B1%5D")]
    public async Task Illegal_characters_are_escaped(string target, string sent)
    {
        Assert.Equal($"GET {sent} HTTP/1.1", await RequestLineAsync(target));
    }

    [Theory]
    [InlineData("ws://LocalHost:{0}/", "LocalHost:{0}")]
    [InlineData("ws://localhost:{0}/", "localhost:{0}")]
    [InlineData("ws://127.0.0.1:{0}/", "127.0.0.1:{0}")]
    public async Task The_Host_header_is_spelled_as_the_URL(string url, string host)
    {
        using var server = new LoopbackServer();
        var dialing = DialAsync(Endpoint(new Uri(url.Replace("{0}", $"{server.Port}", StringComparison.Ordinal))));
        using var peer = await server.AcceptUpgradedAsync();
        Assert.IsType<DialResult.Connected>(await dialing).Connection.Abort();

        Assert.Equal(host.Replace("{0}", $"{server.Port}", StringComparison.Ordinal), peer.Header("Host"));
    }

    [Theory]
    [InlineData("wss://Feed.Example:443/", "Feed.Example")]
    [InlineData("ws://FEED.example.:81/x", "FEED.example.:81")]
    [InlineData("ws://feed.example./", null)]
    [InlineData("ws://[2001:DB8::1]:81/", null)]
    [InlineData("ws://bücher.example/", null)]
    public void The_Host_header_is_given_only_where_the_spelling_differs(string url, string? host) =>
        Assert.Equal(host, WireUrl.HostHeader(new Uri(url)));

    private async Task<string> RequestLineAsync(string target)
    {
        using var server = new LoopbackServer();
        var dialing = DialAsync(Endpoint(new Uri($"ws://127.0.0.1:{server.Port}{target}")));
        using var peer = await server.AcceptUpgradedAsync();
        Assert.IsType<DialResult.Connected>(await dialing).Connection.Abort();
        return peer.Request.Split("\r\n")[0];
    }
}
