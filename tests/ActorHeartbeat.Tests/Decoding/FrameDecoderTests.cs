using System.Text;
using ActorHeartbeat.Decoding;
using ActorHeartbeat.Endpoints;
using FsCheck;
using FsCheck.Fluent;

namespace ActorHeartbeat.Tests.Decoding;

/// <summary>Frames that are each decoded by itself.</summary>
public sealed class FrameDecoderTests
{
    private const int Most = 64 * 1024;

    public static TheoryData<FrameCoding, string> Codings => new()
    {
        { FrameCoding.Gzip, nameof(Compressed.Gzip) },
        { FrameCoding.Deflate, nameof(Compressed.Zlib) },
        { FrameCoding.Deflate, nameof(Compressed.Deflate) },
        { FrameCoding.Auto, nameof(Compressed.Gzip) },
        { FrameCoding.Auto, nameof(Compressed.Zlib) },
    };

    [Theory]
    [MemberData(nameof(Codings))]
    public void A_message_comes_out_as_it_was_compressed(FrameCoding coding, string compression)
    {
        using var decoder = new FrameDecoder(coding);

        foreach (var length in (int[])[0, 1, 100, 5_000, Most, 10])
        {
            var message = Message(length);
            Assert.Equal((DecodeResult.Message, Hex(message)), Decode(decoder, Compress(compression, message)));
        }
    }

    [Theory]
    [MemberData(nameof(Codings))]
    public void A_frame_that_is_cut_anywhere_is_malformed_and_the_next_is_decoded(FrameCoding coding, string compression)
    {
        var message = Message(3_000);
        var frame = Compress(compression, message);
        using var decoder = new FrameDecoder(coding);

        // One byte does not tell auto that a frame is compressed.
        for (var length = coding == FrameCoding.Auto ? 2 : 1; length < frame.Length; length++)
            Assert.Equal((DecodeResult.Malformed, ""), Decode(decoder, frame[..length]));
        Assert.Equal((DecodeResult.Message, Hex(message)), Decode(decoder, frame));
    }

    [Theory]
    [MemberData(nameof(Codings))]
    public void A_byte_behind_the_end_is_malformed(FrameCoding coding, string compression)
    {
        var frame = Compress(compression, Message(9_000));
        using var decoder = new FrameDecoder(coding);

        for (var behind = 0; behind <= byte.MaxValue; behind++)
            Assert.Equal(DecodeResult.Malformed, Decode(decoder, [.. frame, (byte)behind]).Result);
        Assert.Equal(DecodeResult.Malformed, Decode(decoder, [.. frame, .. frame[^8..]]).Result);
    }

    [Theory]
    [InlineData(FrameCoding.Gzip)]
    [InlineData(FrameCoding.Deflate)]
    public void A_frame_without_bytes_is_an_empty_message(FrameCoding coding)
    {
        using var decoder = new FrameDecoder(coding);

        Assert.Equal((DecodeResult.Message, ""), Decode(decoder, []));
    }

    [Theory]
    [InlineData(nameof(Compressed.Gzip), FrameCoding.Gzip)]
    [InlineData(nameof(Compressed.Zlib), FrameCoding.Deflate)]
    public void A_wrong_checksum_is_malformed(string compression, FrameCoding coding)
    {
        var frame = Compress(compression, Message(100));
        using var decoder = new FrameDecoder(coding);

        for (var place = frame.Length - 4; place < frame.Length; place++)
        {
            byte[] wrong = [.. frame];
            wrong[place] ^= 1;
            Assert.Equal(DecodeResult.Malformed, Decode(decoder, wrong).Result);
        }
    }

    [Theory]
    [InlineData(FrameCoding.Gzip)]
    [InlineData(FrameCoding.Auto)]
    public void Members_of_gzip_are_one_message(FrameCoding coding)
    {
        byte[] first = Message(100), second = Message(9_000);
        using var decoder = new FrameDecoder(coding);

        var frame = (byte[])[.. Compressed.Gzip(first), .. Compressed.Gzip([]), .. Compressed.Gzip(second)];

        Assert.Equal((DecodeResult.Message, Hex([.. first, .. second])), Decode(decoder, frame));
        Assert.Equal(DecodeResult.Malformed, Decode(decoder, frame[..^1]).Result);
        Assert.Equal(DecodeResult.Malformed, Decode(decoder, [.. frame, 0x1f, 0x8b]).Result);
    }

