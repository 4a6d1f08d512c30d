using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ActorHeartbeat.Service.Tests;

/// <summary>
/// A service that runs at log level trace with a text in every place that can hold a secret, against servers that accept it,
/// refuse it and repeat it. Nothing that an operator sees may repeat it.
/// </summary>
public sealed partial class SecretCanaryTests
{
    private const string Canary = "Kanarienvogel", Variable = "ACTORHEARTBEAT_TEST_CANARY";
    private const string Reference = $"@{{env.{Variable}}}";

    private static readonly string[] Ids = ["open", "wrong", "refused", "moved", "unanswered", "gone", "proxied"];

    [Theory]
    [InlineData(Canary)]
    [InlineData(Reference)]
    public async Task Neither_log_nor_API_repeats_a_secret(string written)
    {
        Environment.SetEnvironmentVariable(Variable, Canary);
        using var server = new EchoingServer();
        var lines = new CollectedLines();
        await using var service = await RunningService.Start(
            _ => string.Join('\n', Ids.Select(id => Endpoint(id, server.Port, written))),
            "actor-heartbeat.log.level = trace\nakka { loglevel = DEBUG, actor.debug { unhandled = on, lifecycle = on } }",
            lines);

        await service.WaitFor(
            "open", endpoint => endpoint.GetProperty("lastClose").ToString().Contains("heartbeat-timeout", StringComparison.Ordinal));
        foreach (var id in Ids.Except(["open"]))
            await service.WaitFor(id, endpoint => endpoint.GetProperty("lastClose").ValueKind == JsonValueKind.Object);
        await service.WaitFor("open", "open");
        var seen = new List<string>();
        foreach (var path in (string[])["/v1/config", "/v1/endpoints", .. Ids.SelectMany(Pages)])
        {
            using var answer = await service.Client.GetAsync(path);
            seen.Add($"{path}: {await answer.Content.ReadAsStringAsync()}");
        }
        seen.AddRange((await service.ReadEvents("/v1/endpoints/refused/events", 4)).Select(item => item.Data.ToString()));
        await service.Post("/v1/endpoints/open/close");
        var text = await File.ReadAllTextAsync(service.File);
        await File.WriteAllTextAsync(service.File, text.Replace("close-code = 1000", "zebra = 1", StringComparison.Ordinal));
        seen.Add((await service.Post("/v1/config/reload")).Body.ToString());
        await service.StopHost();

        seen.AddRange(lines.All.Select(line => CollectedLines.Json(line).ToString()));
        Assert.All(seen, text => Assert.DoesNotContain(Canary, text, StringComparison.OrdinalIgnoreCase));
        Assert.Contains(seen, text => text.Contains("zebra", StringComparison.Ordinal));
        Assert.Contains(seen, text => text.Contains("HTTP 404 Not Found; body: Cannot GET /refused/***", StringComparison.Ordinal));
        foreach (var part in (string[])[$"Bearer {Canary}", $"?listenKey={Canary}", $"auth-{Canary}", $"/{Canary}"])
            Assert.Contains(server.Requests, request => request.Contains(part, StringComparison.Ordinal));
        Assert.Contains(server.Messages, message => message == $"LOGIN {Canary}");
    }

    [Fact]
    public async Task With_show_messages_the_path_and_the_subprotocol_are_shown()
    {
        using var server = new EchoingServer();
        await using var service = await RunningService.Start(_ => Endpoint("open", server.Port) + "\nopen.show-messages = on");

        var endpoint = await service.WaitFor("open", "open");

        Assert.Equal($"ws://127.0.0.1:{server.Port}/open/{Canary}", endpoint.GetProperty("url").GetString());
        Assert.Equal($"auth-{Canary}", endpoint.GetProperty("subprotocol").GetString());
    }

    private static string[] Pages(string id) => [$"/v1/endpoints/{id}", $"/v1/endpoints/{id}/explain"];

