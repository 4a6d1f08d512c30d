namespace ActorHeartbeat.TestKit;

/// <summary>Every kind of close (RFC 6455 sections 5.5.1 and 7.4).</summary>
internal static class CloseFaults
{
    private const int Violation = 1002;

    // Sections 7.4.1 and 7.4.2, and the IANA registry for 1012-1014.
    private static readonly int[] Valid = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];

    // 1004-1006 and 1015 must never be on the wire; the others are outside every range that may be used.
    private static readonly int[] Invalid = [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535];

    public static IReadOnlyList<Fault> All { get; } =
    [
        .. Valid.Select(code =>
            Closing($"close-{code}", $"closes with {code}", Frame.Close(code, "scripted")) with
            {
                CloseReceived = code,
                CloseSent = code,
            }),
        .. Invalid.Select(code =>
            Closing($"close-invalid-{code}", $"closes with {code}, which must not be sent", Frame.Close(code)) with
            {
                CloseReceived = code,
                CloseSent = Violation,
            }),
        Closing("close-empty", "closes without a code", Frame.Close()) with
        {
            CloseReceived = 1005,
        },
        Closing("close-one-byte", "closes with half a code", new Frame(Opcode.Close, new byte[1])) with
        {
            CloseSent = Violation,
        },
        Closing(
            "close-invalid-utf8",
            "closes with a reason that is not UTF-8",
            new Frame(Opcode.Close, new byte[] { 0x03, 0xE8, 0xC3, 0x28 })
        ) with
        {
            CloseReceived = 1000,
            CloseSent = 1007,
        },
        Closing("close-then-data", "closes and sends data afterwards", Frame.Close(1000), Frame.Text("too late")) with
        {
            CloseReceived = 1000,
            CloseSent = 1000,
        },
        Of("close-without-fin", "closes and never ends the TCP connection", async connection =>
        {
            await connection.AcceptAsync().ConfigureAwait(false);
            await connection.SendAsync(Frame.Close(1000)).ConfigureAwait(false);
            await connection.ListenAsync().ConfigureAwait(false);
            await connection.HangAsync().ConfigureAwait(false);
        }) with { CloseReceived = 1000, CloseSent = 1000 },
        Of("close-unanswered", "never answers the client's Close", async connection =>
        {
            await connection.AcceptAsync().ConfigureAwait(false);
            await connection.ServeAsync(answerClose: false).ConfigureAwait(false);
        }) with { Effect = FaultEffect.Harmless },
    ];

    private static Fault Closing(string name, string description, params Frame[] frames) => Of(name, description, async connection =>
    {
        await connection.AcceptAsync().ConfigureAwait(false);
        foreach (var frame in frames)
            await connection.SendAsync(frame).ConfigureAwait(false);
        await connection.ListenAsync().ConfigureAwait(false);
    });

    private static Fault Of(string name, string description, Func<FaultedConnection, Task> script) =>
        new(name, FaultStage.Close, FaultEffect.Ended, description) { Script = script };
}
