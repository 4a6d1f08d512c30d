namespace ActorHeartbeat.TestKit;

internal static class HeartbeatFaults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        Of("no-pong", FaultEffect.Silent, "reads everything, answers no ping", connection =>
            connection.ServeAsync(_ => Task.CompletedTask)),
        Of(
            "wrong-pong",
            FaultEffect.Harmless,
            "answers pings with another payload: life, but no answer to a strict heartbeat",
            connection => connection.ServeAsync(_ => connection.SendAsync(Frame.Pong("another"u8.ToArray())))),
        Of("empty-pong", FaultEffect.Harmless, "answers pings with an empty payload", connection =>
            connection.ServeAsync(_ => connection.SendAsync(Frame.Pong()))),
        Of("late-pong", FaultEffect.Harmless, "answers pings late", connection => connection.ServeAsync(async ping =>
        {
            await connection.DelayAsync(connection.Options.LatePong).ConfigureAwait(false);
            await connection.SendAsync(Frame.Pong(ping.Payload)).ConfigureAwait(false);
        })),
        Of("double-pong", FaultEffect.Harmless, "answers every ping twice", connection => connection.ServeAsync(async ping =>
        {
            await connection.SendAsync(Frame.Pong(ping.Payload)).ConfigureAwait(false);
            await connection.SendAsync(Frame.Pong(ping.Payload)).ConfigureAwait(false);
        })),
        Of("unsolicited-pong", FaultEffect.Harmless, "sends pongs that nobody asked for (RFC 6455 section 5.5.3)", async connection =>
        {
            for (var number = 0; number < 3; number++)
                await connection.SendAsync(Frame.Pong("unasked"u8.ToArray())).ConfigureAwait(false);
            await connection.ServeAsync().ConfigureAwait(false);
        }),
        Of("server-pings", FaultEffect.Harmless, "pings the client and expects its pongs", async connection =>
        {
            foreach (var payload in new[] { Array.Empty<byte>(), "server"u8.ToArray(), new byte[125] })
                await connection.SendAsync(Frame.Ping(payload)).ConfigureAwait(false);
            await connection.ServeAsync().ConfigureAwait(false);
        }),
    ];

    private static Fault Of(string name, FaultEffect effect, string description, Func<FaultedConnection, Task> script) =>
        new(name, FaultStage.Heartbeat, effect, description)
        {
            Script = async connection =>
            {
                await connection.AcceptAsync().ConfigureAwait(false);
                await script(connection).ConfigureAwait(false);
            },
        };
}
