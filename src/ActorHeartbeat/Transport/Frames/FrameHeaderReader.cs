namespace ActorHeartbeat.Transport.Frames;

/// <summary>
/// Walks the frames of one direction of a connection (RFC 6455 section 5.2) as bytes pass by in pieces of any size. Headers are
/// read, payloads only counted.
/// </summary>
internal struct FrameHeaderReader
{
    private const byte ExtendedBy2 = 126;
    private const byte ExtendedBy8 = 127;

    private byte _seen;
    private byte _extended;
    private byte _mask;
    private long _length;

    /// <summary>The opcode of the frame whose header was read last.</summary>
    public Opcode Opcode { get; private set; }

    /// <summary>Payload bytes of the current frame that have not passed yet.</summary>
    public long PayloadLeft { get; private set; }

    /// <summary>Whether the next byte begins a frame.</summary>
    public readonly bool AtBoundary => _seen == 0 && PayloadLeft == 0;

    /// <summary>Reads header bytes from <paramref name="position"/> on; true when the header is complete.</summary>
    public bool ReadHeader(ReadOnlySpan<byte> data, ref int position)
    {
        while (position < data.Length)
        {
            if (Accept(data[position++]))
                return true;
        }

        return false;
    }

    /// <summary>Skips bytes of the current payload and returns their number.</summary>
    public int SkipPayload(ReadOnlySpan<byte> data, ref int position)
    {
        var length = (int)Math.Min(PayloadLeft, data.Length - position);
        PayloadLeft -= length;
        position += length;
        return length;
    }

    private bool Accept(byte next)
    {
        if (_seen == 0)
            Opcode = (Opcode)(next & 0x0f);
        else if (_seen == 1)
            AcceptLength(next);
        else if (_seen < 2 + _extended)
            _length = (_length << 8) | next;

        _seen++;
        if (_seen < 2 || _seen < 2 + _extended + _mask)
            return false;
        _seen = 0;
        // A length with its highest bit set is forbidden. The parser of the frame refuses it; here it must only not become negative.
        PayloadLeft = _length < 0 ? long.MaxValue : _length;
        return true;
    }

    private void AcceptLength(byte next)
    {
        var length = (byte)(next & 0x7f);
        _mask = (byte)((next & 0x80) == 0 ? 0 : 4);
        _extended = length switch { ExtendedBy2 => 2, ExtendedBy8 => 8, _ => 0 };
        _length = _extended == 0 ? length : 0;
    }
}

/// <summary>Control frames (RFC 6455 section 5.5); other opcodes are not distinguished here.</summary>
internal enum Opcode : byte
{
    Close = 0x8,
    Ping = 0x9,
    Pong = 0xa,
}
