namespace ActorHeartbeat.TestKit.Tests;

public sealed class FeedDialectTests
{
    [Theory]
    [InlineData("/text", "ping", "pong")]
    [InlineData("/ticker?rate=0", "ping", "pong")]
    [InlineData("/json", """{"type":"ping"}""", """{"type":"ping","status":"pong"}""")]
    [InlineData("/modecode", """{"ModeCode":"heart_beat","msg":"1"}""", """{"ModeCode":"heart_beat","msg":"1"}""")]
    [InlineData("/mexc", """{"method":"ping"}""", """{"channel":"pong"}""")]
    [InlineData("/mexc", """{"method":"SUBSCRIBE","params":["x"],"id":1}""", """{"id":1,"result":null}""")]
    [InlineData("/json", """{"method":"UNSUBSCRIBE","id":"b"}""", """{"id":"b","result":null}""")]
    [InlineData("/echo", "anything", "anything")]
    public async Task Each_path_answers_in_its_own_dialect(string path, string question, string answer)
    {
        await using var server = await FeedServer.StartAsync();
        await using var client = await WebSocketTester.ConnectAsync(new Uri(server.Url, path));

        var answered = await client.AskAsync(question);

        Assert.Equal(answer, answered);
    }

    [Fact]
    public async Task The_asking_path_asks_and_closes_with_4002_when_no_answer_comes()
    {
        await using var server = await FeedServer.StartAsync(
            new FeedServerOptions { AskInterval = TimeSpan.FromMilliseconds(300), MaxUnansweredAsks = 2 });
        await using var client = await WebSocketTester.ConnectAsync(server.UrlOf(FeedPath.Asks, "a"));

        var first = await client.ReceiveAsync();
        await client.SendAsync("""{"event":"pong"}""");
        var rest = new List<string>();
        do
        {
            rest.Add(await client.ReceiveAsync());
        }
        while (!rest[^1].StartsWith("close", StringComparison.Ordinal));

        Assert.Equal("""{"event":"ping"}""", first);
        Assert.Equal("close 4002 no answer to the server's pings", rest[^1]);
        Assert.InRange(rest.Count, 3, 4);
        Assert.Equal(1, server.History("a").Heartbeats);
        Assert.Equal(1, server.History("a").Removed);
    }

    [Fact]
    public async Task The_ticker_numbers_every_message_of_a_name_over_all_its_connections()
    {
        await using var server = await FeedServer.StartAsync();
        var received = new List<string>();

        for (var connection = 0; connection < 2; connection++)
        {
            await using var client = await WebSocketTester.ConnectAsync(server.UrlOf(FeedPath.Ticker, "a", "rate=500"));
            received.Add(await client.ReceiveAsync());
            received.Add(await client.ReceiveAsync());
            client.Socket.Abort();
            await server.WaitUntilAsync(now => now.Clients.Count == 0, WebSocketTester.Deadline);
        }

        var sentByFirst = received[2].Split("\"seq\":")[1].TrimEnd('}');
        Assert.Equal("""{"type":"tick","name":"a","connection":1,"seq":1}""", received[0]);
        Assert.Equal("""{"type":"tick","name":"a","connection":1,"seq":2}""", received[1]);
        Assert.Equal($$"""{"type":"tick","name":"a","connection":2,"seq":{{sentByFirst}}}""", received[2]);
        Assert.InRange(int.Parse(sentByFirst), 3, server.History("a").Ticks);
    }

    [Fact]
    public async Task Start_sending_begins_and_stop_ends_the_ticks()
    {
        await using var server = await FeedServer.StartAsync();
        await using var client = await WebSocketTester.ConnectAsync(server.UrlOf(FeedPath.StartStop, "a", "rate=500"));

        var beforeHello = await client.AskAsync("ping");
        var firstTick = await client.AskAsync("start sending");
        await client.SendAsync("stop");
        await client.SendAsync("ping");
        while (await client.ReceiveAsync() != "pong")
        {
            // Skip ticks that were under way.
        }
        var afterStop = await client.AskAsync("ping");

        Assert.Equal("pong", beforeHello);
        Assert.Contains("\"seq\":1}", firstTick);
        Assert.Equal("pong", afterStop);
    }
}
