using System.Buffers;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>Lists, tokens and quoted strings of header values (RFC 9110 section 5.6, RFC 7230 before it).</summary>
internal static class HeaderList
{
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenCharacters);

    /// <summary>The parts between separators outside quotes, without surrounding whitespace; empty parts are left out.</summary>
    public static List<string> Split(string text, char separator)
    {
        var parts = new List<string>();
        var (start, isQuoted) = (0, false);
        for (var index = 0; index <= text.Length; index++)
        {
            if (index < text.Length && (isQuoted || text[index] != separator))
            {
                if (text[index] == '"')
                    isQuoted = !isQuoted;
                else if (isQuoted && text[index] == '\\')
                    index++;
                continue;
            }

            var part = text.AsSpan(start, Math.Min(index, text.Length) - start).Trim(" \t");
            if (!part.IsEmpty)
                parts.Add(part.ToString());
            start = index + 1;
        }

        return parts;
    }

    /// <summary>A value as it is, or the text inside its quotes; null when the quotes are not closed.</summary>
    public static string? Unquote(string value)
    {
        if (!value.StartsWith('"'))
            return value;
        var text = new System.Text.StringBuilder(value.Length);
        for (var index = 1; index < value.Length; index++)
        {
            if (value[index] == '"')
                return index == value.Length - 1 ? text.ToString() : null;
            if (value[index] == '\\' && ++index == value.Length)
                return null;
            text.Append(value[index]);
        }

        return null;
    }
}
