using System.Text;
using System.Text.Json;
using ActorHeartbeat.EndToEnd.Tests;
using ActorHeartbeat.Hostile.Tests.Scenes;
using ActorHeartbeat.Hostile.Tests.Tries;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Hostile.Tests;

/// <summary>Text from a peer in the log, in answers of the API and in what <c>tail</c> prints.</summary>
public sealed class PeerTextTests
{
    private const string Escapes = "\u001b[2J\u001b[31mFORGED\u0007\b\u009b1A\u202eright-to-left\u2028line\u0085next";
    private const string Forged = "x\r\n12:00:00.000 ERR steady         failed        forged\n";

    /// <summary>A line has a cause of 512 characters at most, and its endpoint, URL and delay.</summary>
    private const int LongestLine = 1200;

    private const int LargestAnswer = 64 * 1024;

    [Fact]
    public async Task What_a_refusal_says_stays_one_bounded_line()
    {
        await using var long60 = new RawPeer(_ => Head($"503 {new string('A', 60_000)}"));
        await using var forged = new RawPeer(_ => Head($"503 {Escapes}\rFORGED"));
        await using var header = new RawPeer(_ => Head(
            "503 No", $"Retry-After: {Escapes}", $"Server: {Escapes}", $"Location: {Escapes}",
            $"WWW-Authenticate: {new string('B', 20_000)}"));
        await using var body = new RawPeer(_ => [.. Head("503 No", "Content-Length: 4000"), .. Encoding.UTF8.GetBytes(
            (Forged + Escapes + new string('C', 4000))[..3900].PadRight(4000))]);
        await using var protocol = new RawPeer(_ => Head(
            $"101 {Escapes}", $"Upgrade: {Escapes}", $"Connection: {Escapes}", $"Sec-WebSocket-Protocol: {Escapes}"));
        await using var many = new RawPeer(_ => Head("503 No", [.. Enumerable.Range(0, 2000).Select(number => $"X-{number}: {number}")]));
        await using var nonsense = new RawPeer(_ => Encoding.Latin1.GetBytes($"{Escapes}\r\n{Forged}\r\n\r\n"));
        await using var pauses = new RawPeer(_ => Head("503 No", "Retry-After: 99999999999999999999999999"));
        await using var past = new RawPeer(_ => Head("503 No", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT"));
        await using var location = new RawPeer(_ => Head("302 Found", $"Location: ws://127.0.0.1:1/{new string('D', 20_000)}"));
        (string Name, string What, RawPeer Peer)[] peers =
        [
            ("status", "a status line of 60 KB", long60), ("forged", "a status line with escapes", forged),
            ("header", "headers with escapes, and one of 20 KB", header), ("body", "a body with forged lines", body),
            ("protocol", "a 101 with escapes in every header", protocol), ("many", "2,000 headers", many),
            ("nonsense", "an answer that is no HTTP", nonsense), ("pauses", "a Retry-After of 26 digits", pauses),
            ("past", "a Retry-After until the year 9999", past), ("location", "a redirect to a URL of 20 KB", location),
        ];
        await using var scene = await Scene.StartAsync(
            _ => string.Join('\n', peers.Select(peer => $"{peer.Name} {{ url = \"{peer.Peer.Url}{peer.Name}\", redirects = 3 }}")),
            defaults: "outcomes.rules = [ { http-status = [503], then = retry-after, scope = endpoint } ]");

        await Try.AllAsync(
            [
                .. peers.Select(peer => new Try(
                    Kind.PeerText, peer.What, "bounded and without control characters in answers and log",
                    () => OneLineAsync(scene, peer.Name))),
                new Try(Kind.PeerText, "all of these", Scene.Well, scene.WellAsync),
                scene.Stop(Kind.PeerText, "beside peers that talk too much"),
            ]);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task What_a_close_frame_says_stays_one_bounded_line(string format)
    {
        await using var closes = new RawPeer(RawPeer.Accepting(Frame.Close(4321, Forged + Escapes).ToBytes()));
        await using var scene = await Scene.StartAsync(
            _ => $"closes {{ url = \"{closes.Url}closes\" }}", _ => $"actor-heartbeat.log.format = {format}");

        await Try.AllAsync(
            new Try(
                Kind.PeerText, $"a close reason with line ends and escapes, log in {format}", "one line without control characters",
                () => OneLineAsync(scene, "closes")),
            scene.Stop(Kind.PeerText, $"after a forged close reason, log in {format}"));
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task What_tail_prints_stays_one_line_and_moves_no_cursor(string format)
    {
        await using var scene = await Scene.StartAsync(scene => $"quiet {{ url = \"{scene.Server.UrlOf(FeedPath.Quiet, "quiet")}\" }}");
        await scene.Server.WaitUntilAsync(server => server.Client("quiet") is not null, ServiceProcess.Patience);
        var client = scene.Server.Client("quiet")!; // not null: it was waited for

        await Try.AllAsync(new Try(
            Kind.PeerText, $"tail --format {format} of messages with escapes and line ends", "one line an event, no control characters",
            async () =>
            {
                var tailing = Verb.RunAsync("tail", "quiet", "--url", $"{scene.Service.Api}", "--count", "4", "--format", format);
                await Eventually.TrueAsync(
                    async () => (await scene.Service.GetAsync("/v1/process")).GetProperty("api").GetProperty("streams").GetInt32() == 1,
                    ServiceProcess.Patience, "tail follows");
                await client.SendAsync(Frame.Text(Forged + Escapes));
                await client.SendAsync(Frame.Binary(Encoding.UTF8.GetBytes(Escapes)));
                await client.CloseAsync(4000, "\u001b[2J\n" + Forged[..40]);
                var tail = await tailing;
                Assert.Equal(0, tail.ExitCode);
                var lines = tail.Text.TrimEnd('\n').Split('\n');
                Assert.Equal(4, lines.Length);
                Assert.All(lines, AssertPlain);
                return $"{lines.Length} lines: {lines[^1]}";
            }));
    }

    private static async Task<string> OneLineAsync(Scene scene, string endpoint)
    {
        var failure = await scene.FailureAsync(endpoint);
        AssertPlain(failure);
        foreach (var path in new[] { $"/v1/endpoints/{endpoint}", $"/v1/endpoints/{endpoint}/explain", "/v1/endpoints" })
        {
            var answer = await scene.Service.GetAsync(path);
            Assert.InRange(answer.ToString().Length, 1, LargestAnswer);
            Assert.All(TextsOf(answer), AssertPlain);
        }
        await scene.Service.LineAsync(endpoint);
        var lines = scene.Service.Lines;
        Assert.All(lines, AssertPlain);
        Assert.DoesNotContain(lines, line => line.StartsWith("12:00:00.000", StringComparison.Ordinal));
        return failure;
    }

    private static void AssertPlain(string text)
    {
        Assert.DoesNotContain(text, letter => char.IsControl(letter) || letter is '\u202e' or '\u2028' or '\u2029');
        Assert.InRange(text.Length, 0, LongestLine);
    }

    private static IEnumerable<string> TextsOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => TextsOf(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(TextsOf),
        JsonValueKind.String => [element.GetString()!], // not null: it is a text
        _ => [],
    };

    private static byte[] Head(string status, params IEnumerable<string> headers) =>
        Encoding.Latin1.GetBytes($"HTTP/1.1 {status}\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n");
}
