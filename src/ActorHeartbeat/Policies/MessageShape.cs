using System.Text.Json;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Policies;

/// <summary>
/// A number that messages of the same kind share: JSON objects by the names of their members and by the values of those that name a kind,
/// such as <c>type</c>; JSON arrays by the types of their first elements; other text by the letters that it begins with; bytes by their
/// first. It tells an error message from data without a declaration of either. Pure.
/// </summary>
internal static class MessageShape
{
    /// <summary>What is looked at of a message, so that a large one costs no more than others.</summary>
    private const int Head = 4 * 1024;

    private const int MostElements = 4, MostLetters = 32, LongestValue = 64;

    private static readonly string[] KindNames =
        ["type", "event", "e", "op", "method", "action", "kind", "status", "code", "success", "error"];

    public static int Of(MessageKind kind, ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
            return HashCode.Combine(kind);
        if (payload[0] is (byte)'{' or (byte)'[' && OfJson(payload) is { } json)
            return json;
        var part = kind == MessageKind.Binary ? payload[..1] : payload[..Letters(payload)];
        return Hash(kind, part);
    }

    private static int? OfJson(ReadOnlySpan<byte> payload)
    {
        // The block is never final, so that a message that is cut off is no error: its beginning has a shape too.
        var reader = new Utf8JsonReader(payload[..Math.Min(payload.Length, Head)], isFinalBlock: false, default);
        try
        {
            reader.Read();
            return reader.TokenType == JsonTokenType.StartObject ? OfObject(ref reader) : OfArray(ref reader);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A sum, because the order of members means nothing.
    private static int OfObject(ref Utf8JsonReader reader)
    {
        var sum = 1;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            sum = unchecked(sum + Hash(MessageKind.Text, reader.ValueSpan));
            var isKind = NamesKind(reader);
            if (!reader.Read())
                break;
            if (isKind && reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray)
                && reader.ValueSpan.Length <= LongestValue)
                sum = unchecked(sum + (31 * Hash(MessageKind.Text, reader.ValueSpan)));
            if (!reader.TrySkip())
                break;
        }
        return sum;
    }

    private static int OfArray(ref Utf8JsonReader reader)
    {
        var shape = 2;
        for (var element = 0; element < MostElements && reader.Read() && reader.TokenType != JsonTokenType.EndArray; element++)
        {
            shape = HashCode.Combine(shape, reader.TokenType);
            if (!reader.TrySkip())
                break;
        }
        return shape;
    }

    private static bool NamesKind(in Utf8JsonReader reader)
    {
        foreach (var name in KindNames)
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

    private static int Hash(MessageKind kind, ReadOnlySpan<byte> bytes)
    {
        var hash = default(HashCode);
        hash.Add(kind);
        hash.AddBytes(bytes);
        return hash.ToHashCode();
    }
}
