using System.IO.Compression;
using System.Text.Json;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Policies;

/// <summary>
/// A number that messages of the same kind share. JSON objects: the names of their members and of the members of these, and the values
/// of those that name a kind, such as <c>type</c>. JSON arrays: the types of their first elements, and a first element that names a
/// kind. Other text: the letters that it begins with, or how digits, letters and signs follow each other. Bytes: their first, or what
/// gzip hides in them. It tells an error message from data without a declaration of either. Pure.
/// </summary>
internal static class MessageShape
{
    /// <summary>What is looked at of a message, so that a large one costs no more than others.</summary>
    private const int Head = 4 * 1024;

    private const int MostElements = 4, MostLetters = 32, MostSigns = 12, LongestValue = 64, LargestCode = 99;

    private const byte GzipFirst = 0x1f, GzipSecond = 0x8b;

    /// <summary>Members whose text names a kind; a number under such a name is data.</summary>
    private static readonly string[] KindNames =
        ["type", "event", "e", "op", "method", "action", "kind", "channel", "ch", "topic", "stream", "table", "msg_type", "message_type"];

    /// <summary>Members whose number tells good from bad.</summary>
    private static readonly string[] CodeNames = ["code", "status"];

    public static int Of(MessageKind kind, ReadOnlySpan<byte> payload)
    {
        if (payload is [GzipFirst, GzipSecond, ..] && Unzipped(payload) is { Length: > 0 } text)
            return OfPlain(kind, text);
        return OfPlain(kind, payload);
    }

    private static int OfPlain(MessageKind kind, ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
            return HashCode.Combine(kind);
        if (payload[0] is (byte)'{' or (byte)'[' && OfJson(payload) is { } json)
            return json;
        if (char.IsAsciiLetter((char)payload[0]))
            return Hash(payload[..Letters(payload)]);
        return kind == MessageKind.Binary ? Hash(payload[..1]) : OfSigns(payload);
    }

    private static byte[]? Unzipped(ReadOnlySpan<byte> payload)
    {
        try
        {
            var head = new MemoryStream(payload[..Math.Min(payload.Length, Head)].ToArray());
            using var unzip = new GZipStream(head, CompressionMode.Decompress);
            var text = new byte[Head];
            return text[..unzip.ReadAtLeast(text, text.Length, throwOnEndOfStream: false)];
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static int? OfJson(ReadOnlySpan<byte> payload)
    {
        // The block is never final, so that a message that is cut off is no error: its beginning has a shape too.
        var reader = new Utf8JsonReader(payload[..Math.Min(payload.Length, Head)], isFinalBlock: false, default);
        try
        {
            reader.Read();
            return reader.TokenType == JsonTokenType.StartObject ? OfObject(ref reader, deeper: true) : OfArray(ref reader);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A sum, because the order of members means nothing.
    private static int OfObject(ref Utf8JsonReader reader, bool deeper)
    {
        var sum = 1;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            sum = unchecked(sum + Hash(reader.ValueSpan));
            var (isKind, isCode) = (IsOneOf(KindNames, reader), IsOneOf(CodeNames, reader));
            if (!reader.Read())
                break;
            if (deeper && reader.TokenType == JsonTokenType.StartObject)
                sum = unchecked(sum + (17 * OfObject(ref reader, deeper: false)));
            else if (Says(reader, isKind, isCode))
                sum = unchecked(sum + (31 * Hash(reader.ValueSpan)));
            else if (!reader.TrySkip())
                break;
        }
        return sum;
    }

    private static bool Says(in Utf8JsonReader reader, bool isKind, bool isCode) => reader.TokenType switch
    {
        JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null => true,
        JsonTokenType.String => isKind && reader.ValueSpan.Length <= LongestValue,
        JsonTokenType.Number => isCode,
        _ => false,
    };

    private static int OfArray(ref Utf8JsonReader reader)
    {
        var shape = 2;
        for (var element = 0; element < MostElements && reader.Read() && reader.TokenType != JsonTokenType.EndArray; element++)
        {
            shape = HashCode.Combine(shape, reader.TokenType, element == 0 && NamesKind(reader) ? Hash(reader.ValueSpan) : 0);
            if (!reader.TrySkip())
                break;
        }
        return shape;
    }

    private static bool NamesKind(in Utf8JsonReader first) => first.TokenType switch
    {
        JsonTokenType.String => first.ValueSpan.Length <= LongestValue,
        JsonTokenType.Number => first.TryGetInt32(out var number) && number is >= 0 and <= LargestCode,
        _ => false,
    };

    private static bool IsOneOf(string[] names, in Utf8JsonReader reader)
    {
        foreach (var name in names)
        {
            if (reader.ValueTextEquals(name))
                return true;
        }
        return false;
    }

    private static int Letters(ReadOnlySpan<byte> payload)
    {
        var count = 0;
        while (count < Math.Min(payload.Length, MostLetters) && char.IsAsciiLetter((char)payload[count]))
            count++;
        return count;
    }

    // Runs of digits and of letters count as one; a number of one or two digits before JSON (socket.io) names a kind.
    private static int OfSigns(ReadOnlySpan<byte> payload)
    {
        Span<byte> signs = stackalloc byte[MostSigns];
        var count = 0;
        for (var index = 0; index < payload.Length && index < Head && count < MostSigns; index++)
        {
            var next = Sign(payload[index]);
            if (count == 0 || signs[count - 1] != next || next is not ((byte)'9' or (byte)'a'))
                signs[count++] = next;
        }
        var isCode = payload.IndexOfAny((byte)'[', (byte)'{') is 1 or 2;
        return HashCode.Combine(Hash(signs[..count]), isCode ? Hash(payload[..2]) : 0);
    }

    private static byte Sign(byte next) =>
        char.IsAsciiDigit((char)next) ? (byte)'9' : char.IsAsciiLetter((char)next) ? (byte)'a' : next;

    private static int Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = default(HashCode);
        hash.AddBytes(bytes);
        return hash.ToHashCode();
    }
}
