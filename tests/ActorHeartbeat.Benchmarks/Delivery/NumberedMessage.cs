using System.Buffers.Text;
using System.Text;

namespace ActorHeartbeat.Benchmarks.Delivery;

/// <summary>A text message of 128 B with the name of its line and its number; all other bytes follow from the number.</summary>
internal static class NumberedMessage
{
    public const int Size = 128;

    private const int NameLength = 8;
    private const int NumberLength = 12;
    private const int FillerAt = NameLength + NumberLength;
    private const int Letters = 26;

    /// <summary>The frame header (RFC 6455 section 5.2): final, text, unmasked, with the length in two bytes.</summary>
    private static readonly byte[] Header = [0x81, 126, 0, Size];

    public static int FrameSize => Header.Length + Size;

    public static void WriteFrame(Span<byte> frame, string name, long number)
    {
        Header.CopyTo(frame);
        var text = frame[Header.Length..];
        Encoding.ASCII.GetBytes(name.PadRight(NameLength), text);
        if (!number.TryFormat(text[NameLength..], out _, $"D{NumberLength}"))
            throw new ArgumentOutOfRangeException(nameof(number));
        text[FillerAt..Size].Fill(FillerOf(number));
    }

    /// <summary>Returns the number, or -1 when the text differs in any byte from a message of this line.</summary>
    public static long Read(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name) =>
        text.Length == Size
            && text[..name.Length].SequenceEqual(name) && text[name.Length] == ' '
            && Utf8Parser.TryParse(text[NameLength..FillerAt], out long number, out var length) && length == NumberLength
            && !text[FillerAt..].ContainsAnyExcept(FillerOf(number))
            ? number
            : -1;

    private static byte FillerOf(long number) => (byte)('a' + (number % Letters));
}
