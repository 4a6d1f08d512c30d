using System.Text;

namespace ActorHeartbeat.TestKit;

internal static class HandshakeFaults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        Of("slow-handshake", FaultEffect.Harmless, "accepts late, but in time", SlowAsync),
        Of("slow-loris", FaultEffect.Stalled, "sends headers for ever, byte by byte", LorisAsync),
        Refusing(401, "Unauthorized"),
        Refusing(403, "Forbidden"),
        Refusing(404, "Not Found"),
        Refusing(429, "Too Many Requests"),
        Refusing(429, "Too Many Requests", withRetryAfter: true),
        Refusing(503, "Service Unavailable"),
        Refusing(503, "Service Unavailable", withRetryAfter: true),
        Refusing(200, "OK"),
        Of("redirect", FaultEffect.Refused, "redirects to itself: a client that follows connects again", async connection =>
        {
            await connection.ReadRequestAsync().ConfigureAwait(false);
            await connection
                .RespondAsync("302 Found", $"Location: http://{connection.Header("Host")}/", "Content-Length: 0", "Connection: close")
                .ConfigureAwait(false);
        }) with
        {
            Status = 302,
        },
        Of("not-http", FaultEffect.Refused, "answers with something that is not HTTP", async connection =>
        {
            await connection.ReadRequestAsync().ConfigureAwait(false);
            await connection.WriteAsync("SSH-2.0-server\r\n\r\n"u8.ToArray()).ConfigureAwait(false);
            await connection.FinishAsync().ConfigureAwait(false);
        }),
        Of("fin-in-handshake", FaultEffect.Refused, "ends (FIN) in the middle of its answer", async connection =>
        {
            await connection.ReadRequestAsync().ConfigureAwait(false);
            await connection.WriteAsync("HTTP/1.1 101 Switch"u8.ToArray()).ConfigureAwait(false);
            await connection.FinishAsync().ConfigureAwait(false);
        }),
        Of("wrong-accept-key", FaultEffect.Refused, "accepts with the key of another handshake (RFC 6455 section 4.1)", connection =>
            RespondAsync(
                connection,
                "101 Switching Protocols",
                "Upgrade: websocket",
                "Connection: Upgrade",
                $"Sec-WebSocket-Accept: {Handshake.AcceptKey("another")}")),
        Of("missing-accept-key", FaultEffect.Refused, "accepts without Sec-WebSocket-Accept", connection =>
            RespondAsync(connection, "101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade")),
        Of("missing-upgrade", FaultEffect.Refused, "accepts without an Upgrade header", async connection =>
        {
            await connection.ReadRequestAsync().ConfigureAwait(false);
            var key = Handshake.AcceptKey(connection.Header("Sec-WebSocket-Key"));
            await connection
                .RespondAsync("101 Switching Protocols", "Connection: Upgrade", $"Sec-WebSocket-Accept: {key}")
                .ConfigureAwait(false);
            await connection.ListenAsync().ConfigureAwait(false);
        }),
        Of("unasked-subprotocol", FaultEffect.Refused, "chooses a subprotocol that nobody offered", async connection =>
        {
            await connection.AcceptAsync("Sec-WebSocket-Protocol: never-offered").ConfigureAwait(false);
            await connection.ListenAsync().ConfigureAwait(false);
        }),
    ];

    private static async Task SlowAsync(FaultedConnection connection)
    {
        await connection.DelayAsync(connection.Options.SlowHandshake).ConfigureAwait(false);
        await connection.AcceptAndServeAsync().ConfigureAwait(false);
    }

    private static async Task LorisAsync(FaultedConnection connection)
    {
        await connection.ReadRequestAsync().ConfigureAwait(false);
        await connection.WriteAsync("HTTP/1.1 101 Switching Protocols\r\n"u8.ToArray()).ConfigureAwait(false);
        for (var number = 0; ; number++)
        {
            foreach (var letter in Encoding.ASCII.GetBytes($"X-Slow-{number}: 1\r\n"))
            {
                await connection.WriteAsync(new[] { letter }).ConfigureAwait(false);
                await connection.DelayAsync(connection.Options.Pace).ConfigureAwait(false);
            }
        }
    }

    private static Fault Refusing(int status, string text, bool withRetryAfter = false)
    {
        var (suffix, tail) = withRetryAfter ? ("-retry-after", " and Retry-After") : ("", "");
        var refusing = Of($"status-{status}{suffix}", FaultEffect.Refused, $"refuses with {status}{tail}", connection =>
            RespondAsync(
                connection,
                $"{status} {text}",
                [
                    "Content-Length: 0",
                    "Connection: close",
                    .. withRetryAfter ? [$"Retry-After: {connection.Options.RetryAfter}"] : Array.Empty<string>(),
                ]));
        return refusing with { Status = status };
    }

    private static async Task RespondAsync(FaultedConnection connection, string status, params IEnumerable<string> headers)
    {
        await connection.ReadRequestAsync().ConfigureAwait(false);
        await connection.RespondAsync(status, headers).ConfigureAwait(false);
        await connection.ListenAsync().ConfigureAwait(false);
    }

    private static Fault Of(string name, FaultEffect effect, string description, Func<FaultedConnection, Task> script) =>
        new(name, FaultStage.Handshake, effect, description) { Script = script };
}
