using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using ActorHeartbeat.Decoding;
using FsCheck;
using FsCheck.Fluent;

namespace ActorHeartbeat.Tests.Decoding;

public sealed class MqttCodecTests
{
    private const int Most = 1024;

    /// <summary>A packet of each kind that a broker sends, and its view.</summary>
    public static TheoryData<string, string> Packets => new()
    {
        { "20020000", """{"type":"CONNACK","code":0,"session":false}""" },
        { "20020100", """{"type":"CONNACK","code":0,"session":true}""" },
        { "20020005", """{"type":"CONNACK","code":5,"session":false}""" },
        { "3007" + "0003612f62" + "6869", """{"type":"PUBLISH","topic":"a/b","qos":0,"retain":false,"dup":false,"payload":"hi"}""" },
        {
            "3b09" + "0003612f62" + "0007" + "6869",
            """{"type":"PUBLISH","topic":"a/b","qos":1,"id":7,"retain":true,"dup":true,"payload":"hi"}"""
        },
        {
            "3407" + "0003612f62" + "ffff",
            """{"type":"PUBLISH","topic":"a/b","qos":2,"id":65535,"retain":false,"dup":false,"payload":""}"""
        },
        { "3006" + "0003612f62" + "ff", """{"type":"PUBLISH","topic":"a/b","qos":0,"retain":false,"dup":false,"payload64":"/w=="}""" },
        { "3008" + "0004c3bc2f22" + "225c", """{"type":"PUBLISH","topic":"ü/\"","qos":0,"retain":false,"dup":false,"payload":"\"\\"}""" },
        { "40020007", """{"type":"PUBACK","id":7}""" },
        { "50020007", """{"type":"PUBREC","id":7}""" },
        { "62020007", """{"type":"PUBREL","id":7}""" },
        { "70020007", """{"type":"PUBCOMP","id":7}""" },
        { "9005" + "0001" + "000280", """{"type":"SUBACK","id":1,"codes":[0,2,128]}""" },
        { "b0020001", """{"type":"UNSUBACK","id":1}""" },
        { "d000", """{"type":"PINGRESP"}""" },
        { "d0808000", """{"type":"PINGRESP"}""" }, // a length may have more bytes than it needs
    };

    [Theory]
    [MemberData(nameof(Packets))]
    public void A_packet_has_its_view(string hex, string view) => Assert.Equal([(hex, view)], Decode(new MqttCodec(), Most, hex));

    [Theory]
    [MemberData(nameof(Packets))]
    public void A_packet_may_be_cut_anywhere_and_others_may_stand_around_it(string hex, string view)
    {
        var whole = $"d000{hex}40020009";
        for (var at = 2; at < whole.Length; at += 2)
        {
            Assert.Equal(
                [("d000", """{"type":"PINGRESP"}"""), (hex, view), ("40020009", """{"type":"PUBACK","id":9}""")],
                Decode(new MqttCodec(), Most, whole[..at], whole[at..]));
        }
    }

    [Fact]
    public void Every_byte_may_come_by_itself()
    {
        var all = string.Concat(Packets.Select(row => (string)row[0]));

        var decoded = Decode(new MqttCodec(), Most, [.. all.Chunk(2).Select(pair => new string(pair))]);

        Assert.Equal(Packets.Select(row => ((string)row[0], (string)row[1])), decoded);
    }

    [Theory]
    [InlineData("00", "a packet has the reserved type 0 (MQTT 2.2.1)")]
    [InlineData("f0", "a packet has the reserved type 15 (MQTT 2.2.1)")]
    [InlineData("10", "a broker sends no CONNECT (MQTT 2.2.1)")]
    [InlineData("82", "a broker sends no SUBSCRIBE (MQTT 2.2.1)")]
    [InlineData("a2", "a broker sends no UNSUBSCRIBE (MQTT 2.2.1)")]
    [InlineData("c0", "a broker sends no PINGREQ (MQTT 2.2.1)")]
    [InlineData("e0", "a broker sends no DISCONNECT (MQTT 2.2.1)")]
    [InlineData("21", "CONNACK has flags that are reserved (MQTT 2.2.2)")]
    [InlineData("60", "PUBREL has flags that are reserved (MQTT 2.2.2)")]
    [InlineData("d1", "PINGRESP has flags that are reserved (MQTT 2.2.2)")]
    [InlineData("36", "PUBLISH has a QoS of 3 (MQTT 3.3.1.2)")]
    [InlineData("38", "PUBLISH of QoS 0 is marked as sent again (MQTT 3.3.1.1)")]
    [InlineData("3080808080", "a remaining length has more than four bytes (MQTT 2.2.3)")]
    [InlineData("2000", "CONNACK holds more or less than session present and a code (MQTT 3.2.2)")]
    [InlineData("20020200", "CONNACK holds more or less than session present and a code (MQTT 3.2.2)")]
    [InlineData("3000", "PUBLISH ends before its topic (MQTT 3.3.2)")]
    [InlineData("300100", "PUBLISH ends before its topic (MQTT 3.3.2)")]
    [InlineData("3003000261", "PUBLISH ends before its topic does (MQTT 3.3.2)")]
    [InlineData("30020000", "the topic of a PUBLISH is empty or has a wildcard (MQTT 4.7)")]
    [InlineData("3003000123", "the topic of a PUBLISH is empty or has a wildcard (MQTT 4.7)")]
    [InlineData("3004" + "0002612b", "the topic of a PUBLISH is empty or has a wildcard (MQTT 4.7)")]
    [InlineData("30030001ff", "the topic of a PUBLISH is no UTF-8, or has U+0000 (MQTT 1.5.3)")]
    [InlineData("3005" + "0003eda080", "the topic of a PUBLISH is no UTF-8, or has U+0000 (MQTT 1.5.3)")]
    [InlineData("3003000100", "the topic of a PUBLISH is no UTF-8, or has U+0000 (MQTT 1.5.3)")]
    [InlineData("3204" + "000161" + "00", "PUBLISH ends before its identifier (MQTT 3.3.2.2)")]
    [InlineData("3205" + "000161" + "0000", "a packet has the identifier 0 (MQTT 2.3.1)")]
    [InlineData("400100", "PUBACK holds more or less than an identifier (MQTT 2.3.1)")]
    [InlineData("40020000", "a packet has the identifier 0 (MQTT 2.3.1)")]
    [InlineData("90020001", "SUBACK has no code (MQTT 3.9.3)")]
    [InlineData("9003000103", "SUBACK has a code that is reserved (MQTT 3.9.3)")]
    [InlineData("d00100", "PINGRESP has bytes behind its header (MQTT 3.13)")]
    public void A_malformed_packet_is_refused_with_its_reason(string hex, string reason)
    {
        var refused = Assert.Throws<CodecException>(() => Decode(new MqttCodec(), Most, hex));

        Assert.Equal((reason, false), (refused.Message, refused.IsTooBig));
    }

