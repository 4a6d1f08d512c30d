using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Subscriptions;

/// <summary>
/// The values that complete a pattern, as bytes to look it up by: of each its type, the length of its text, and the text. Texts, numbers,
/// true, false and null have such bytes, and equal ones the same.
/// </summary>
internal sealed class CompletedKey : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    /// <summary>What a value takes beside its text.</summary>
    public const int Head = 1 + sizeof(int);

    public static readonly CompletedKey Comparer = new();

    private CompletedKey()
    {
    }

    /// <summary>The bytes of values; null where one of them has none.</summary>
    public static byte[]? Of(IReadOnlyList<JsonElement> values)
    {
        using var written = new MemoryStream();
        Span<byte> head = stackalloc byte[Head];
        foreach (var value in values)
        {
            var token = TokenOf(value.ValueKind);
            var text = token switch
            {
                JsonTokenType.None => null,
                JsonTokenType.String => Encoding.UTF8.GetBytes(value.GetString()!),
                JsonTokenType.Number => Encoding.UTF8.GetBytes(JsonNumber.OneSpelling(value.GetRawText())),
                _ => [],
            };
            if (text is null)
                return null;
            WriteHead(head, token, text.Length);
            written.Write(head);
            written.Write(text);
        }
        return written.ToArray();
    }

    /// <summary>Writes the bytes of the value at a place of a JSON text.</summary>
    /// <param name="place">The place.</param>
    /// <param name="json">The text.</param>
    /// <param name="to">Has room for the value's text and <see cref="Head"/>.</param>
    /// <returns>How many; 0 for a value that has none, below 0 where only a document tells.</returns>
    public static int Write(JsonPlace place, ReadOnlySpan<byte> json, Span<byte> to)
    {
        var text = place.TextIn(json);
        switch (place.Token)
        {
            case JsonTokenType.None or JsonTokenType.String when place.IsHidden:
            case JsonTokenType.Number when !JsonNumber.HasOneSpelling(text):
                return -1;
            case JsonTokenType.String or JsonTokenType.Number:
                break;
            case JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null:
                text = [];
                break;
            default:
                return 0;
        }
        WriteHead(to, place.Token, text.Length);
        text.CopyTo(to[Head..]);
        return Head + text.Length;
    }

    public bool Equals(byte[]? one, byte[]? other) => one.AsSpan().SequenceEqual(other);

    public int GetHashCode(byte[] key) => GetHashCode(key.AsSpan());

    public bool Equals(ReadOnlySpan<byte> one, byte[] other) => one.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> key)
    {
        var hash = new HashCode();
        hash.AddBytes(key);
        return hash.ToHashCode();
    }

    public byte[] Create(ReadOnlySpan<byte> key) => key.ToArray();

    private static void WriteHead(Span<byte> to, JsonTokenType token, int length)
    {
        to[0] = (byte)token;
        BinaryPrimitives.WriteInt32LittleEndian(to[1..], length);
    }

    private static JsonTokenType TokenOf(JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => JsonTokenType.String,
        JsonValueKind.Number => JsonTokenType.Number,
        JsonValueKind.True => JsonTokenType.True,
        JsonValueKind.False => JsonTokenType.False,
        JsonValueKind.Null => JsonTokenType.Null,
        _ => JsonTokenType.None,
    };
}
