using System.Net;
using System.Text;
using ActorHeartbeat.EndToEnd.Tests;
using ActorHeartbeat.Hostile.Tests.Scenes;
using ActorHeartbeat.Hostile.Tests.Tries;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Hostile.Tests;

/// <summary>Promises of HTTP and RFC 6455 that are easily forgotten.</summary>
public sealed class SmallTruthTests
{
    private const int Storm = 200;

    /// <summary>
    /// The framework answers a reason that is not UTF-8 by 1002, and RFC 6455 section 8.1 asks for no code; a bomb without compression
    /// breaks the protocol before it is too large.
    /// </summary>
    private static readonly string[] AnsweredElse = ["close-invalid-utf8", "decompression-bomb"];

    private static readonly string[] Gets =
    [
        "/", "/v1/endpoints", "/v1/endpoints/steady", "/v1/endpoints/steady/explain", "/v1/sinks", "/v1/process", "/v1/config",
        "/healthz/startup", "/healthz/ready", "/healthz/live", "/v1/endpoints/steady/events", "/v1/events",
    ];

    [Fact]
    public async Task What_HTTP_promises_holds()
    {
        await using var silent = RawFaultServer.Start(Fault.Named("tls-not-spoken"));
        await using var scene = await Scene.StartAsync(scene =>
            $"tls {{ url = \"wss://127.0.0.1:{silent.Port}/\" }}\n"
            + $"down {{ url = \"{scene.Server.UrlOf(FeedPath.Refuse, "down", "status=500")}\" }}\n"
            + $"later {{ url = \"{scene.Server.UrlOf(FeedPath.Refuse, "later", "status=500")}\", "
            + "send { while-down = queue, time-to-live = 300ms } }");
        using var http = new HttpClient { BaseAddress = scene.Service.Api, Timeout = ServiceProcess.Patience };

        await Try.AllAsync(
            [
                .. Gets.Select(path => new Try(Kind.SmallTruths, $"HEAD {path}", "200 without a body", () => HeadAsync(http, path))),
                new Try(
                    Kind.SmallTruths, "HEAD of an endpoint that is not there", "404 without a body",
                    () => HeadAsync(http, "/v1/endpoints/nobody", HttpStatusCode.NotFound)),
                new Try(
                    Kind.SmallTruths, $"{Storm} reload requests at once", "200, 202, 409, or 429 and 503 with Retry-After",
                    () => StormAsync(http, _ => "/v1/config/reload")),
                new Try(
                    Kind.SmallTruths, $"{Storm} reload requests of every kind at once", "200, 202, 409, or 429 and 503 with Retry-After",
                    () => StormAsync(http, number => $"/v1/config/reload?{(number % 2 == 0 ? "dry-run" : "force")}")),
                new Try(Kind.SmallTruths, $"{Storm} SIGHUPs in a row", Scene.Well, () => HangUpAsync(scene)),
                new Try(Kind.SmallTruths, "a TLS failure", "says the versions", async () =>
                {
                    var failure = await scene.FailureAsync("tls");
                    Assert.Contains("TLS 1.2 and 1.3", failure, StringComparison.Ordinal);
                    return failure;
                }),
                new Try(
                    Kind.SmallTruths, "a message that is not sent", "409 and why",
                    () => UnsentAsync(http, "down", HttpStatusCode.Conflict)),
                new Try(
                    Kind.SmallTruths, "a queued message that is not sent in time", "202, or 504 and why",
                    () => UnsentAsync(http, "later", HttpStatusCode.GatewayTimeout, HttpStatusCode.Accepted)),
                new Try(Kind.SmallTruths, "SIGTERM in a storm of SIGHUPs that does not end", "exit code 0 within 25 s", async () =>
                {
                    using var storm = System.Diagnostics.Process.Start(
                        "sh", ["-c", $"while kill -HUP {scene.Service.Id} 2>/dev/null; do sleep 0.005; done"]);
                    var end = await scene.StopAsync();
                    await storm.WaitForExitAsync();
                    return end;
                }),
            ]);
    }

    private static async Task<string> HangUpAsync(Scene scene)
    {
        using var kill = System.Diagnostics.Process.Start("sh", ["-c", $"for i in $(seq {Storm}); do kill -HUP {scene.Service.Id}; done"]);
        await kill.WaitForExitAsync();
        return await scene.WellAsync();
    }