    [Fact]
    public void A_packet_may_have_as_many_bytes_as_allowed_and_more_is_refused_before_they_come()
    {
        var body = "000161" + string.Concat(Enumerable.Repeat("78", 120));

        Assert.Single(Decode(new MqttCodec(), 125, $"307b{body}"));
        var refused = Assert.Throws<CodecException>(() => Decode(new MqttCodec(), 124, "307b"));
        Assert.Equal(("a packet has 125 bytes, more than limits.message, 124", true), (refused.Message, refused.IsTooBig));
        Assert.True(Assert.Throws<CodecException>(() => Decode(new MqttCodec(), Most, "30ffffff7f")).IsTooBig);
    }

    [Fact]
    public void A_large_packet_byte_by_byte_costs_no_more_than_its_bytes()
    {
        var codec = new MqttCodec();
        const int Size = 200_000;
        byte[] packet = [0x30, 0xc0, 0x9a, 0x0c, 0, 1, (byte)'a', .. new byte[Size - 3]]; // a remaining length of 200,000
        var before = GC.GetAllocatedBytesForCurrentThread();

        foreach (var each in packet.Chunk(1).SkipLast(1))
            Assert.Empty(codec.Decode(each, int.MaxValue));

        Assert.Single(codec.Decode(packet.AsMemory()[^1..], int.MaxValue));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Size * 800L);
    }

    [Fact]
    public void The_view_of_a_large_packet_is_given_up_behind_it()
    {
        var codec = new MqttCodec();
        var view = ViewOfLargePacket(codec);

        Assert.Single(Decode(codec, Most, "d000"));
        GC.Collect();

        Assert.False(view.IsAlive);
        GC.KeepAlive(codec);
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // what it holds is gone behind it
    private static WeakReference ViewOfLargePacket(MqttCodec codec)
    {
        byte[] packet = [0x30, 0xc0, 0x9a, 0x0c, 0, 1, (byte)'a', .. new byte[200_000 - 3]];
        WeakReference? view = null;
        foreach (var message in codec.Decode(packet, int.MaxValue))
        {
            Assert.True(MemoryMarshal.TryGetArray(message.View, out var array));
            view = new WeakReference(array.Array);
        }
        return view!;
    }

    /// <summary>Bytes that are near packets go further than random ones.</summary>
    [Fact]
    public void No_bytes_make_it_throw_anything_else_and_what_it_yields_is_bounded()
    {
        var starts = Gen.Elements(0x20, 0x30, 0x32, 0x34, 0x3b, 0x40, 0x62, 0x90, 0xb0, 0xd0, 0x00, 0x02, 0x07, 0x80, 0xff)
            .Select(value => (byte)value);
        var frames = Gen.OneOf(starts, Gen.Choose(0, 255).Select(value => (byte)value)).ArrayOf().ListOf();

        Prop.ForAll(
            frames.ToArbitrary(),
            all =>
            {
                var codec = new MqttCodec();
                var total = 0;
                try
                {
                    foreach (var frame in all)
                    {
                        foreach (var message in codec.Decode(frame, Most))
                        {
                            Assert.InRange(message.Payload.Length, 2, Most);
                            Assert.StartsWith("{\"type\":\"", Encoding.UTF8.GetString(message.View.Span), StringComparison.Ordinal);
                            total += message.Payload.Length;
                        }
                    }
                }
                catch (CodecException)
                {
                    return true;
                }
                return total <= all.Sum(frame => frame.Length);
            }).QuickCheckThrowOnFailure();
    }

    private static List<(string Hex, string View)> Decode(MqttCodec codec, int most, params string[] frames)
    {
        var decoded = new List<(string, string)>();
        foreach (var frame in frames)
        {
            foreach (var message in codec.Decode(Convert.FromHexString(frame), most))
                decoded.Add((Convert.ToHexStringLower(message.Payload.Span), Encoding.UTF8.GetString(message.View.Span)));
        }
        return decoded;
    }
}
