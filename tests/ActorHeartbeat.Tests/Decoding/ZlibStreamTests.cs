using System.Text;
using ActorHeartbeat.Decoding;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Tests.Decoding;

/// <summary>One zlib stream over all frames of a connection.</summary>
public sealed class ZlibStreamTests : IDisposable
{
    private const int Most = 64 * 1024;

    private readonly FrameDecoder _decoder = new(FrameCoding.ZlibStream);

    public void Dispose() => _decoder.Dispose();

    [Fact]
    public void Each_flush_ends_a_message_and_later_ones_lean_on_earlier_ones()
    {
        var messages = Enumerable.Range(0, 50).Select(number => $"{{\"op\":0,\"t\":\"MESSAGE\",\"s\":{number}}}").ToArray();
        var frames = Compressed.Flushed(Array.ConvertAll(messages, Encoding.UTF8.GetBytes));

        var decoded = Array.ConvertAll(frames, Decode);

        Assert.Equal(messages.Select(message => (DecodeResult.Message, message)), decoded);
        Assert.True(frames[49].Length < frames[0].Length);
    }

    [Fact]
    public void A_message_may_be_cut_at_any_two_places()
    {
        var frames = Compressed.Flushed("first"u8.ToArray(), "second message"u8.ToArray());
        var second = frames[1];
        for (var one = 0; one < second.Length; one++)
        {
            for (var other = one; other < second.Length; other++)
            {
                using var decoder = new FrameDecoder(FrameCoding.ZlibStream);
                Assert.Equal((DecodeResult.Message, "first"), Decode(decoder, frames[0]));

                Assert.Equal((DecodeResult.Incomplete, ""), Decode(decoder, second[..one]));
                Assert.Equal((DecodeResult.Incomplete, ""), Decode(decoder, second[one..other]));
                Assert.Equal((DecodeResult.Message, "second message"), Decode(decoder, second[other..]));
            }
        }
    }

    [Fact]
    public void Every_byte_may_be_a_frame_of_its_own()
    {
        var message = new string('a', 5_000) + "end";
        var frame = Compressed.Flushed(Encoding.UTF8.GetBytes(message))[0];

        var decoded = Array.ConvertAll(frame, each => Decode([each]));

        Assert.All(decoded[..^1], each => Assert.Equal((DecodeResult.Incomplete, ""), each));
        Assert.Equal((DecodeResult.Message, message), decoded[^1]);
    }

    [Fact]
    public void The_end_of_one_message_does_not_end_the_next()
    {
        var frames = Compressed.Flushed("first"u8.ToArray(), "second"u8.ToArray());

        Assert.Equal((DecodeResult.Message, "first"), Decode(frames[0]));
        Assert.Equal((DecodeResult.Incomplete, ""), Decode([]));
        Assert.Equal((DecodeResult.Message, "second"), Decode(frames[1]));
    }

    /// <summary>The longest block that is not compressed begins with 00 FF FF.</summary>
    [Fact]
    public void A_block_that_begins_like_the_end_of_a_flush_ends_nothing()
    {
        var text = new string('a', ushort.MaxValue);

        Assert.Equal((DecodeResult.Message, "first"), Decode(Compressed.Flushed("first"u8.ToArray())[0]));
        Assert.Equal((DecodeResult.Incomplete, ""), Decode([0, 0xff, 0xff]));
        Assert.Equal((DecodeResult.Message, text), Decode([0, 0, .. Encoding.UTF8.GetBytes(text), 0, 0, 0, 0xff, 0xff]));
    }

    [Fact]
    public void The_bound_is_for_each_message_and_not_for_all()
    {
        var frames = Compressed.Flushed(Enumerable.Repeat(new byte[Most], 5).Append(new byte[Most + 1]).ToArray());

        var results = Array.ConvertAll(frames, frame => Decode(frame).Result);

        Assert.Equal([.. Enumerable.Repeat(DecodeResult.Message, 5), DecodeResult.TooBig], results);
    }

    [Fact]
    public void A_bomb_in_many_frames_ends_at_the_bound_and_so_does_the_stream()
    {
        var frame = Compressed.Flushed(new byte[10 * 1024 * 1024], [])[0];
        var before = GC.GetAllocatedBytesForCurrentThread();

        var results = frame.Chunk(20).Select(part => _decoder.Decode(part, Most, out _)).Distinct().ToArray();

        Assert.Equal([DecodeResult.Incomplete, DecodeResult.TooBig, DecodeResult.Malformed], results);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 512 * 1024);
    }

    [Fact]
    public void A_bound_that_is_lowered_within_a_message_holds_for_it()
    {
        var frame = Compressed.Flushed(new byte[Most])[0];

        Assert.Equal(DecodeResult.Incomplete, _decoder.Decode(frame.AsSpan(..^1), Most, out _));
        Assert.Equal(DecodeResult.TooBig, _decoder.Decode(frame.AsSpan(^1..), 100, out _));
    }

    [Fact]
    public void Nothing_is_decoded_behind_a_fault()
    {
        var frames = Compressed.Flushed("first"u8.ToArray(), "second"u8.ToArray());

        Assert.Equal(DecodeResult.Malformed, Decode("no zlib"u8.ToArray()).Result);
        Assert.Equal(DecodeResult.Malformed, Decode(frames[0]).Result);
        Assert.Equal(DecodeResult.Malformed, Decode([]).Result);
    }

    [Fact]
    public void A_stream_that_ends_is_malformed()
    {
        Assert.Equal(DecodeResult.Malformed, Decode(Compressed.Zlib("last"u8.ToArray())).Result);
    }

    [Fact]
    public void A_message_costs_no_allocation()
    {
        var frames = Compressed.Flushed([.. Enumerable.Repeat("a message like others"u8.ToArray(), 1_000)]);
        foreach (var frame in frames[..100])
            _decoder.Decode(frame, Most, out _);

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var frame in frames.AsSpan(100))
            _decoder.Decode(frame, Most, out _);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private (DecodeResult Result, string Text) Decode(byte[] frame) => Decode(_decoder, frame);

    private static (DecodeResult Result, string Text) Decode(FrameDecoder decoder, byte[] frame) =>
        (decoder.Decode(frame, Most, out var message), Encoding.UTF8.GetString(message.Span));
}
