using System.Buffers;

namespace ActorHeartbeat.Decoding;

/// <summary>
/// The packets of a broker (MQTT 3.1.1, OASIS standard of 29 October 2014), each a message with a view. Several packets may stand in a
/// frame, and a packet may go over several (section 6).
/// </summary>
internal sealed class MqttCodec : IMessageCodec
{
    /// <summary>The most bytes of a remaining length (section 2.2.3).</summary>
    private const int MostOfLength = 4;

    /// <summary>A larger buffer is given up behind its packet.</summary>
    private const int Kept = 64 * 1024;

    private ArrayBufferWriter<byte> _view = new();
    private ArrayBufferWriter<byte> _begun = new(); // a packet that is not complete

    public IEnumerable<CodecMessage> Decode(ReadOnlyMemory<byte> frame, int most)
    {
        var goesOn = _begun.WrittenCount > 0;
        if (goesOn)
            _begun.Write(frame.Span);
        var rest = goesOn ? _begun.WrittenMemory : frame;
        var isChanged = !goesOn;
        while (LengthOf(rest.Span, most) is { } length && length <= rest.Length)
        {
            var packet = rest[..length];
            MqttPacket.WriteView(packet.Span, _view);
            yield return new CodecMessage(packet, _view.WrittenMemory);
            if (_view.Capacity > Kept)
                _view = new ArrayBufferWriter<byte>();
            rest = rest[length..];
            isChanged = true;
        }
        if (isChanged)
            Keep(rest.Span);
    }

    /// <summary>The bytes of the packet that begins here; null while its length is not complete.</summary>
    private static int? LengthOf(ReadOnlySpan<byte> bytes, int most)
    {
        if (bytes.IsEmpty)
            return null;
        MqttPacket.CheckFirst(bytes[0]);
        var remaining = 0;
        for (var index = 1; index <= MostOfLength; index++)
        {
            if (index == bytes.Length)
                return null;
            remaining |= (bytes[index] & 0x7f) << (7 * (index - 1));
            if (bytes[index] > 0x7f)
                continue;
            var length = 1 + index + remaining;
            return length <= most
                ? length
                : throw new CodecException($"a packet has {length} bytes, more than limits.message, {most}", isTooBig: true);
        }
        throw new CodecException("a remaining length has more than four bytes (MQTT 2.2.3)");
    }

    private void Keep(ReadOnlySpan<byte> rest)
    {
        var begun = _begun.Capacity > Kept ? new ArrayBufferWriter<byte>() : _begun;
        var copy = rest.ToArray(); // it may lie in the buffer itself
        begun.ResetWrittenCount();
        begun.Write(copy);
        _begun = begun;
    }
}
