using System.Text;

namespace ActorHeartbeat.Endpoints;

/// <summary>How the frames of the peer become messages, and how a message that is sent ends.</summary>
public sealed record FramingSettings
{
    /// <summary>
    /// How binary frames are compressed by the application, beside permessage-deflate (RFC 7692); text frames are as they are. Default off.
    /// </summary>
    public FrameCoding Decode { get; init; } = FrameCoding.Off;

    /// <summary>
    /// The codec that finds the messages in binary frames, by its name, in place of <see cref="Decode"/>; null (default) for none. Text
    /// frames do not pass it: they are looked at as they are, split by <see cref="Split"/>.
    /// </summary>
    public string? Codec { get; init; }

    /// <summary>How the messages stand in a frame that is decoded. Default off: each is one message.</summary>
    public MessageSplit Split { get; init; } = MessageSplit.Off;

    /// <summary>Put behind every text message that is sent. Default empty.</summary>
    public string EndWith { get; init; } = "";

    /// <summary>What subscribers receive. Default frames.</summary>
    public DeliverAs DeliverAs { get; init; } = DeliverAs.Frames;
}

/// <summary>The value of the key <c>decode</c>: how frames are compressed, or which codec finds messages in them.</summary>
/// <param name="Coding">How frames are compressed; off beside a codec.</param>
/// <param name="Codec">The name of the codec; null for none.</param>
public readonly record struct FrameDecoding(FrameCoding Coding, string? Codec);

/// <summary>How the binary frames of the peer are compressed.</summary>
public enum FrameCoding
{
    /// <summary>Not at all.</summary>
    Off,

    /// <summary>Each by itself with gzip (RFC 1952).</summary>
    Gzip,

    /// <summary>Each by itself with zlib (RFC 1950) or bare deflate (RFC 1951), told apart by the first two bytes.</summary>
    Deflate,

    /// <summary>
    /// Each by itself with gzip or with zlib and its largest window, told by the first two bytes; a frame that begins otherwise is not
    /// compressed. A text that begins with <c>x^</c> begins like zlib.
    /// </summary>
    Auto,

    /// <summary>
    /// All together: one zlib stream (RFC 1950) over the whole connection. A message may come in several frames. It is complete when its
    /// bytes end with 00 00 FF FF, the end of a flush (RFC 1951 section 3.2.4: an empty block that is not compressed).
    /// </summary>
    ZlibStream,
}

/// <summary>What subscribers receive.</summary>
public enum DeliverAs
{
    /// <summary>The frames as the peer sent them.</summary>
    Frames,

    /// <summary>The frames after decoding; with a codec the view of each message.</summary>
    Decoded,

    /// <summary>Each message by itself, after decoding and splitting; with a codec the bytes of each message.</summary>
    Messages,
}

/// <summary>How several messages stand in one frame. A part without bytes is no message. Compared by content.</summary>
public sealed record MessageSplit
{
    /// <summary>A frame is one message.</summary>
    public static readonly MessageSplit Off = new(MessageSplitKind.Off);

    /// <summary>LF or CRLF ends each message; the last may have none.</summary>
    public static readonly MessageSplit Lines = new(MessageSplitKind.Lines);

    /// <summary>The elements of a JSON array are messages; something else than a JSON array is one message.</summary>
    public static readonly MessageSplit Array = new(MessageSplitKind.Array);

    // Encoded once, because every frame looks for it.
    private readonly byte[] _ending;

    /// <param name="kind">The rule.</param>
    /// <param name="text">For <see cref="MessageSplitKind.Text"/> the text that ends each message, otherwise empty.</param>
    /// <exception cref="ArgumentException">The text is empty where one is needed, or is none of this rule's.</exception>
    public MessageSplit(MessageSplitKind kind, string text = "")
    {
        if ((kind == MessageSplitKind.Text) != (text.Length > 0))
            throw new ArgumentException("a text, and only a text, ends messages with some characters", nameof(text));
        (Kind, Text, _ending) = (kind, text, Encoding.UTF8.GetBytes(text));
    }

    public MessageSplitKind Kind { get; }

    /// <summary>The text that ends each message; empty for the other rules.</summary>
    public string Text { get; }

    /// <summary>The text in UTF-8.</summary>
    internal ReadOnlySpan<byte> Ending => _ending;

    /// <summary>A text ends each message; the last may have none.</summary>
    /// <exception cref="ArgumentException">The text is empty.</exception>
    public static MessageSplit Behind(string text) => new(MessageSplitKind.Text, text);

    public bool Equals(MessageSplit? other) => other is not null && Kind == other.Kind && Text == other.Text;

    public override int GetHashCode() => HashCode.Combine(Kind, Text);
}

/// <summary>The rules by which a frame is split.</summary>
public enum MessageSplitKind
{
    Off,
    Lines,
    Array,
    Text,
}
