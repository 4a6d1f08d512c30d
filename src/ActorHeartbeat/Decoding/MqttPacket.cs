using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Decoding;

/// <summary>Judges one packet of a broker and shows it as JSON. The sections are those of MQTT 3.1.1.</summary>
internal static class MqttPacket
{
    private const int Connack = 2, Publish = 3, Pubrel = 6, Suback = 9, Pingresp = 13;

    /// <summary>The fewest bytes of the identifier of a packet, and of the length of a string.</summary>
    private const int TwoBytes = 2;

    /// <summary>The names of packets by their type (section 2.2.1); null for those that are reserved.</summary>
    private static readonly string?[] Names =
    [
        null, "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP",
        "SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", null,
    ];

    /// <exception cref="CodecException">No broker sends a packet that begins with this byte.</exception>
    public static void CheckFirst(byte first)
    {
        var (type, flags) = (first >> 4, first & 0x0f);
        if (Names[type] is not { } name)
            throw new CodecException($"a packet has the reserved type {type} (MQTT 2.2.1)");
        if (name is "CONNECT" or "SUBSCRIBE" or "UNSUBSCRIBE" or "PINGREQ" or "DISCONNECT")
            throw new CodecException($"a broker sends no {name} (MQTT 2.2.1)");
        if (type != Publish && flags != (type == Pubrel ? 2 : 0))
            throw new CodecException($"{name} has flags that are reserved (MQTT 2.2.2)");
        if (type == Publish && (flags & 0b0110) == 0b0110)
            throw new CodecException("PUBLISH has a QoS of 3 (MQTT 3.3.1.2)");
        if (type == Publish && (flags & 0b1110) == 0b1000)
            throw new CodecException("PUBLISH of QoS 0 is marked as sent again (MQTT 3.3.1.1)");
    }

    /// <summary>Writes what matches look at.</summary>
    /// <param name="packet">A whole packet, whose first byte is checked.</param>
    /// <param name="view">Holds the view afterwards and nothing else.</param>
    /// <exception cref="CodecException">The packet is malformed.</exception>
    public static void WriteView(ReadOnlySpan<byte> packet, ArrayBufferWriter<byte> view)
    {
        view.ResetWrittenCount();
        using var json = new Utf8JsonWriter(view, CompactJson.Options);
        var body = packet[1..];
        body = body[(body.IndexOfAnyInRange((byte)0x00, (byte)0x7f) + 1)..]; // behind the remaining length
        json.WriteStartObject();
        json.WriteString("type", Names[packet[0] >> 4]);
        switch (packet[0] >> 4)
        {
            case Connack:
                WriteConnack(json, body);
                break;
            case Publish:
                WritePublish(json, packet[0] & 0x0f, body);
                break;
            case Suback:
                WriteSuback(json, body);
                break;
            case Pingresp:
                Require(body.IsEmpty, "PINGRESP has bytes behind its header (MQTT 3.13)");
                break;
            default:
                Require(body.Length == TwoBytes, $"{Names[packet[0] >> 4]} holds more or less than an identifier (MQTT 2.3.1)");
                WriteIdentifier(json, body);
                break;
        }
        json.WriteEndObject();
    }

    private static void WriteConnack(Utf8JsonWriter json, ReadOnlySpan<byte> body)
    {
        Require(body.Length == 2 && body[0] <= 1, "CONNACK holds more or less than session present and a code (MQTT 3.2.2)");
        json.WriteNumber("code", body[1]);
        json.WriteBoolean("session", body[0] == 1);
    }

    private static void WritePublish(Utf8JsonWriter json, int flags, ReadOnlySpan<byte> body)
    {
        var qos = (flags >> 1) & 3;
        Require(body.Length >= TwoBytes, "PUBLISH ends before its topic (MQTT 3.3.2)");
        var length = BinaryPrimitives.ReadUInt16BigEndian(body);
        var rest = body[TwoBytes..];
        Require(rest.Length >= length, "PUBLISH ends before its topic does (MQTT 3.3.2)");
        var topic = rest[..length];
        Require(Utf8.IsValid(topic) && !topic.Contains((byte)0), "the topic of a PUBLISH is no UTF-8, or has U+0000 (MQTT 1.5.3)");
        Require(length > 0 && !topic.ContainsAny((byte)'#', (byte)'+'), "the topic of a PUBLISH is empty or has a wildcard (MQTT 4.7)");
        var payload = rest[length..];
        json.WriteString("topic", topic);
        json.WriteNumber("qos", qos);
        if (qos > 0)
        {
            Require(payload.Length >= TwoBytes, "PUBLISH ends before its identifier (MQTT 3.3.2.2)");
            WriteIdentifier(json, payload);
            payload = payload[TwoBytes..];
        }
        json.WriteBoolean("retain", (flags & 1) != 0);
        json.WriteBoolean("dup", (flags & 8) != 0);
        if (Utf8.IsValid(payload))
            json.WriteString("payload", payload);
        else
            json.WriteBase64String("payload64", payload);
    }

    private static void WriteSuback(Utf8JsonWriter json, ReadOnlySpan<byte> body)
    {
        Require(body.Length > TwoBytes, "SUBACK has no code (MQTT 3.9.3)");
        WriteIdentifier(json, body);
        json.WriteStartArray("codes");
        foreach (var code in body[TwoBytes..])
        {
            Require(code is <= 2 or 0x80, "SUBACK has a code that is reserved (MQTT 3.9.3)");
            json.WriteNumberValue(code);
        }
        json.WriteEndArray();
    }

    private static void WriteIdentifier(Utf8JsonWriter json, ReadOnlySpan<byte> bytes)
    {
        var identifier = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        Require(identifier > 0, "a packet has the identifier 0 (MQTT 2.3.1)");
        json.WriteNumber("id", identifier);
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new CodecException(otherwise);
    }
}
