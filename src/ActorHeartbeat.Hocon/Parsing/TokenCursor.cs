using System.Runtime.CompilerServices;
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
    private bool _hasGivenUp;

    /// <param name="source">The text.</param>
    /// <param name="errors">Gets what is wrong.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="depth">How deep in the tree the root of this text stands: an included file is not at the top.</param>
    public TokenCursor(SourceText source, ErrorList errors, HoconLimits limits, int depth)
    {
        (_source, _errors, _limits, _depth) = (source, errors, limits, depth);
        _lexer = new Lexer(source, errors);
        Advance();
    }

    public ref readonly Token Token => ref _token;

    /// <summary>How much has been reported, so that what has no value because of an error is not reported once more.</summary>
    public int Reports { get; private set; }

    public void Advance()
    {
        if (!_hasGivenUp)
            _token = _lexer.Next();
    }

    /// <summary>Stops reading here, as if the text ended: what follows would pass a limit.</summary>
    public void GiveUp()
    {
        _hasGivenUp = true;
        _token = new Token(TokenKind.End, _token.Start, 0, _source.Text);
    }

    /// <summary>
    /// Takes the beginning of an unquoted token that is a word of the language, such as required( and the blanks behind it.
    /// </summary>
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

    /// <summary>Goes deeper into the tree; false, with an error, when that is too deep.</summary>
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

    /// <summary>Skips to behind the bracket that closes the one just read.</summary>
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

    // Behind the place where reading was given up, nothing is closed and nothing is complete: only the limit is worth a message.
    public void Error(int offset, string message, int length = 1)
    {
        Reports++;
        if (!_hasGivenUp)
            _errors.Add(_source, offset, length, message);
    }

    public static string Describe(Token token) => token.Kind switch
    {
        TokenKind.End => "the end of the file",
        TokenKind.Newline => "the end of the line",
        TokenKind.Quoted => $"\"{token.Text}\"",
        TokenKind.Substitution or TokenKind.OptionalSubstitution => $"${{{token.Text}}}",
        _ => $"'{token.Text}'",
    };
}
