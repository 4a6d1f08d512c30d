namespace ActorHeartbeat.Decoding;

/// <summary>
/// Turns the binary frames of one connection into messages, such as packets that stand together in a frame or go over several. A connection
/// makes its own, and calls it for one frame after the other, never from two threads at once.
/// </summary>
public interface IMessageCodec
{
    /// <summary>The messages that a frame completes. It is enumerated once, to its end unless the connection ends before.</summary>
    /// <param name="frame">
    /// The bytes as received, valid until the enumeration ends. What goes on in the next frame has to be copied.
    /// </param>
    /// <param name="most">
    /// The most bytes of a message, <c>limits.message</c>. A codec keeps no more of a message that is not complete, and ends a connection
    /// whose message has more by a <see cref="CodecException"/>.
    /// </param>
    /// <exception cref="CodecException">
    /// A message is malformed or too large: the connection ends. So it does with any other exception, which is a mistake of the codec.
    /// </exception>
    IEnumerable<CodecMessage> Decode(ReadOnlyMemory<byte> frame, int most);
}

/// <summary>A message that a codec has found. Both parts are valid until the codec is asked for the next one.</summary>
/// <param name="Payload">Its bytes: what <c>deliver-as = messages</c> delivers.</param>
/// <param name="View">
/// JSON (RFC 8259) in UTF-8 that shows what rules and waits look at, at most eight times <c>limits.message</c> and 1 KiB; what
/// <c>deliver-as = decoded</c> delivers.
/// </param>
public readonly record struct CodecMessage(ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> View);

/// <summary>
/// What the peer has sent is no message of the codec. The connection ends with close code 1007, or 1009 when it is too large.
/// </summary>
/// <param name="why">What is wrong, in one line; it becomes the cause that is shown and sent.</param>
/// <param name="isTooBig">Whether a message is over the limit.</param>
public sealed class CodecException(string why, bool isTooBig = false) : Exception(why)
{
    /// <summary>Whether a message is over the limit.</summary>
    public bool IsTooBig => isTooBig;
}
