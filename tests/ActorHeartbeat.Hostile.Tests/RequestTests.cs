using System.Text;
using ActorHeartbeat.Hostile.Tests.Scenes;
using ActorHeartbeat.Hostile.Tests.Tries;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Hostile.Tests;

/// <summary>Requests to the API that are larger, odder or more than any that makes sense.</summary>
public sealed class RequestTests
{
    private const int Sends = 1000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>A request as it goes over the wire, and the beginnings of status lines that answer it rightly.</summary>
    private static readonly (string What, string Request, string[] Right)[] Odd =
    [
        ("5,000 headers", Get("/v1/endpoints", [.. Enumerable.Range(0, 5000).Select(number => $"X-{number}: 1")]), ["431"]),
        ("a header of 1 MB", Get("/v1/endpoints", $"X: {new string('x', 1_000_000)}"), ["431"]),
        ("a URL of 1 MB", Get("/" + new string('x', 1_000_000)), ["414", "431"]),
        ("a Last-Event-ID of 100 KB", Get("/v1/events", $"Last-Event-ID: {new string('x', 100_000)}"), ["431", "400"]),
        ("a Last-Event-ID of 20 KB", Get("/v1/events", $"Last-Event-ID: 1f2e3d4c;{new string('a', 20_000)}=1"), ["400"]),
        ("a Last-Event-ID with a number of 20 digits", Get("/v1/events", "Last-Event-ID: 1f2e3d4c;steady=99999999999999999999"), ["400"]),
        ("after= with 3,000 positions", Get($"/v1/events?after=1f2e3d4c;{Many(1000, "a{0}=1")}"), ["200", "400", "414"]),
        ("a selector of 10,000 clauses", Get($"/v1/events?select={Many(10_000, "k{0}=v")}"), ["414", "431"]),
        ("a selector of 500 clauses", Get($"/v1/events?select={Many(500, "k{0}=v")}"), ["200", "400"]),
        ("a Host of another machine", "GET /v1/endpoints HTTP/1.1\r\nHost: evil.example\r\n\r\n", ["403"]),
        ("a Host that begins like loopback", "GET /v1/endpoints HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n\r\n", ["403"]),
        ("two Hosts", "GET /v1/endpoints HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", ["400"]),
        ("no Host", "GET /v1/endpoints HTTP/1.1\r\n\r\n", ["400"]),
        ("an empty Host", "GET /v1/endpoints HTTP/1.1\r\nHost:\r\n\r\n", ["400", "403"]),
        ("a Host with a user", "GET /v1/endpoints HTTP/1.1\r\nHost: localhost@evil.example\r\n\r\n", ["400", "403"]),
        ("an absolute URL of another machine", "GET http://evil.example/v1/endpoints HTTP/1.1\r\nHost: localhost\r\n\r\n", ["400", "403"]),
        ("a POST from a page of another site", Post("/v1/config/reload", "", "Origin: http://evil.example"), ["403"]),
        ("a POST from a page whose origin is null", Post("/v1/config/reload", "", "Origin: null"), ["403"]),
        ("a send as text/plain", Post("/v1/endpoints/echo/send", "{\"text\":\"x\"}", "Content-Type: text/plain"), ["415"]),
        ("JSON 10,000 deep", Post("/v1/endpoints/echo/send", $"{{\"text\":{new string('[', 10_000)}", Type), ["400"]),
        ("JSON with a lone surrogate", Post("/v1/endpoints/echo/send", "{\"text\":\"\\ud800\"}", Type), ["400", "200"]),
        ("a close reason of 124 bytes", Post("/v1/endpoints/echo/close", $"{{\"reason\":\"{new string('x', 124)}\"}}", Type), ["400"]),
        ("a close code of 1006", Post("/v1/endpoints/echo/close", "{\"code\":1006}", Type), ["400"]),
        ("a Content-Length of 26 digits", "POST /v1/endpoints/echo/send HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
            + "99999999999999999999999999\r\n\r\n", ["400"]),
        ("a negative Content-Length", "POST /v1/endpoints/echo/send HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", ["400"]),
        ("Content-Length and chunked", "POST /v1/endpoints/echo/pause HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ["400", "202", "200", "415"]),
        ("a chunk of 16 EB", "POST /v1/endpoints/echo/send HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n", ["400"]),
        ("an id with a path in it", Get("/v1/endpoints/..%2f..%2fconfig"), ["404"]),
        ("an id with a line end and an escape", Get("/v1/endpoints/%0d%0aX:%20y%1b[2J"), ["404", "400"]),
        ("HTTP/2 without asking", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ["400", "505", ""]),
        ("TLS", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003", ["400", ""]),
        ("DELETE", "DELETE /v1/endpoints/steady HTTP/1.1\r\nHost: localhost\r\n\r\n", ["405"]),
        ("TRACE", "TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", ["405", "404"]),
        ("CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", ["400", "403", "404", "405"]),
    ];

    private const string Type = "Content-Type: application/json";

    [Fact]
    public async Task An_odd_request_gets_a_right_answer_and_changes_nothing()
    {
        await using var scene = await Scene.StartAsync(scene => $"echo {{ url = \"{scene.Server.UrlOf(FeedPath.Echo, "echo")}\" }}");
        using var guests = new Guests(scene.Service.Api);

        await Try.AllAsync(
            [
                .. Odd.Select(odd => new Try(
                    Kind.ReservedPlaces, $"a request with {odd.What}", $"{string.Join(" or ", odd.Right.Select(Name))}, no 500", async () =>
                    {
                        var answer = await guests.AskAsync(odd.Request, Patience);
                        var status = answer.Split(' ').ElementAtOrDefault(1) ?? "";
                        Assert.Contains(status, odd.Right);
                        Assert.DoesNotContain('\u001b', answer);
                        return answer.Length == 0 ? "the connection is dropped" : answer.Split('\r')[0];
                    })),
                new Try(
                    Kind.ReservedPlaces, $"{Sends} parallel sends", "each is sent, or refused with its reason", () => SendsAsync(scene)),
                new Try(Kind.ReservedPlaces, "all these requests", $"{Scene.Well}, no failed request in the log", async () =>
                {
                    var lines = scene.Service.Lines;
                    Assert.False(lines.Any(line => line.Contains("Exception", StringComparison.Ordinal)), string.Join('\n', lines));
                    return await scene.WellAsync();
                }),
                scene.Stop(Kind.ReservedPlaces, "after odd requests"),
            ]);
    }

    private static async Task<string> SendsAsync(Scene scene)
    {
        await scene.Service.PostAsync("/v1/endpoints/echo/resume");
        await EndToEnd.Tests.Eventually.TrueAsync(
            async () => (await scene.Service.GetAsync("/v1/endpoints/echo")).GetProperty("state").GetString() == "open",
            Patience,
            "echo opens");
        using var http = new HttpClient { BaseAddress = scene.Service.Api, Timeout = EndToEnd.Tests.ServiceProcess.Patience };
        var answers = await Task.WhenAll(Enumerable.Range(0, Sends).Select(async number =>
        {
            using var body = new StringContent($"{{\"text\":\"{number}\"}}", Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync("/v1/endpoints/echo/send", body);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }));
        Assert.All(answers, answer => Assert.True(answer.Item1 == 200
            || (answer.Item1 is 409 or 504 && !answer.Item2.Contains("\"detail\":\"\"", StringComparison.Ordinal)), $"{answer}"));
        return string.Join(", ", answers.CountBy(answer => answer.Item1).Select(one => $"{one.Value} times {one.Key}"));
    }

    private static string Name(string status) => status.Length == 0 ? "dropped" : status;

    private static string Many(int count, string format) =>
        string.Join(',', Enumerable.Range(0, count).Select(number => string.Format(null, format, number)));

    private static string Get(string path, params string[] headers) => Request("GET", path, headers, "");

    private static string Post(string path, string body, params string[] headers) =>
        Request("POST", path, [.. headers, $"Content-Length: {Encoding.UTF8.GetByteCount(body)}"], body);

    private static string Request(string method, string path, string[] headers, string body) =>
        $"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n{body}";
}
