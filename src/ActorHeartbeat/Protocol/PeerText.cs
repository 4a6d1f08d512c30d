using System.Globalization;
using System.Text;

namespace ActorHeartbeat.Protocol;

/// <summary>
/// Makes text from a peer safe to show. All such text passes here and becomes one line of at most <see cref="MaxLength"/>
/// characters, in which no character moves the cursor, is invisible, or changes the writing direction.
/// </summary>
public static class PeerText
{
    public const int MaxLength = 512;

    private const char Cut = '…';
    private const string Mask = "***";
    private const int ShortestSecret = 4;

    /// <summary>Escapes control characters, format characters (such as bidi marks) and line ends, and cuts the text at the bound.</summary>
    /// <param name="text">The text as the peer sent it; null is empty.</param>
    /// <param name="maxLength">The most characters of the result.</param>
    public static string Of(string? text, int maxLength = MaxLength)
    {
        var shown = new StringBuilder();
        var fits = 0; // the length that leaves room for the mark of a cut
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            shown.Append(Spell(rune));
            if (shown.Length > maxLength)
                return shown.ToString(0, fits) + Cut;
            if (shown.Length < maxLength)
                fits = shown.Length;
        }

        return shown.ToString();
    }

    /// <summary>Shows bytes that may not be text: printable ASCII as it is, every other byte as <c>\x</c> and two digits.</summary>
    public static string OfBytes(ReadOnlySpan<byte> bytes, int maxLength = MaxLength)
    {
        var shown = new StringBuilder();
        foreach (var next in bytes[..Math.Min(bytes.Length, maxLength + 1)])
        {
            if (next is >= 0x20 and < 0x7f)
                shown.Append((char)next);
            else
                shown.Append(CultureInfo.InvariantCulture, $"\\x{next:x2}");
        }

        return Of(shown.ToString(), maxLength);
    }

    /// <summary>The text of a JSON document with the same characters escaped as JSON does: a parser reads the same.</summary>
    internal static string OfJson(string json)
    {
        var shown = new StringBuilder(json.Length);
        foreach (var rune in json.EnumerateRunes())
        {
            var text = rune.ToString();
            if (!NeedsEscape(rune))
                shown.Append(text);
            else
                foreach (var unit in text)
                    shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
        }

        return shown.ToString();
    }

    /// <summary>A text with each of these secrets masked, in small letters or large. Very short ones are not told from words.</summary>
    internal static string Hide(string text, IReadOnlyCollection<string> secrets)
    {
        foreach (var secret in secrets)
        {
            if (secret.Length < ShortestSecret)
                continue;
            text = text.Replace(secret, Mask, StringComparison.OrdinalIgnoreCase);
            if (PartAtTheEnd(text, secret) is > 0 and var length)
                text = text[..^length] + Mask;
        }
        return text;
    }

    /// <summary>How long the beginning of a secret is with which a text ends: the peer, or a bound, may have cut it.</summary>
    private static int PartAtTheEnd(string text, string secret)
    {
        for (var length = Math.Min(text.Length, secret.Length - 1); length >= ShortestSecret; length--)
        {
            if (text.AsSpan(text.Length - length).Equals(secret.AsSpan(0, length), StringComparison.OrdinalIgnoreCase))
                return length;
        }
        return 0;
    }

    private static string Spell(Rune rune) => rune.Value switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ when !NeedsEscape(rune) => rune.ToString(),
        var value when value < 0x100 => string.Create(CultureInfo.InvariantCulture, $"\\x{value:x2}"),
        var value when rune.IsBmp => string.Create(CultureInfo.InvariantCulture, $"\\u{value:x4}"),
        var value => string.Create(CultureInfo.InvariantCulture, $"\\U{value:x8}"),
    };

    private static bool NeedsEscape(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
