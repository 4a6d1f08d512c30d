using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Parsing;

/// <summary>Parses the path between the braces of a substitution.</summary>
internal sealed class SubstitutionText(TokenCursor at, SourceText source, string[] prefix, KeyPool keys, int mostElements)
{
    public SubstitutionNode? Parse(Token token)
    {
        var isOptional = token.Kind == TokenKind.OptionalSubstitution;
        if (PathText.Simple(token.Span, keys, mostElements) is { } simple)
            return new SubstitutionNode(source, token.Start, token.Length, simple, prefix, isOptional);
        var inner = new ErrorList(1);
        var lexer = new Lexer(new SourceText(source.Name, token.Text), inner);
        var tokens = new List<Token>();
        for (var part = lexer.Next(); part.Kind != TokenKind.End && tokens.Count <= PathText.MostTokens(mostElements); part = lexer.Next())
        {
            if (!part.IsSimple && part.Kind != TokenKind.Whitespace)
            {
                at.Error(token, inner.Any
                    ? $"in the path of this substitution: {inner.Errors[0].Message}"
                    : $"{TokenCursor.Describe(part)} is not allowed in the path of a substitution");
                return null;
            }
            tokens.Add(part);
        }
        if (PathText.Parse(tokens, mostElements, out var why, out _) is { } path)
            return new SubstitutionNode(source, token.Start, token.Length, path, prefix, isOptional);
        at.Error(token, $"in the path of this substitution: {why}");
        return null;
    }
}
