using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Decoding;

/// <summary>
/// Decodes the frames of one connection. No bytes make it throw. It never holds more than one byte above the bound of a message, which a
/// buffer of the pool rounds up. Not thread-safe.
/// </summary>
/// <remarks>
/// It allocates nothing for a message in <see cref="FrameCoding.ZlibStream"/> and <see cref="FrameCoding.Off"/>. The other codings need
/// for each compressed frame a new stream of the framework, because such a stream cannot begin anew: a few small objects, and about 40 KiB
/// outside the managed heap, which are freed with the frame. A <see cref="FrameCoding.ZlibStream"/> keeps these for its connection.
/// </remarks>
internal sealed class FrameDecoder(FrameCoding coding) : IDisposable
{
    private const byte GzipFirst = 0x1f, GzipSecond = 0x8b;

    /// <summary>The method deflate with a window of 32 KiB, which every common encoder writes.</summary>
    private const byte ZlibOfLargestWindow = 0x78;

    /// <summary>The last bytes of an empty block that is not compressed: its length and the complement of that.</summary>
    private const uint EndOfFlush = 0x0000ffff;

    /// <summary>No end of these bytes is a beginning of <see cref="EndOfFlush"/>.</summary>
    private const uint NoBytes = uint.MaxValue;

    private readonly DecodedBytes _decoded = new();
    private readonly Inflation? _inflation = coding == FrameCoding.Off ? null : new Inflation();

    // Of the stream over the whole connection.
    private StreamPhase _phase;
    private uint _lastBytes;

    /// <summary>Decodes the next frame.</summary>
    /// <param name="frame">The bytes as received. None are an empty message, or no part of a <see cref="FrameCoding.ZlibStream"/>.</param>
    /// <param name="most">The most bytes of a decoded message.</param>
    /// <param name="message">The message, valid until the next call; empty unless the result is <see cref="DecodeResult.Message"/>.</param>
    /// <returns>
    /// The result. In a <see cref="FrameCoding.ZlibStream"/> nothing can be decoded behind a frame that is malformed or too big: all later
    /// frames are malformed. In the other codings the next frame is decoded as if nothing had been.
    /// </returns>
    public DecodeResult Decode(ReadOnlySpan<byte> frame, int most, out ReadOnlyMemory<byte> message)
    {
        var result = coding switch
        {
            not FrameCoding.ZlibStream when frame.IsEmpty => Copy(frame, most), // some encoders write nothing for nothing
            FrameCoding.Gzip => UnpackGzip(frame, most),
            FrameCoding.Deflate => Unpack(IsZlib(frame) ? Container.Zlib : Container.None, frame, most),
            FrameCoding.Auto when frame is [GzipFirst, GzipSecond, ..] => UnpackGzip(frame, most),
            FrameCoding.Auto when frame is [ZlibOfLargestWindow, ..] && IsZlib(frame) => Unpack(Container.Zlib, frame, most),
            FrameCoding.ZlibStream => GoOn(frame, most),
            _ => Copy(frame, most),
        };
        message = result == DecodeResult.Message ? _decoded.Written : default;
        return result;
    }

    public void Dispose()
    {
        _inflation?.Dispose();
        _decoded.Dispose();
    }

    /// <summary>The first two bytes of zlib (RFC 1950 section 2.2): the method deflate, a window, no preset dictionary, a check.</summary>
    private static bool IsZlib(ReadOnlySpan<byte> frame) =>
        frame is [var method, var flags, ..]
        && (method & 0x0f) == 8
        && method >> 4 <= 7
        && (flags & 0x20) == 0
        && ((method << 8) | flags) % 31 == 0;

    private DecodeResult Copy(ReadOnlySpan<byte> frame, int most)
    {
        _decoded.Clear();
        if (frame.Length > most)
            return DecodeResult.TooBig;
        while (!frame.IsEmpty)
        {
            var room = _decoded.Room(most);
            var count = Math.Min(room.Length, frame.Length);
            frame[..count].CopyTo(room);
            _decoded.Advance(count);
            frame = frame[count..];
        }
        return DecodeResult.Message;
    }

    // Another member may follow each one, so gzip asks for more at the end of the frame. A byte that begins no member tells whether it
    // is at the end of one: it leaves that byte, and takes it anywhere else.
    private DecodeResult UnpackGzip(ReadOnlySpan<byte> frame, int most) => Unpack(Container.Gzip, frame, [0], most);

    // The other containers end once, and have to need the last byte for it.
    private DecodeResult Unpack(Container container, ReadOnlySpan<byte> frame, int most) =>
        Unpack(container, frame[..^1], frame[^1..], most);

    /// <summary>Decodes a compressed stream that has to go on behind its beginning and to be at its end at the last byte.</summary>
    private DecodeResult Unpack(Container container, ReadOnlySpan<byte> beginning, ReadOnlySpan<byte> last, int most)
    {
        _decoded.Clear();
        _inflation!.Begin(container); // coding is not off
        var state = _inflation.Push(beginning, _decoded, most);
        var isWhole = state == InflationState.Hungry && (state = _inflation.Push(last, _decoded, most)) == InflationState.Ended;
        _inflation.End();
        return isWhole ? DecodeResult.Message : Failure(state);
    }

    /// <summary>Decodes the next bytes of the stream over the whole connection.</summary>
    private DecodeResult GoOn(ReadOnlySpan<byte> frame, int most)
    {
        if (_phase == StreamPhase.Fresh)
            _inflation!.Begin(Container.Zlib); // coding is not off
        if (_phase is StreamPhase.Fresh or StreamPhase.BetweenMessages)
        {
            _decoded.Clear();
            _lastBytes = NoBytes;
        }
        var state = _phase == StreamPhase.Lost ? InflationState.Broken : _inflation!.Push(frame, _decoded, most);
        if (state != InflationState.Hungry) // a stream that ended has no next message
        {
            _phase = StreamPhase.Lost;
            _inflation!.End();
            return Failure(state);
        }
        foreach (var each in frame[^Math.Min(frame.Length, sizeof(uint))..])
            _lastBytes = (_lastBytes << 8) | each;
        _phase = _lastBytes == EndOfFlush ? StreamPhase.BetweenMessages : StreamPhase.InMessage;
        return _phase == StreamPhase.BetweenMessages ? DecodeResult.Message : DecodeResult.Incomplete;
    }

    private static DecodeResult Failure(InflationState state) =>
        state == InflationState.TooBig ? DecodeResult.TooBig : DecodeResult.Malformed;

    private enum StreamPhase
    {
        Fresh,
        InMessage,
        BetweenMessages,
        Lost,
    }
}
