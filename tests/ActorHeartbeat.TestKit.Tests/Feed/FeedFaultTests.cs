using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;

namespace ActorHeartbeat.TestKit.Tests;

public sealed class FeedFaultTests
{
    private static readonly TimeSpan Deadline = WebSocketTester.Deadline;

    [Fact]
    public async Task A_refusal_has_its_status_and_retry_after_and_ends_after_its_times()
    {
        await using var server = await FeedServer.StartAsync();
        server.Faults.Refuse(429, TimeSpan.FromSeconds(7), FaultTarget.Client("a"), times: 1);

        await using var refused = await RawTester.ConnectAsync(server.UrlOf(FeedPath.Text, "a"));
        await using var other = await RawTester.ConnectAsync(server.UrlOf(FeedPath.Text, "b"));
        await using var again = await RawTester.ConnectAsync(server.UrlOf(FeedPath.Text, "a"));

        Assert.StartsWith("HTTP/1.1 429 ", refused.Head);
        Assert.Contains("\r\nRetry-After: 7\r\n", refused.Head);
        Assert.StartsWith("HTTP/1.1 101 ", other.Head);
        Assert.StartsWith("HTTP/1.1 101 ", again.Head);
        Assert.Equal([429, 101], server.History("a").Attempts.Select(attempt => attempt.Status));
    }

    [Fact]
    public async Task Accept_then_close_closes_with_its_code_and_reason()
    {
        await using var server = await FeedServer.StartAsync();
        server.Faults.AcceptThenClose(1013, "later", on: FaultTarget.AtPath(FeedPath.Text));

        await using var client = await WebSocketTester.ConnectAsync(server.UrlOf(FeedPath.Text));

        Assert.Equal("close 1013 later", await client.ReceiveAsync());
    }

    [Fact]
    public async Task A_server_that_never_answers_pings_still_feeds()
    {
        await using var server = await FeedServer.StartAsync();
        await using var client = await RawTester.ConnectAsync(server.UrlOf(FeedPath.Ticker, "a", "start=hello&rate=100"));
        server.Faults.NeverAnswerPings();

        await client.SendAsync(Frame.Ping());
        await client.SendAsync(Frame.Text("ping"));
        await client.SendAsync(Frame.Text("""{"method":"SUBSCRIBE","id":1}"""));
        var received = new[] { await client.ReceiveAsync(), await client.ReceiveAsync() };

        Assert.Equal("""{"id":1,"result":null}""", received[0]!.AsText);
        Assert.Contains("\"seq\":1}", received[1]!.AsText);
        Assert.Equal((1L, 1L), (server.History("a").Pings, server.History("a").Heartbeats));
    }

    [Fact]
    public async Task A_silent_server_sends_nothing_until_it_is_healed()
    {
        await using var server = await FeedServer.StartAsync();
        await using var client = await RawTester.ConnectAsync(server.UrlOf(FeedPath.Ticker, "a", "start=hello&rate=1000"));
        server.Faults.GoSilent(FaultTarget.Client("a"));
        await client.SendAsync(Frame.Text("""{"method":"SUBSCRIBE","id":1}"""));
        await client.SendAsync(Frame.Ping(new byte[] { 1 }));
        await server.WaitUntilAsync(now => now.History("a").Pings == 1, Deadline);
        var available = client.Socket.Available;

        server.Faults.Heal(FaultTarget.Client("a"));
        var first = await client.ReceiveAsync();

        Assert.Equal(0, available);
        Assert.Contains("\"seq\":1}", first!.AsText);
    }

