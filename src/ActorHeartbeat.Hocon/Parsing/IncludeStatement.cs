using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Parsing;

/// <summary>An include statement in the place of a field: include "file", file("...") or required(...).</summary>
internal sealed class IncludeStatement(TokenCursor at, SourceText source, Includer includer)
{
    public bool IsNext => at.Token is { Kind: TokenKind.Unquoted, Length: 7 } token && token.Span.SequenceEqual("include");

    /// <param name="into">Receives the fields of the file.</param>
    /// <param name="path">The path of that object; null inside a list.</param>
    /// <returns>False when the statement is malformed.</returns>
    public bool Parse(ObjectNode into, IReadOnlyList<string>? path)
    {
        var statement = at.Token;
        at.Advance();
        at.SkipBlanks(newlines: true);
        var required = at.TakeWord("required(");
        var isFile = at.TakeWord("file(");
        if (at.Token is { Kind: TokenKind.Unquoted } word && (word.Span.StartsWith("url(") || word.Span.StartsWith("classpath(")))
        {
            at.Error(word, "url(...) and classpath(...) are not supported in include; expected \"file\", file(\"...\") or required(...)");
            return false;
        }
        if (at.Token.Kind != TokenKind.Quoted)
        {
            at.Error(
                statement,
                $"include is followed by {TokenCursor.Describe(at.Token)}; expected \"file\", file(\"...\") or required(...), "
                    + "or quote \"include\" to use it as a key");
            return false;
        }
        var name = at.Token;
        at.Advance();
        var toClose = (required ? 1 : 0) + (isFile ? 1 : 0);
        at.SkipBlanks(newlines: toClose > 0);
        while (toClose > 0
            && at.Token is { Kind: TokenKind.Unquoted } closing
            && closing.Length <= toClose
            && !closing.Span.ContainsAnyExcept(')'))
        {
            toClose -= closing.Length;
            at.Advance();
            at.SkipBlanks(newlines: toClose > 0);
        }
        if (toClose > 0)
        {
            at.Error(at.Token, $"')' is missing at the end of the include statement, found {TokenCursor.Describe(at.Token)}");
            return false;
        }
        if (path is null)
        {
            at.Error(statement, "include is not possible inside a list");
            return true;
        }
        if (includer.Include(source, statement.Start, name.Text, required, [.. path]) is { } included)
            into.Absorb(included);
        return true;
    }
}
