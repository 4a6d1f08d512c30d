namespace ActorHeartbeat.Templates;

/// <summary>
/// The mark U+FEFF, which some encoders write ahead of a JSON text. RFC 8259 section 8.1 lets a reader pass over it; the framework's
/// reader does not.
/// </summary>
internal static class ByteOrderMark
{
    /// <summary>How many bytes of a message stand ahead of its JSON object or array: 3 for a mark, otherwise 0.</summary>
    public static int LengthBeforeJson(ReadOnlySpan<byte> message) =>
        message is [0xef, 0xbb, 0xbf, (byte)'{' or (byte)'[', ..] ? 3 : 0;
}
