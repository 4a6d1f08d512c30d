using System.Net.Sockets;

namespace ActorHeartbeat.TestKit.Tests;

public sealed class TcpRelayTests
{
    [Fact]
    public async Task Bytes_arrive_and_are_counted()
    {
        await using var server = await FeedServer.StartAsync();
        await using var relay = TcpRelay.Start(server.Port);
        await using var client = await RawTester.ConnectAsync(relay.Through(server.UrlOf(FeedPath.Echo)));
        var before = (relay.BytesToServer, relay.BytesToClient);

        await client.SendAsync(Frame.Text("through"));
        var echo = await client.ReceiveAsync();

        Assert.Equal("through", echo!.AsText);
        Assert.Equal((1, 1), (relay.Accepted, relay.Live));
        Assert.Equal((6 + 7, 2 + 7), (relay.BytesToServer - before.BytesToServer, relay.BytesToClient - before.BytesToClient));
    }

    [Fact]
    public async Task A_frozen_line_passes_nothing_and_then_everything()
    {
        await using var server = await FeedServer.StartAsync();
        await using var relay = TcpRelay.Start(server.Port);
        await using var client = await RawTester.ConnectAsync(relay.Through(server.UrlOf(FeedPath.Echo, "a")));
        relay.Freeze();

        await client.SendAsync(Frame.Text("held"));
        await server.Client("a")!.SendTextAsync("held as well");
        var early = await Assert.ThrowsAsync<TimeoutException>(() => client.ReceiveAsync().WaitAsync(TimeSpan.FromMilliseconds(100)));
        var messages = server.History("a").Messages;
        relay.Thaw();
        await server.WaitUntilAsync(now => now.History("a").Messages == 1, WebSocketTester.Deadline);

        Assert.NotNull(early);
        Assert.Equal(0, messages);
    }

    [Fact]
    public async Task A_slow_line_takes_the_time_its_delay_and_rate_say()
    {
        await using var server = await FeedServer.StartAsync();
        await using var relay = TcpRelay.Start(server.Port);
        await using var client = await RawTester.ConnectAsync(relay.Through(server.UrlOf(FeedPath.Echo)));
        relay.Delay = TimeSpan.FromMilliseconds(60);
        var start = TimeProvider.System.GetTimestamp();

        await client.SendAsync(Frame.Text("x"));
        await client.ReceiveAsync();
        var delayed = TimeProvider.System.GetElapsedTime(start);
        relay.Delay = TimeSpan.Zero;
        relay.BytesPerSecond = 20_000;
        start = TimeProvider.System.GetTimestamp();
        await client.SendAsync(Frame.Binary(new byte[2_000]));
        await client.ReceiveAsync();
        var throttled = TimeProvider.System.GetElapsedTime(start);

        Assert.InRange(delayed, TimeSpan.FromMilliseconds(100), WebSocketTester.Deadline);
        Assert.InRange(throttled, TimeSpan.FromMilliseconds(80), WebSocketTester.Deadline);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_line_is_cut_by_fin_or_reset_by_rst_on_both_sides(bool reset)
    {
        await using var server = await FeedServer.StartAsync();
        await using var relay = TcpRelay.Start(server.Port);
        await using var client = await RawTester.ConnectAsync(relay.Through(server.UrlOf(FeedPath.Quiet)));

        var links = reset ? relay.Reset() : relay.Cut();
        var error = await Record.ExceptionAsync(async () => Assert.Null(await client.ReceiveAsync()));
        await server.WaitUntilAsync(now => now.Clients.Count == 0, WebSocketTester.Deadline);

        Assert.Equal(1, links);
        Assert.Equal(reset ? SocketError.ConnectionReset : null, (error?.InnerException as SocketException)?.SocketErrorCode);
    }

    [Fact]
    public async Task A_reset_of_the_server_reaches_the_client_as_a_reset()
    {
        await using var server = await FeedServer.StartAsync();
        await using var relay = TcpRelay.Start(server.Port);
        await using var client = await RawTester.ConnectAsync(relay.Through(server.UrlOf(FeedPath.Quiet)));

        server.Faults.Cut();
        var end = await Assert.ThrowsAsync<IOException>(() => client.ReceiveAsync());

        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(end.InnerException).SocketErrorCode);
    }
}
