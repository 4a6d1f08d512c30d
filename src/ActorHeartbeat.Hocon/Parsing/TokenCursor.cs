using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Parsing;

/// <summary>Where the parser stands: the token before it, how deep it is, and how it goes on behind an error.</summary>
internal sealed class TokenCursor
{
    private readonly SourceText _source;
    private readonly ErrorList _errors;
    private readonly HoconLimits _limits;
    private readonly Lexer _lexer;
    private Token _token;
    private int _depth;

    public TokenCursor(SourceText source, ErrorList errors, HoconLimits limits)
    {
        (_source, _errors, _limits) = (source, errors, limits);
        _lexer = new Lexer(source, errors);
        Advance();
    }

    public ref readonly Token Token => ref _token;

    public void Advance() => _token = _lexer.Next();

    /// <summary>Takes the beginning of an unquoted token that is a word of the language, such as required( and the blanks behind it.</summary>
    public bool TakeWord(string word)
    {
        if (Token.Kind != TokenKind.Unquoted || !Token.Span.StartsWith(word))
            return false;
        if (Token.Length == word.Length)
            Advance();
        else
            _token = _token with { Start = _token.Start + word.Length, Length = _token.Length - word.Length };
        SkipBlanks(newlines: false);
        return true;
    }

    /// <summary>Skips blanks, and newlines if asked to; whether a newline was among them.</summary>
    public bool SkipBlanks(bool newlines)
    {
        var sawNewline = false;
        while (Token.Kind == TokenKind.Whitespace || (newlines && Token.Kind == TokenKind.Newline))
        {
            sawNewline |= Token.Kind == TokenKind.Newline;
            Advance();
        }
        return sawNewline;
    }

    public bool Enter(Token open)
    {
        if (++_depth <= _limits.Depth)
            return true;
        Error(open, $"nested more than {_limits.Depth} deep");
        while (Token.Kind != TokenKind.End)
            Advance();
        return false;
    }

    public void Leave() => _depth--;

    /// <summary>Goes to where the next field or element may begin.</summary>
    public void Resync()
    {
        var nesting = 0;
        while (Token.Kind != TokenKind.End)
        {
            switch (Token.Kind)
            {
                case TokenKind.OpenBrace or TokenKind.OpenBracket:
                    nesting++;
                    break;
                case TokenKind.CloseBrace or TokenKind.CloseBracket when nesting == 0:
                    return;
                case TokenKind.CloseBrace or TokenKind.CloseBracket:
                    nesting--;
                    break;
                case TokenKind.Newline or TokenKind.Comma when nesting == 0:
                    Advance();
                    return;
            }
            Advance();
        }
    }

    public void Error(Token token, string message) => _errors.Add(_source, token.Start, token.Length, message);

    public void Error(int offset, string message) => _errors.Add(_source, offset, 1, message);

    public static string Describe(Token token) => token.Kind switch
    {
        TokenKind.End => "the end of the file",
        TokenKind.Newline => "the end of the line",
        TokenKind.Quoted => $"\"{token.Text}\"",
        TokenKind.Substitution or TokenKind.OptionalSubstitution => $"${{{token.Text}}}",
        _ => $"'{token.Text}'",
    };
}
