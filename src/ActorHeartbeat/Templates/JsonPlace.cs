using System.Text.Json;

namespace ActorHeartbeat.Templates;

/// <summary>Where a JSON text has the value that a pointer leads to. The default is a pointer that leads nowhere.</summary>
/// <param name="Token">What the value begins with; none where there is no value.</param>
/// <param name="IsHidden">
/// Whether only a document tells more: what a string with escapes spells, or, without a token, what is in a string that is read as JSON.
/// </param>
/// <param name="Start">Where the text of a string, number or word begins.</param>
/// <param name="Length">How many bytes that text has.</param>
internal readonly record struct JsonPlace(JsonTokenType Token, bool IsHidden, int Start, int Length)
{
    /// <summary>So many places may lie on the stack.</summary>
    public const int MostOnStack = 16;

    public static readonly JsonPlace InString = new(JsonTokenType.None, IsHidden: true, 0, 0);

    /// <summary>The place of the value at which a reader stands.</summary>
    public static JsonPlace Of(in Utf8JsonReader reader)
    {
        var isString = reader.TokenType == JsonTokenType.String;
        return new JsonPlace(
            reader.TokenType,
            isString && reader.ValueIsEscaped,
            (int)reader.TokenStartIndex + (isString ? 1 : 0), // behind the quote
            reader.ValueSpan.Length);
    }

    /// <summary>The text of a string as it is written, a number or a word.</summary>
    public ReadOnlySpan<byte> TextIn(ReadOnlySpan<byte> json) => json.Slice(Start, Length);
}