    [Theory]
    [MemberData(nameof(Codings))]
    public void A_message_may_have_as_many_bytes_as_allowed_and_no_more(FrameCoding coding, string compression)
    {
        using var decoder = new FrameDecoder(coding);

        foreach (var most in (int[])[1, 100, 4_096, 5_000, Most])
        {
            Assert.Equal(DecodeResult.Message, decoder.Decode(Compress(compression, Message(most)), most, out var message));
            Assert.Equal(most, message.Length);
            Assert.Equal(DecodeResult.TooBig, decoder.Decode(Compress(compression, Message(most + 1)), most, out message));
            Assert.True(message.IsEmpty);
        }
    }

    [Theory]
    [MemberData(nameof(Codings))]
    public void A_bomb_ends_at_the_bound(FrameCoding coding, string compression)
    {
        var bomb = Compress(compression, new byte[10 * 1024 * 1024]);
        using var decoder = new FrameDecoder(coding);
        Assert.Equal(DecodeResult.TooBig, Decode(decoder, bomb).Result);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 10; count++)
            Assert.Equal(DecodeResult.TooBig, Decode(decoder, bomb).Result);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 * 4 * 1024);
    }

    [Theory]
    [MemberData(nameof(Codings))]
    public void A_message_costs_no_more_than_the_streams_of_the_framework(FrameCoding coding, string compression)
    {
        var frame = Compress(compression, Message(Most));
        using var decoder = new FrameDecoder(coding);
        decoder.Decode(frame, Most, out _);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 100; count++)
            decoder.Decode(frame, Most, out _);

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 0, 1024);
    }

    [Theory]
    [InlineData("{\"a\":1}")]
    [InlineData("80")] // zlib by its check, with a small window
    [InlineData("x")]
    [InlineData("x1")]
    [InlineData("")]
    public void Auto_leaves_other_frames_as_they_are(string text)
    {
        using var decoder = new FrameDecoder(FrameCoding.Auto);

        Assert.Equal((DecodeResult.Message, Hex(Encoding.UTF8.GetBytes(text))), Decode(decoder, Encoding.UTF8.GetBytes(text)));
        Assert.Equal(DecodeResult.Malformed, Decode(decoder, "x^"u8.ToArray()).Result);
    }

    [Theory]
    [InlineData(FrameCoding.Off)]
    [InlineData(FrameCoding.Auto)]
    public void A_frame_that_is_not_compressed_is_bounded_too(FrameCoding coding)
    {
        using var decoder = new FrameDecoder(coding);

        Assert.Equal((DecodeResult.Message, Hex(Message(Most))), Decode(decoder, Message(Most)));
        Assert.Equal(DecodeResult.TooBig, Decode(decoder, Message(Most + 1)).Result);
        Assert.Equal(DecodeResult.Message, decoder.Decode([], int.MaxValue, out _));
    }

    [Fact]
    public void A_preset_dictionary_is_malformed()
    {
        using var deflate = new FrameDecoder(FrameCoding.Deflate);
        using var stream = new FrameDecoder(FrameCoding.ZlibStream);
        byte[] frame = [0x78, 0x20, 1, 2, 3, 4, 5, 6, 7, 8];

        Assert.Equal(DecodeResult.Malformed, Decode(deflate, frame).Result);
        Assert.Equal(DecodeResult.Malformed, Decode(stream, frame).Result);
    }

    [Fact]
    public void No_bytes_make_it_throw() => Prop.ForAll<byte[], byte, byte[]>(NeverThrows).QuickCheckThrowOnFailure();

    private static void NeverThrows(byte[] bytes, byte place, byte[] message)
    {
        var gzip = Compressed.Gzip(message);
        var zlib = Compressed.Zlib(message);
        gzip[place % gzip.Length] ^= 0x55;
        zlib[place % zlib.Length] ^= 0x55;
        foreach (var coding in Enum.GetValues<FrameCoding>())
        {
            using var decoder = new FrameDecoder(coding);
            foreach (var frame in (byte[][])[bytes, gzip, [0x1f, 0x8b, 8, .. bytes], zlib, [0x78, 0x9c, .. bytes], bytes])
            {
                var (result, decoded) = Decode(decoder, frame);
                Assert.True(result == DecodeResult.Message || decoded.Length == 0);
            }
        }
    }

    private static byte[] Compress(string compression, byte[] message) => compression switch
    {
        nameof(Compressed.Gzip) => Compressed.Gzip(message),
        nameof(Compressed.Zlib) => Compressed.Zlib(message),
        _ => Compressed.Deflate(message),
    };

    // Half of it can be compressed.
    private static byte[] Message(int length)
    {
        var message = new byte[length];
        new Random(length).NextBytes(message.AsSpan(length / 2));
        return message;
    }

    private static (DecodeResult Result, string Hex) Decode(FrameDecoder decoder, byte[] frame) =>
        (decoder.Decode(frame, Most, out var message), Hex(message.Span));

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes);
}
