using System.Buffers.Binary;
using System.Text;

namespace ActorHeartbeat.TestKit;

/// <summary>
/// One WebSocket frame as it goes over the wire (RFC 6455 section 5.2). Nothing is validated: a test must be able to build
/// every frame that the RFC forbids.
/// </summary>
/// <param name="Opcode">The low four bits of the first byte.</param>
/// <param name="Payload">The payload, unmasked.</param>
public sealed record Frame(int Opcode, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The FIN bit. Default true.</summary>
    public bool Final { get; init; } = true;

    /// <summary>RSV1 (4), RSV2 (2) and RSV3 (1) as a number. Default 0; 4 marks a compressed message (RFC 7692).</summary>
    public int Reserved { get; init; }

    /// <summary>The masking key; null (default) for an unmasked frame, which is what a server must send.</summary>
    public uint? Mask { get; init; }

    /// <summary>The length the header claims; null (default) for the true one.</summary>
    public long? DeclaredLength { get; init; }

    public static Frame Text(string text) => new(TestKit.Opcode.Text, Encoding.UTF8.GetBytes(text));

    public static Frame Binary(ReadOnlyMemory<byte> payload) => new(TestKit.Opcode.Binary, payload);

    public static Frame Ping(ReadOnlyMemory<byte> payload = default) => new(TestKit.Opcode.Ping, payload);

    public static Frame Pong(ReadOnlyMemory<byte> payload = default) => new(TestKit.Opcode.Pong, payload);

    /// <summary>A Close frame; without a code its body is empty (seen by the peer as 1005).</summary>
    public static Frame Close(int? code = null, string reason = "")
    {
        if (code is null)
            return new Frame(TestKit.Opcode.Close, default);
        var body = new byte[2 + Encoding.UTF8.GetByteCount(reason)];
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)code);
        Encoding.UTF8.GetBytes(reason, body.AsSpan(2));
        return new Frame(TestKit.Opcode.Close, body);
    }

    /// <summary>The code of a Close frame; 1005 when its body is empty (RFC 6455 section 7.1.5).</summary>
    public int CloseCode => Payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(Payload.Span) : 1005;

    /// <summary>The reason of a Close frame, or empty.</summary>
    public string CloseReason => Payload.Length > 2 ? Encoding.UTF8.GetString(Payload.Span[2..]) : "";

    /// <summary>The payload read as UTF-8.</summary>
    public string AsText => Encoding.UTF8.GetString(Payload.Span);

    /// <summary>Header and payload, masked when <see cref="Mask"/> is set.</summary>
    public byte[] ToBytes()
    {
        var length = DeclaredLength ?? Payload.Length;
        var extended = length switch { < 0 or > ushort.MaxValue => 8, < 126 => 0, _ => 2 };
        var header = 2 + extended + (Mask is null ? 0 : 4);
        var bytes = new byte[header + Payload.Length];
        bytes[0] = (byte)((Final ? 0x80 : 0) | (Reserved << 4) | Opcode);
        bytes[1] = (byte)((Mask is null ? 0 : 0x80) | (extended switch { 0 => (int)length, 2 => 126, _ => 127 }));
        if (extended == 2)
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)length);
        else if (extended == 8)
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(2), length);
        Payload.Span.CopyTo(bytes.AsSpan(header));
        if (Mask is { } mask)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(header - 4), mask);
            ApplyMask(bytes.AsSpan(header), mask);
        }
        return bytes;
    }

    /// <summary>Masks or unmasks in place (RFC 6455 section 5.3).</summary>
    internal static void ApplyMask(Span<byte> payload, uint mask)
    {
        for (var index = 0; index < payload.Length; index++)
            payload[index] ^= (byte)(mask >> (24 - 8 * (index & 3)));
    }
}