    [Fact]
    public async Task Cut_resets_the_connections_concerned_and_no_other()
    {
        await using var server = await FeedServer.StartAsync();
        await using var cut = await RawTester.ConnectAsync(server.UrlOf(FeedPath.Quiet, "cut"));
        await using var other = await RawTester.ConnectAsync(server.UrlOf(FeedPath.Echo, "other"));

        var count = server.Faults.Cut(FaultTarget.Client("cut"));
        var end = await Assert.ThrowsAsync<IOException>(() => cut.ReceiveAsync());
        await other.SendAsync(Frame.Text("still here"));
        var answer = await other.ReceiveAsync();

        Assert.Equal(1, count);
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(end.InnerException).SocketErrorCode);
        Assert.Equal("still here", answer!.AsText);
    }

    [Fact]
    public async Task A_server_that_stops_listening_keeps_its_connections_and_refuses_new_ones_until_it_resumes()
    {
        await using var server = await FeedServer.StartAsync();
        await using var before = await RawTester.ConnectAsync(server.UrlOf(FeedPath.Echo));

        await server.Faults.StopListeningAsync();
        var refused = await Assert.ThrowsAsync<SocketException>(() => RawTester.DialAsync(server.Port));
        await before.SendAsync(Frame.Text("x"));
        var answer = await before.ReceiveAsync();
        await server.Faults.ResumeListeningAsync();
        await using var after = await RawTester.ConnectAsync(server.UrlOf(FeedPath.Echo));

        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        Assert.Equal("x", answer!.AsText);
        Assert.StartsWith("HTTP/1.1 101", after.Head);
    }

    [Fact]
    public async Task The_failing_paths_fail_as_their_query_says()
    {
        await using var server = await FeedServer.StartAsync();

        await using var refused = await RawTester.ConnectAsync(server.UrlOf(FeedPath.Refuse, query: "status=403&retry-after=9"));
        await using var closed = await WebSocketTester.ConnectAsync(server.UrlOf(FeedPath.Flap, query: "code=4321&reason=as+asked"));

        Assert.StartsWith("HTTP/1.1 403 ", refused.Head);
        Assert.Contains("Retry-After: 9", refused.Head);
        Assert.Equal("close 4321 as asked", await closed.ReceiveAsync());
    }

    [Fact]
    public async Task Faults_are_set_listed_and_healed_over_http()
    {
        await using var server = await FeedServer.StartAsync();
        using var http = new HttpClient { BaseAddress = new UriBuilder(server.Url) { Scheme = "http" }.Uri, Timeout = Deadline };

        var set = await http.PostAsJsonAsync("/faults", new { kind = "refuse", name = "a", status = 503, retryAfter = "3" });
        var listed = await http.GetStringAsync("/faults");
        var wrong = await http.PostAsJsonAsync("/faults", new { kind = "refuze" });
        var foreign = await http.PostAsync("/faults", new StringContent("{}"));
        await using var refused = await RawTester.ConnectAsync(server.UrlOf(FeedPath.Text, "a"));
        await http.DeleteAsync("/faults?name=a");

        Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        Assert.Contains("\"retryAfter\": \"3\"", listed);
        Assert.Contains("refuse, close, silence", await wrong.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, foreign.StatusCode);
        Assert.StartsWith("HTTP/1.1 503 ", refused.Head);
        Assert.Empty(server.Faults.Active);
    }

    [Fact]
    public async Task Stop_listening_over_http_ends_by_itself()
    {
        await using var server = await FeedServer.StartAsync();
        using var http = new HttpClient { BaseAddress = new UriBuilder(server.Url) { Scheme = "http" }.Uri, Timeout = Deadline };

        await http.PostAsJsonAsync("/faults", new { kind = "stop-listening", seconds = 0.1 });
        await using var client = await DialUntilAcceptedAsync(server);

        Assert.StartsWith("HTTP/1.1 101", client.Head);
    }

    private static async Task<RawTester> DialUntilAcceptedAsync(FeedServer server)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (true)
        {
            try
            {
                return await RawTester.ConnectAsync(server.UrlOf(FeedPath.Quiet));
            }
            catch (SocketException) when (!deadline.IsCancellationRequested)
            {
                await Task.Yield();
            }
        }
    }
}
