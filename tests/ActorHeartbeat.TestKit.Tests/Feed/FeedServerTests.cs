using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;

namespace ActorHeartbeat.TestKit.Tests;

public sealed class FeedServerTests
{
    private static readonly TimeSpan Deadline = WebSocketTester.Deadline;

    [Fact]
    public async Task An_unknown_path_is_refused_with_404()
    {
        await using var server = await FeedServer.StartAsync();

        var refused = await Assert.ThrowsAsync<WebSocketException>(() => WebSocketTester.ConnectAsync(server.UrlOf("/nowhere", "a")));

        Assert.Contains("404", refused.Message);
        Assert.Equal([("/nowhere", 404)], server.History("a").Attempts.Select(attempt => (attempt.Path, attempt.Status)));
    }

    [Fact]
    public async Task The_older_connection_is_closed_with_4001_when_a_name_returns()
    {
        await using var server = await FeedServer.StartAsync();
        await using var older = await WebSocketTester.ConnectAsync(server.UrlOf(FeedPath.Quiet, "a"));

        await using var newer = await WebSocketTester.ConnectAsync(server.UrlOf(FeedPath.Quiet, "a"));
        var end = await older.ReceiveAsync();
        await older.CloseAsync();
        await server.WaitUntilAsync(now => now.Clients.Count == 1, Deadline);

        Assert.Equal("close 4001 replaced by a newer connection", end);
        Assert.Equal(2, server.Client("a")!.Connection);
        Assert.Equal((2, 2L, 1L), (server.PeakConnections("a"), server.History("a").Accepts, server.History("a").Replaced));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_drops_its_socket_before_the_next_dial_never_counts_twice(bool reset)
    {
        await using var server = await FeedServer.StartAsync();

        for (var round = 0; round < 50; round++)
        {
            var client = await RawTester.ConnectAsync(server.UrlOf(FeedPath.Ticker, "a", "rate=1000"));
            if (reset)
                client.Reset();
            else
                await client.DisposeAsync();
            // The kernel may deliver a FIN or RST after the next dial when the
            // two run on different cores; the server need not have read it.
            Assert.True(SpinWait.SpinUntil(
                () => server.History("a").Accepts == round + 1 && (server.Client("a") is not { } seen || seen.PeerIsGone()), Deadline));
        }

        Assert.Equal((1, 50L), (server.PeakConnections("a"), server.History("a").Accepts));
    }

    [Fact]
    public async Task Pings_are_answered_with_their_payload_and_counted()
    {
        await using var server = await FeedServer.StartAsync();
        await using var client = await RawTester.ConnectAsync(server.UrlOf(FeedPath.Ping, "a"));

        await client.SendAsync(Frame.Ping(new byte[] { 1, 2, 3 }));
        var pong = await client.ReceiveAsync();

        Assert.Equal(Opcode.Pong, pong!.Opcode);
        Assert.Equal([1, 2, 3], pong.Payload.ToArray());
        Assert.Equal(1, server.History("a").Pings);
    }

    [Fact]
    public async Task A_client_that_does_not_answer_the_servers_pings_is_removed()
    {
        await using var server = await FeedServer.StartAsync(new FeedServerOptions
        {
            PingInterval = TimeSpan.FromMilliseconds(30),
            PingTimeout = TimeSpan.FromMilliseconds(30),
        });
        await using var dead = await RawTester.ConnectAsync(server.UrlOf(FeedPath.Quiet, "dead"));

        var ping = await dead.ReceiveAsync();
        await server.WaitUntilAsync(now => now.Clients.Count == 0, Deadline);

        Assert.Equal((Opcode.Ping, "feed-1"), (ping!.Opcode, ping.AsText));
        Assert.Equal(1, server.History("dead").Removed);
    }

    [Fact]
    public async Task The_clients_close_code_is_recorded_and_echoed()
    {
        await using var server = await FeedServer.StartAsync();
        await using var client = await WebSocketTester.ConnectAsync(server.UrlOf(FeedPath.Quiet, "a"));

        await client.CloseAsync(3999);

        Assert.Equal((WebSocketCloseStatus)3999, client.Socket.CloseStatus);
        Assert.Equal((3999, 0), (server.History("a").LastCloseCode, server.History("a").Live));
    }

    [Theory]
    [InlineData(false, 1002)]
    [InlineData(true, 1007)]
    public async Task A_client_that_breaks_the_protocol_is_closed_with_the_code_for_it(bool masked, int code)
    {
        await using var server = await FeedServer.StartAsync();
        await using var client = await RawTester.ConnectAsync(server.UrlOf(FeedPath.Quiet));
        var invalid = new Frame(Opcode.Text, new byte[] { 0xC3, 0x28 });

        await client.SendBytesAsync((masked ? invalid with { Mask = 7 } : invalid).ToBytes());
        var close = await client.ReceiveAsync();

        Assert.Equal((Opcode.Close, code), (close!.Opcode, close.CloseCode));
    }

    [Fact]
    public async Task Stopping_closes_every_connection_with_1001_and_the_port()
    {
        await using var server = await FeedServer.StartAsync();
        await using var client = await WebSocketTester.ConnectAsync(server.UrlOf(FeedPath.Quiet));

        var stopping = server.StopAsync();
        var end = await client.ReceiveAsync();
        await client.CloseAsync();
        await stopping.WaitAsync(Deadline);

        Assert.Equal("close 1001 the server is going away", end);
        await Assert.ThrowsAnyAsync<Exception>(() => RawTester.DialAsync(server.Port));
    }

    [Fact]
    public async Task A_port_in_use_says_so()
    {
        await using var first = await FeedServer.StartAsync();

        var refused = await Assert.ThrowsAsync<IOException>(() =>
            FeedServer.StartAsync(new FeedServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, first.Port) }));

        Assert.Contains("in use", refused.Message);
    }

    [Fact]
    public async Task Get_clients_lists_and_counts_the_live_ones()
    {
        await using var server = await FeedServer.StartAsync();
        await using var client = await WebSocketTester.ConnectAsync(server.UrlOf(FeedPath.Json, "a b"));
        using var http = new HttpClient { BaseAddress = new UriBuilder(server.Url) { Scheme = "http" }.Uri, Timeout = Deadline };

        var page = await http.GetStringAsync("/");
        var clients = await http.GetFromJsonAsync<JsonElement>("/clients");

        Assert.All(FeedPath.All, path => Assert.Contains(path.Path, page));
        Assert.Equal(1, clients.GetProperty("count").GetInt32());
        Assert.Equal("a b", clients.GetProperty("clients")[0].GetProperty("name").GetString());
        Assert.Equal("/json", clients.GetProperty("clients")[0].GetProperty("path").GetString());
    }

    [Fact]
    public async Task The_first_wished_subprotocol_that_is_spoken_is_chosen()
    {
        await using var server = await FeedServer.StartAsync(new FeedServerOptions { Subprotocols = ["v1", "v2"] });

        await using var client = await WebSocketTester.ConnectAsync(server.UrlOf(FeedPath.Quiet), options =>
        {
            options.AddSubProtocol("v9");
            options.AddSubProtocol("v2");
        });

        Assert.Equal("v2", client.Socket.SubProtocol);
    }
}
