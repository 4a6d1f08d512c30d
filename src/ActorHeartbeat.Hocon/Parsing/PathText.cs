using System.Buffers;
using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Parsing;

/// <summary>Path expressions: dots outside quotes separate elements, inner blanks are kept, outer blanks are dropped.</summary>
internal static class PathText
{
    private static readonly SearchValues<char> BareCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    private static readonly SearchValues<char> SimpleCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>
    /// The maximum number of tokens of a path with this many elements: each may be quoted and followed by a dot and blanks.
    /// </summary>
    public static int MostTokens(int mostElements) => mostElements > int.MaxValue / 4 ? int.MaxValue : 4 * mostElements;

    /// <summary>The elements of a path of simple tokens and the blanks between them; null, with the reason, when it is malformed.</summary>
    public static string[]? Parse(IReadOnlyList<Token> tokens, int mostElements, out string why, out int at)
    {
        var path = new PathBuilder(mostElements);
        (why, at) = ("", 0);
        foreach (var token in tokens)
        {
            at = token.Start;
            if (path.IsFull)
                break;
            if (token.Kind == TokenKind.Whitespace)
                path.AddBlanks(token.Text);
            else if (token.Kind == TokenKind.Quoted)
                path.AddQuoted(token.Text);
            else if (!path.TryAdd(token.Span))
            {
                why = path.IsEmpty
                    ? "a path must not begin with a dot"
                    : "a path must not have two dots in a row; an empty key is written \"\"";
                return null;
            }
        }
        if (path.IsFull || tokens.Count > MostTokens(mostElements))
        {
            why = $"a path of more than {mostElements:N0} elements";
            return null;
        }
        if (!path.HasElement)
        {
            why = path.IsEmpty ? "a key is missing" : "a path must not end with a dot";
            return null;
        }
        return path.ToArray();
    }

    /// <summary>
    /// The path of a single token that is quoted or consists only of letters,
    /// digits, '-', '_' and single dots, as nearly all do; null for any other token.
    /// </summary>
    public static string[]? Simple(in Token token, KeyPool keys, int mostElements) =>
        token.Kind == TokenKind.Quoted ? keys.Path(token.Span) : Simple(token.Span, keys, mostElements);

    /// <summary>The same for text without quotes.</summary>
    public static string[]? Simple(ReadOnlySpan<char> text, KeyPool keys, int mostElements)
    {
        if (text.Length == 0 || text.ContainsAnyExcept(SimpleCharacters) || text[0] == '.' || text[^1] == '.')
            return null;
        if (!text.Contains('.'))
            return keys.Path(text);
        var count = text.Count('.') + 1;
        if (count > mostElements)
            return null;
        var elements = new string[count];
        var next = 0;
        foreach (var range in text.Split('.'))
        {
            if (text[range].Length == 0)
                return null;
            elements[next++] = keys.Get(text[range]);
        }
        return elements;
    }

    /// <summary>The path as HOCON text, with quotes where they are needed.</summary>
    public static string Of(IEnumerable<string> elements) => string.Join('.', elements.Select(Quote));

    public static string Quote(string element) =>
        element.Length > 0 && element != "include" && !element.AsSpan().ContainsAnyExcept(BareCharacters) ? element
        : !Surrogates.AreWhole(element) ? Surrogates.Escape(element)
        : System.Text.Json.JsonSerializer.Serialize(element, JsonContext.Default.String);
}
