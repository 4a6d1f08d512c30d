using ActorHeartbeat.EndToEnd.Tests;
using ActorHeartbeat.Hostile.Tests.Scenes;
using ActorHeartbeat.Hostile.Tests.Tries;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Hostile.Tests;

/// <summary>Guests of the API who take places, at a small limit of file descriptors.</summary>
public sealed class GuestTests
{
    private const int Descriptors = 480, Feeds = 60, Idle = 400, Streams = 40, Asks = 20;

    private const string Post = "POST /v1/endpoints/steady/send HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

    [Fact]
    public async Task Guests_who_take_places_keep_neither_feeds_nor_health_out()
    {
        var health = new Uri($"http://127.0.0.1:{FreePort.Take()}");
        await using var scene = await Scene.StartAsync(
            scene => string.Join('\n', Enumerable.Range(0, Feeds).Select(number =>
                $"feed-{number} {{ url = \"{scene.Server.UrlOf(FeedPath.Ticker, $"feed-{number}", "rate=20&size=2000")}\" }}")),
            _ => $"actor-heartbeat.http.health-listen = \"{health.Authority}\"",
            start: file => ServiceProcess.StartWithDescriptorsAsync(file, Descriptors),
            health: health);
        await scene.Server.WaitUntilAsync(server => server.Clients.Count == Feeds + 1, ServiceProcess.Patience);
        using var guests = new Guests(scene.Service.Api);
        var expected = $"{Scene.Well} at health-listen, the API within 20 s, no feed connects again";

        await Try.AllAsync(
            Guest($"{Idle} connections that send nothing", () => guests.ComeAsync(Idle)),
            Guest($"{Streams} readers of streams that never read", () => guests.ComeAsync(
                Streams, "GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")),
            Guest($"{Idle} connections that send half a request", () => guests.ComeAsync(Idle, "GET /v1/endpoints HTTP/1.1\r\nHost: loc")),
            Guest("20 clients that send one byte a second", async () =>
            {
                for (var client = 0; client < 20; client++)
                    await guests.ComeSlowlyAsync(TimeSpan.FromSeconds(1), $"GET /{new string('x', 1000)} HTTP/1.1\r\n");
            }),
            Guest("20 bodies that never end, byte by byte", async () =>
            {
                for (var client = 0; client < 20; client++)
                    await guests.ComeSlowlyAsync(
                        TimeSpan.FromMilliseconds(20),
                        Post + "Transfer-Encoding: chunked\r\n\r\n" + string.Concat(Enumerable.Repeat("1\r\n \r\n", 2000)));
            }),
            Guest($"{Idle} pipelined requests in each of {Streams} connections, answers unread", () => guests.ComeAsync(
                Streams, string.Concat(Enumerable.Repeat("GET /v1/endpoints HTTP/1.1\r\nHost: localhost\r\n\r\n", Idle)))),
            new Try(
                Kind.ReservedPlaces,
                "a flood of 250 connections a second that ask for everything",
                $"{Asks / 2} of {Asks} requests are answered at the first try; {expected}",
                async () => $"{await AnsweredInAFloodAsync(guests, scene)} answered, {await HeldAsync(Task.CompletedTask)}"),
            scene.Stop(Kind.ReservedPlaces, "while guests take places"));

        Try Guest(string what, Func<Task> come) => new(
            Kind.ReservedPlaces, $"{what}, {Descriptors} descriptors, {Feeds} feeds", expected, () => HeldAsync(come()));

        async Task<string> HeldAsync(Task coming)
        {
            await coming;
            var well = await scene.WellAsync();
            Assert.All(Enumerable.Range(0, Feeds), number => Assert.Equal(1, scene.Server.History($"feed-{number}").Accepts));
            return well;
        }
    }

    private static async Task<int> AnsweredInAFloodAsync(Guests guests, Scene scene)
    {
        guests.Flood(
            TimeSpan.FromMilliseconds(4),
            "",
            "GET / HTTP/1.1\r\nHost: localhost\r\nX: ",
            "GET /v1/endpoints/steady/events HTTP/1.1\r\nHost: localhost\r\n\r\n",
            $"{Post}Content-Length: 900\r\n\r\n{{",
            string.Concat(Enumerable.Repeat("GET /v1/endpoints HTTP/1.1\r\nHost: localhost\r\n\r\n", 50)));
        await Task.Delay(TimeSpan.FromSeconds(2)); // for 500 connections
        var answered = 0;
        for (var ask = 0; ask < Asks; ask++)
        {
            var answer = await guests.AskAsync("GET /v1/process HTTP/1.1\r\nHost: localhost\r\n\r\n", ServiceProcess.Patience);
            answered += answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) ? 1 : 0;
        }
        Assert.InRange(answered, Asks / 2, Asks);
        Assert.DoesNotContain(scene.Service.Lines, line => line.Contains("ERR", StringComparison.Ordinal));
        return answered;
    }
}
