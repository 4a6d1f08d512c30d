using System.Runtime.CompilerServices;
using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Parsing;

/// <summary>The position of the parser: the current token, the nesting depth, and the recovery after an error.</summary>
internal sealed class TokenCursor
{
    private readonly SourceText _source;
    private readonly ErrorList _errors;
    private readonly HoconLimits _limits;
    private readonly Lexer _lexer;
    private Token _token;
    private int _depth;
    private bool _hasGivenUp;

    /// <param name="source">The text.</param>
    /// <param name="errors">Receives the errors.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="depth">Depth of this text's root in the tree: an included file is not at the top.</param>
    public TokenCursor(SourceText source, ErrorList errors, HoconLimits limits, int depth)
    {
        (_source, _errors, _limits, _depth) = (source, errors, limits, depth);
        _lexer = new Lexer(source, errors);
        Advance();
    }

    public ref readonly Token Token => ref _token;

    /// <summary>
    /// Number of errors so far. The parser compares it to avoid a second error for a value that is missing because of the first.
    /// </summary>
    public int Reports { get; private set; }

    public void Advance()
    {
        if (!_hasGivenUp)
            _token = _lexer.Next();
    }

    /// <summary>Stops reading here, as if the text ended: the rest would exceed a limit.</summary>
    public void GiveUp()
    {
        _hasGivenUp = true;
        _token = new Token(TokenKind.End, _token.Start, 0, _source.Text);
    }

    /// <summary>Consumes a word such as required( at the start of an unquoted token, and the blanks after it.</summary>
    public bool TakeWord(string word)
    {
        if (Token.Kind != TokenKind.Unquoted || !Token.Span.StartsWith(word))
            return false;
        if (Token.Length == word.Length)
            Advance();
        else
            _token = _token with { Start = _token.Start + word.Length, Length = _token.Length - word.Length };
        SkipBlanks(newlines: true); // inside the parenthesis that the word opens
        return true;
    }

    /// <summary>Skips blanks, and newlines if requested. Returns true when a newline was skipped.</summary>
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

    /// <summary>Goes deeper into the tree. Returns false and reports an error when that is too deep.</summary>
    /// <param name="at">The bracket or the key.</param>
    /// <param name="levels">How many objects or lists it opens.</param>
    public bool Enter(in Token at, int levels)
    {
        if (_depth + levels <= _limits.Depth && RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            _depth += levels;
            return true;
        }
        Error(at, $"nested more than {_limits.Depth:N0} deep");
        return false;
    }

    public void Leave(int levels) => _depth -= levels;

    /// <summary>Skips past the bracket that closes the one just read.</summary>
    public void SkipToClosing()
    {
        for (var open = 1; open > 0 && Token.Kind != TokenKind.End; Advance())
        {
            if (Token.Kind is TokenKind.OpenBrace or TokenKind.OpenBracket)
                open++;
            else if (Token.Kind is TokenKind.CloseBrace or TokenKind.CloseBracket)
                open--;
        }
    }

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

    public void Error(Token token, string message) => Error(token.Start, message, token.Length);

    // After GiveUp, everything looks unclosed and incomplete: only the limit is worth a message.
    public void Error(int offset, string message, int length = 1)
    {
        Reports++;
        if (!_hasGivenUp)
            _errors.Add(_source, offset, length, message);
    }

    /// <summary>Names a token without repeating any text of the file, which can be a part of a secret: only the kind of a text.</summary>
    public static string Describe(Token token) => token.Kind switch
    {
        TokenKind.End => "the end of the file",
        TokenKind.Newline => "the end of the line",
        TokenKind.Whitespace => "a blank",
        TokenKind.Quoted => "a quoted text",
        TokenKind.Number => "a number",
        TokenKind.Substitution or TokenKind.OptionalSubstitution => "a substitution",
        TokenKind.Broken => "a malformed text",
        _ when token.IsSimple => "a text",
        _ => $"'{token.Text}'",
    };
}
