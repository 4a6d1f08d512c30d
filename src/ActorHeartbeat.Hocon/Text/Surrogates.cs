using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ActorHeartbeat.Hocon.Text;

/// <summary>
/// Lone surrogates: JSON can spell one as an escape (RFC 8259 section 8.2), but UTF-8 cannot encode it, and a writer would write U+FFFD.
/// </summary>
internal static class Surrogates
{
    /// <summary>True when every surrogate is part of a pair.</summary>
    public static bool AreWhole(ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOfAnyInRange('\uD800', '\uDFFF'); at >= 0;)
        {
            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[at + 1]))
                return false;
            text = text[(at + 2)..];
            at = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        }
        return true;
    }

    /// <summary>The text as a JSON string in which each lone surrogate is an escape.</summary>
    public static string Escape(string text)
    {
        var json = new StringBuilder("\"");
        var rest = text.AsSpan();
        while (rest.IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and var at)
        {
            var isPair = at + 1 < rest.Length && char.IsSurrogatePair(rest[at], rest[at + 1]);
            json.Append(Encoded(rest[..(isPair ? at + 2 : at)]));
            if (!isPair)
                json.Append(CultureInfo.InvariantCulture, $"\\u{(int)rest[at]:x4}");
            rest = rest[(isPair ? at + 2 : at + 1)..];
        }
        return json.Append(Encoded(rest)).Append('"').ToString();
    }

    private static string Encoded(ReadOnlySpan<char> text) => JsonEncodedText.Encode(text, JsonContext.Readable).ToString();
}
