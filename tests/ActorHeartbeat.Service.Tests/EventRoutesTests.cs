using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Service.Tests;

public sealed class EventRoutesTests
{
    [Fact]
    public async Task A_stream_that_is_resumed_misses_nothing()
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("ticker", "open");
        var before = await service.ReadEvents("/v1/endpoints/ticker/events", 5);
        var passed = (await service.Get("/v1/endpoints/ticker")).GetProperty("messages").GetProperty("in").GetInt64() + 10;
        await service.WaitFor("ticker", endpoint => endpoint.GetProperty("messages").GetProperty("in").GetInt64() > passed);

        var after = await service.ReadEvents("/v1/endpoints/ticker/events", 20, before[^1].Id);

        var seen = Ticks(before).Concat(Ticks(after)).ToArray();
        Assert.Equal(Enumerable.Range(0, seen.Length).Select(index => seen[0] + index), seen);
        Assert.Equal("state", before[0].Type);
    }

    [Fact]
    public async Task Everything_that_is_kept_can_be_asked_for()
    {
        await using var service = await RunningService.Start();
        await service.ReadEvents("/v1/endpoints/ticker/events", 3);
        await service.WaitFor("ticker", endpoint => endpoint.GetProperty("messages").GetProperty("in").GetInt64() > 20);

        var oldest = Ticks(await service.ReadEvents("/v1/endpoints/ticker/events?after=oldest", 10));
        var live = Ticks(await service.ReadEvents("/v1/endpoints/ticker/events", 3));

        Assert.True(oldest[0] < live[0]);
    }

    [Fact]
    public async Task A_resume_in_another_run_begins_with_a_gap()
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("ticker", "open");

        var events = await service.ReadEvents("/v1/endpoints/ticker/events", 4, "00000000;ticker=3");

        var gap = events.First(each => each.Type == "gap").Data.GetProperty("gap");
        Assert.Equal("renumbered", gap.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_selection_carries_every_endpoint_with_the_labels_and_its_ids_resume_all_of_them()
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("ticker", "open");
        await service.WaitFor("echo", "open");

        var before = await service.ReadEvents("/v1/events?select=venue=demo", 6);
        await service.Post("/v1/endpoints/echo/send", """{"text": "while nobody listened"}""");
        await service.WaitFor("echo", endpoint => endpoint.GetProperty("messages").GetProperty("in").GetInt64() == 1);
        var after = await service.ReadEvents("/v1/events?select=venue=demo", 30, before[^1].Id);

        Assert.Equal(
            ["echo", "ticker"], before.Concat(after).Select(each => each.Data.GetProperty("endpoint").GetString()!).Distinct().Order());
        Assert.Contains(after, each => each.Data.TryGetProperty("text", out var text) && text.GetString() == "while nobody listened");
        var seen = Ticks(before).Concat(Ticks(after)).ToArray();
        Assert.Equal(Enumerable.Range(0, seen.Length).Select(index => seen[0] + index), seen);
    }

    [Fact]
    public async Task Ndjson_is_one_event_a_line()
    {
        await using var service = await RunningService.Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/endpoints/ticker/events");
        request.Headers.Accept.ParseAdd("application/x-ndjson");

        using var response = await service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        await lines.ReadLineAsync();
        var second = JsonDocument.Parse((await lines.ReadLineAsync())!).RootElement;

        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("ticker", second.GetProperty("endpoint").GetString());
    }

    [Theory]
    [InlineData("/v1/endpoints/ticker/events?after=yesterday")]
    [InlineData("/v1/endpoints/ticker/events?overflow=explode")]
    [InlineData("/v1/events?select==x")]
    public async Task A_question_that_makes_no_sense_is_refused(string path)
    {
        await using var service = await RunningService.Start();

        using var answer = await service.Client.GetAsync(path);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Shutdown_closes_connections_with_going_away_and_ends_streams_with_drain()
    {
        await using var service = await RunningService.Start();
        await service.WaitFor("ticker", "open");
        var stream = service.ReadEvents("/v1/endpoints/ticker/events", int.MaxValue);
        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        while (service.Subscribers == 0)
            await Task.Delay(10, deadline.Token);

        await service.StopHost().WaitAsync(RunningService.Deadline);

        Assert.Equal("drain", (await stream)[^1].Type);
        await service.Feeds.WaitUntilAsync(feeds => feeds.History("ticker").LastCloseCode is not null, RunningService.Deadline);
        Assert.Equal(1001, service.Feeds.History("ticker").LastCloseCode);
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_dropped_by_its_policy_and_slows_no_other()
    {
        await using var service = await RunningService.Start(Pouring);
        await service.WaitFor("fast", "open");
        using var deaf = await SubscribeWithoutReading(service, "/v1/endpoints/fast/events?overflow=disconnect");
        var reading = service.ReadEvents("/v1/endpoints/fast/events", 300);

        var seen = (await reading).Where(each => each.Type == "text").Select(each => each.Data.GetProperty("seq").GetInt64()).ToArray();
        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        while (service.Subscribers > 0)
            await Task.Delay(10, deadline.Token);

        Assert.Equal(Enumerable.Range(0, seen.Length).Select(index => seen[0] + index), seen);
        await ReadToEnd(deaf); // the stream has ended, or the connection was cut
    }

    [Theory]
    [InlineData("/v1/endpoints/fast/events", true)]
    [InlineData("/v1/events", true)]
    [InlineData("/v1/endpoints/fast/events?overflow=drop-oldest", false)]
    public async Task A_client_that_does_not_read_holds_an_endpoint_back_only_by_the_endpoints_own_policy(string path, bool isHeldBack)
    {
        await using var service = await RunningService.Start(
            feeds => Pouring(feeds).Replace("limits.replay = 10", "limits { replay = 10, overflow = pause-reading }"));
        await service.WaitFor("fast", "open");
        using var deaf = await SubscribeWithoutReading(service, path);

        if (isHeldBack)
        {
            await WaitForHoldBack(service, wanted: true);
        }
        else
        {
            var messages = (await service.Get("/v1/endpoints/fast")).GetProperty("messages").GetProperty("in").GetInt64() + 1200;
            await service.WaitFor("fast", endpoint => endpoint.GetProperty("messages").GetProperty("in").GetInt64() > messages);
        }
        deaf.Dispose();
        await WaitForHoldBack(service, wanted: false);
    }

    private static async Task WaitForHoldBack(RunningService service, bool wanted)
    {
        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        while (await IsHeldBack() != wanted)
            await Task.Delay(50, deadline.Token);

        async Task<bool> IsHeldBack() =>
            (await service.Get("/v1/endpoints/fast/explain"))
                .GetProperty("explanation").GetString()!.Contains("delivers nothing", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_does_not_read_does_not_hold_up_the_shutdown()
    {
        await using var service = await RunningService.Start(Pouring);
        await service.WaitFor("fast", "open");
        using var deaf = await SubscribeWithoutReading(service, "/v1/endpoints/fast/events");
        var messages = (await service.Get("/v1/endpoints/fast")).GetProperty("messages").GetProperty("in").GetInt64() + 400;
        await service.WaitFor("fast", endpoint => endpoint.GetProperty("messages").GetProperty("in").GetInt64() > messages);

        await service.StopHost().WaitAsync(TimeSpan.FromSeconds(15));
    }

    /// <summary>An endpoint whose events fill the buffers of a socket within a second.</summary>
    private static string Pouring(FeedServer feeds) =>
        $$"""fast { url = "{{feeds.UrlOf(FeedPath.Ticker, "fast", "rate=200&size=50000")}}", limits.replay = 10 }""";

    private static async Task<NetworkStream> SubscribeWithoutReading(RunningService service, string path)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(service.Url.Host, service.Url.Port);
        await socket.SendAsync(
            Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {service.Url.Authority}\r\nConnection: close\r\n\r\n"));
        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        while (service.Subscribers == 0)
            await Task.Delay(10, deadline.Token);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task ReadToEnd(NetworkStream stream)
    {
        var buffer = new byte[64 * 1024];
        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        try
        {
            while (await stream.ReadAsync(buffer, deadline.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
            // The connection was reset.
        }
    }

    private static long[] Ticks(IEnumerable<(string Id, string Type, JsonElement Data)> events) =>
        [
            .. events
                .Where(each => each.Type == "text" && each.Data.GetProperty("endpoint").GetString() == "ticker")
                .Select(each => each.Data.GetProperty("seq").GetInt64()),
        ];
}