    private static string Endpoint(string id, int port, string written = Canary) => $$"""
        {{id}} {
          url = "ws://127.0.0.1:{{(id == "gone" ? 1 : port)}}/{{id}}/{{written}}?listenKey={{written}}"
          urls = ["ws://127.0.0.1:{{port}}/{{id}}/other/{{written}}"]
          proxy = {{(id == "proxied" ? $"\"http://{Canary}:{Canary}@127.0.0.1:1/{Canary}\"" : "none")}}
          subprotocols = ["auth-{{written}}", "{{written}}.v1"]
          headers { X-Sign = "{{written}}", Authorization = "Bearer {{written}}" }
          heartbeat { mode = text, send = "PING {{written}}", expect = "PONG {{Canary}}", interval = 300ms, timeout = 200ms, strict = on }
          on-open = [ { send = "LOGIN {{written}}" {{(id == "unanswered" ? $", expect = \"OK {Canary}\", timeout = 100ms" : "")}} } ]
          on-close = [ { auth = "{{written}}" } ], close-code = 1000
          backoff { initial = 50ms, max = 100ms }, outcomes { rules = [], otherwise = retry }
        }
        """;

    /// <summary>Answers each handshake as its path says, and repeats in the answer what it can.</summary>
    private sealed partial class EchoingServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public EchoingServer()
        {
            _listener.Start();
            Serving = ServeAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public ConcurrentQueue<string> Requests { get; } = [];

        /// <summary>The first short text frame of each read.</summary>
        public ConcurrentQueue<string> Messages { get; } = [];

        private Task Serving { get; }

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync()
        {
            var all = new List<Task>();
            try
            {
                while (true)
                    all.Add(AnswerAsync(await _listener.AcceptTcpClientAsync()));
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
            {
                await Task.WhenAll(all);
            }
        }

        private async Task AnswerAsync(TcpClient client)
        {
            using var _ = client;
            var stream = client.GetStream();
            var bytes = new byte[64 * 1024];
            try
            {
                var head = Encoding.Latin1.GetString(bytes, 0, await stream.ReadAsync(bytes));
                Requests.Enqueue(head);
                await stream.WriteAsync(Encoding.Latin1.GetBytes(Answer(head)));
                while (head.Contains("GET /open", StringComparison.Ordinal) && await stream.ReadAsync(bytes) is > 0 and var count)
                    Messages.Enqueue(Unmasked(bytes.AsSpan(0, count))); // not answered, so heartbeats fail
            }
            catch (Exception gone) when (gone is IOException or ObjectDisposedException)
            {
                // The client has gone first.
            }
        }

        private static string Unmasked(ReadOnlySpan<byte> frame)
        {
            var length = frame.Length < 6 ? 0 : Math.Min(frame[1] & 0x7F, frame.Length - 6);
            var text = new byte[length];
            for (var at = 0; at < length; at++)
                text[at] = (byte)(frame[6 + at] ^ frame[2 + (at & 3)]);
            return Encoding.UTF8.GetString(text);
        }

        private static string Answer(string head)
        {
            var path = head.Split(' ')[1];
            var key = Key().Match(head).Groups[1].Value + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
            var upgraded = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + $"Sec-WebSocket-Accept: {Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key)))}\r\n";
            return path.Split('/')[1] switch
            {
                "open" or "unanswered" => $"{upgraded}Sec-WebSocket-Protocol: auth-{Canary}\r\n\r\n",
                "wrong" => $"{upgraded}Sec-WebSocket-Protocol: other-{Canary}\r\n\r\n",
                "moved" =>
                    $"HTTP/1.1 302 Found\r\nLocation: wss://u:{Canary}@other.example/{Canary}?a={Canary}\r\nContent-Length: 0\r\n\r\n",
                _ => $"HTTP/1.1 404 Not Found\r\nContent-Length: {11 + path.Length}\r\n\r\nCannot GET {path}",
            };
        }

        [GeneratedRegex(@"Sec-WebSocket-Key: (\S+)")]
        private static partial Regex Key();
    }
}
