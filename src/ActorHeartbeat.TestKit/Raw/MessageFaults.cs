using System.IO.Compression;
using System.Text;

namespace ActorHeartbeat.TestKit;

/// <summary>Frames and messages that RFC 6455 sections 5 and 8 forbid, that are too large, or that are legal but unusual.</summary>
internal static class MessageFaults
{
    private const int Violation = 1002;
    private const int InvalidPayload = 1007;
    private const int TooBig = 1009;

    private static readonly byte[] NotUtf8 = [0x48, 0xC3, 0x28];

    public static IReadOnlyList<Fault> All { get; } =
    [
        Sending("masked-frame", Violation, "masks a frame (section 5.1)", Frame.Text("masked") with { Mask = 0x11223344 }),
        Sending("reserved-opcode", Violation, "sends a data frame of opcode 3 (section 5.2)", new Frame(3, default)),
        Sending("reserved-control-opcode", Violation, "sends a control frame of opcode 11 (section 5.2)", new Frame(11, default)),
        Sending("reserved-bits", Violation, "sets RSV2 without an extension (section 5.2)", Frame.Text("bits") with { Reserved = 2 }),
        Sending(
            "bad-continuation",
            Violation,
            "continues a message that was never begun (section 5.4)",
            new Frame(Opcode.Continuation, "x"u8.ToArray())),
        Sending(
            "interleaved-messages",
            Violation,
            "begins a message inside another (section 5.4)",
            Frame.Text("one") with
            {
                Final = false,
            },
            Frame.Text("two")),
        Sending("long-control-frame", Violation, "sends a ping of 126 bytes (section 5.5)", Frame.Ping(new byte[126])),
        Sending("fragmented-control-frame", Violation, "fragments a ping (section 5.5)", Frame.Ping() with { Final = false }),
        Sending(
            "negative-length",
            Violation,
            "claims a length with the highest bit set (section 5.2)",
            new Frame(Opcode.Binary, default) { DeclaredLength = long.MinValue }),
        Sending("invalid-utf8", InvalidPayload, "sends text that is not UTF-8 (section 8.1)", new Frame(Opcode.Text, NotUtf8)),
        Sending("invalid-utf8-in-fragments", InvalidPayload, "ends a fragmented text inside a character (section 8.1)",
            new Frame(Opcode.Text, new byte[] { 0x48 }) { Final = false }, new Frame(Opcode.Continuation, new byte[] { 0xC3 })),
        Of("oversize-message", FaultEffect.Ended, TooBig, "sends one frame of 8 MiB", OversizeAsync),
        Of("endless-fragments", FaultEffect.Ended, TooBig, "sends a message that never ends", EndlessAsync),
        Of(
            "decompression-bomb",
            FaultEffect.Ended,
            TooBig,
            "sends 64 KiB that inflate to 64 MiB; where compression was not offered, a frame that breaks the protocol",
            BombAsync),
        Of("byte-by-byte", FaultEffect.Harmless, null, "writes every byte by itself", ByteByByteAsync),
        Of(
            "odd-fragments",
            FaultEffect.Harmless,
            null,
            "sends messages in empty, one-byte and character-splitting fragments with pings between them",
            OddFragmentsAsync),
    ];

    private static async Task EndlessAsync(FaultedConnection connection)
    {
        await connection.AcceptAsync().ConfigureAwait(false);
        var fragment = new Frame(Opcode.Continuation, Encoding.ASCII.GetBytes(new string('x', 32 * 1024))) { Final = false };
        await connection.SendUntilClosedAsync(Frame.Text("") with { Final = false }, fragment).ConfigureAwait(false);
    }

    private static async Task OversizeAsync(FaultedConnection connection)
    {
        await connection.AcceptAsync().ConfigureAwait(false);
        await connection.SendUntilClosedAsync(Frame.Binary(new byte[connection.Options.Oversize])).ConfigureAwait(false);
    }

    private static async Task BombAsync(FaultedConnection connection)
    {
        await connection.ReadRequestAsync().ConfigureAwait(false);
        string[] agreed = connection.OffersCompression
            ? ["Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover"]
            : [];
        await connection.AnswerHandshakeAsync(agreed).ConfigureAwait(false);
        var bomb = new Frame(Opcode.Binary, Deflate(connection.Options.Bomb)) { Reserved = 4 };
        await connection.SendAsync(bomb).ConfigureAwait(false);
        await connection.ListenAsync().ConfigureAwait(false);
    }

    /// <summary>Zeros as RFC 7692 section 7.2.1 sends them: deflated, flushed, without the four bytes of the flush.</summary>
    private static ReadOnlyMemory<byte> Deflate(int length)
    {
        using var compressed = new MemoryStream();
        using (var deflate = new DeflateStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var block = new byte[64 * 1024];
            for (var left = length; left > 0; left -= block.Length)
                deflate.Write(block, 0, Math.Min(left, block.Length));
            deflate.Flush();
            return compressed.ToArray().AsMemory(0, (int)compressed.Length - 4);
        }
    }

    private static async Task ByteByByteAsync(FaultedConnection connection)
    {
        connection.ByteByByte = true;
        await connection.AcceptAsync().ConfigureAwait(false);
        await connection.SendAsync(Frame.Text("one byte at a time")).ConfigureAwait(false);
        await connection.SendAsync(Frame.Binary(new byte[300])).ConfigureAwait(false);
        await connection.ServeAsync().ConfigureAwait(false);
    }

    private static async Task OddFragmentsAsync(FaultedConnection connection)
    {
        await connection.AcceptAsync().ConfigureAwait(false);
        var text = Encoding.UTF8.GetBytes("añ漢🙂");
        await connection.SendAsync(new Frame(Opcode.Text, default) { Final = false }).ConfigureAwait(false);
        for (var index = 0; index < text.Length; index++)
        {
            await connection.SendAsync(Frame.Ping("between"u8.ToArray())).ConfigureAwait(false);
            await connection.SendAsync(new Frame(Opcode.Continuation, text.AsMemory(index, 1)) { Final = false }).ConfigureAwait(false);
        }
        await connection.SendAsync(new Frame(Opcode.Continuation, default)).ConfigureAwait(false);
        await connection.ServeAsync().ConfigureAwait(false);
    }

    private static Fault Sending(string name, int closeSent, string description, params Frame[] frames) =>
        Of(name, FaultEffect.Ended, closeSent, description, connection => SendAndListenAsync(connection, frames));

    private static async Task SendAndListenAsync(FaultedConnection connection, params Frame[] frames)
    {
        await connection.AcceptAsync().ConfigureAwait(false);
        foreach (var frame in frames)
            await connection.SendAsync(frame).ConfigureAwait(false);
        await connection.ListenAsync().ConfigureAwait(false);
    }

    private static Fault Of(string name, FaultEffect effect, int? closeSent, string description, Func<FaultedConnection, Task> script) =>
        new(name, FaultStage.Message, effect, description) { CloseSent = closeSent, Script = script };
}