    [Fact]
    public async Task A_violation_of_the_protocol_is_answered_with_the_close_code_it_deserves()
    {
        Fault[] faults = [.. Fault.All.Where(fault => fault.CloseSent is not null && !AnsweredElse.Contains(fault.Name))];
        RawFaultServer[] servers = [.. faults.Select(fault => RawFaultServer.Start(fault))];
        await using var unread = new RawPeer(RawPeer.Accepting(
            [.. new Frame(3, default).ToBytes(), .. Frame.Binary(new byte[4 * 1024 * 1024]).ToBytes()]));
        await using var invalid = new RawPeer(RawPeer.Accepting(
            [.. new Frame(Opcode.Text, new byte[] { 0xC3, 0x28 }).ToBytes(), .. Frame.Binary(new byte[4 * 1024 * 1024]).ToBytes()]));
        try
        {
            await using var scene = await Scene.StartAsync(_ => string.Join(
                '\n',
                [
                    .. servers.Select((server, number) => $"fault-{number} {{ url = \"{server.Url}\" }}"),
                    $"unread {{ url = \"{unread.Url}\" }}",
                    $"invalid {{ url = \"{invalid.Url}\" }}",
                ]));

            await Try.AllAsync(
                [
                    .. faults.Select((fault, number) => new Try(
                        Kind.SmallTruths, $"a peer that {fault.Description}", $"Close {fault.CloseSent}", async () =>
                        {
                            var connection = await servers[number].ConnectionAsync(1, ServiceProcess.Patience);
                            await Eventually.TrueAsync(
                                () => Task.FromResult(connection.ClosedWith is not null), ServiceProcess.Patience, "a Close frame comes");
                            Assert.Equal(fault.CloseSent, connection.ClosedWith);
                            return $"Close {connection.ClosedWith}";
                        })),
                    Unread("a reserved opcode, with 4 MiB behind it", unread, 1002),
                    Unread("text that is not UTF-8, with 4 MiB behind it", invalid, 1007),
                    new Try(Kind.SmallTruths, "all these peers", Scene.Well, scene.WellAsync),
                ]);
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
        }
    }

    private static Try Unread(string what, RawPeer peer, int code) => new(
        Kind.SmallTruths, what, $"Close {code}, not lost to a reset", async () =>
        {
            await Eventually.TrueAsync(
                () => Task.FromResult(CloseOf(peer.Received) is not null || peer.Connections > 1), ServiceProcess.Patience, "it is closed");
            Assert.Equal(code, CloseOf(peer.Received));
            return $"Close {code}";
        });

    private static int? CloseOf(MemoryStream received)
    {
        var bytes = received.ToArray();
        // A masked Close frame with a code: 0x88, its length with the mask bit, four bytes of mask, two of code.
        return bytes.Length >= 8 && bytes[0] == 0x88 ? ((bytes[6] ^ bytes[2]) << 8) | (bytes[7] ^ bytes[3]) : null;
    }

    private static async Task<string> HeadAsync(HttpClient http, string path, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var answer = await http.SendAsync(
            new HttpRequestMessage(HttpMethod.Head, path), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal("", await answer.Content.ReadAsStringAsync());
        return $"{(int)answer.StatusCode}, {answer.Content.Headers.ContentType}";
    }

    private static async Task<string> StormAsync(HttpClient http, Func<int, string> path)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, Storm).Select(number => http.PostAsync(path(number), null)));
        foreach (var answer in answers)
        {
            Assert.Contains((int)answer.StatusCode, new[] { 200, 202, 409, 429, 503 });
            if ((int)answer.StatusCode is 429 or 503)
                Assert.True(answer.Headers.RetryAfter is not null, $"{(int)answer.StatusCode} without Retry-After");
            answer.Dispose();
        }
        return string.Join(", ", answers.CountBy(answer => (int)answer.StatusCode).Select(one => $"{one.Value} times {one.Key}"));
    }

    private static async Task<string> UnsentAsync(HttpClient http, string endpoint, params HttpStatusCode[] expected)
    {
        using var body = new StringContent("{\"text\":\"hello\"}", Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync($"/v1/endpoints/{endpoint}/send", body);
        Assert.Contains(answer.StatusCode, expected);
        var text = await answer.Content.ReadAsStringAsync();
        if (answer.StatusCode != HttpStatusCode.Accepted)
            Assert.DoesNotContain("\"detail\":\"\"", text, StringComparison.Ordinal);
        return $"{(int)answer.StatusCode}: {text}";
    }
}
