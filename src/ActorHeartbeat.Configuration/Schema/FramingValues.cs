using System.Text.Json;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Readers of values about frames and messages.</summary>
internal static class FramingValues
{
    public static readonly ValueReader<FrameDecoding> Decode = new DecodeReader();

    public static readonly ValueReader<MessageSplit> Split = new Scalar<MessageSplit>(
        "off, lines, array, or the text that ends each message",
        text => text switch
        {
            "" => default,
            "off" => (true, MessageSplit.Off),
            "lines" => (true, MessageSplit.Lines),
            "array" => (true, MessageSplit.Array),
            _ => (true, MessageSplit.Behind(text)),
        },
        split => split.Kind == MessageSplitKind.Text ? split.Text : Values.Kebab(split.Kind.ToString()));

    /// <summary>Reads a word for a coding, or the name of a codec.</summary>
    private sealed class DecodeReader : ValueReader<FrameDecoding>
    {
        private static readonly FrameCoding[] Codings = Enum.GetValues<FrameCoding>();
        private static readonly string[] Words = Array.ConvertAll(Codings, coding => Values.Kebab(coding.ToString()));

        public override string Expected => $"one of {string.Join(", ", Words)}, or the name of a codec";

        public override bool TryRead(Cursor at, out FrameDecoding value)
        {
            value = default;
            if (at.Text is not { } text)
                return at.Refuse(Expected);
            string[] codecs = [.. at.Sources.Extensions.Codecs];
            if (Array.IndexOf(Words, text) is >= 0 and var index)
                value = new FrameDecoding(Codings[index], null);
            else if (codecs.Contains(text, StringComparer.Ordinal))
                value = new FrameDecoding(FrameCoding.Off, text);
            else
                return at.Refuse($"one of {string.Join(", ", [.. Words, .. codecs])}", [.. Words, .. codecs]);
            return true;
        }

        public override void Write(Utf8JsonWriter json, FrameDecoding value, bool asWritten) =>
            json.WriteStringValue(value.Codec ?? Values.Kebab(value.Coding.ToString()));
    }
}
