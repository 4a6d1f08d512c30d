using System.Buffers;
using System.Globalization;
using System.Text;

namespace ActorHeartbeat.Hocon.Text;

/// <summary>Splits a text into tokens. Comments are blanks; only a line feed is a newline.</summary>
internal sealed class Lexer(SourceText source, ErrorList errors)
{
    private const string Reserved = "$\"{}[]:=,+#`^?!@*&\\";

    // The separators of Unicode (categories Zs, Zl and Zp), the control
    // characters that HOCON adds to them, and the byte order mark; no newline.
    private const string Blank =
        "\t\v\f\r\x1C\x1D\x1E\x1F "
            + "\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF";

    private static readonly SearchValues<char> NotUnquoted = SearchValues.Create(Reserved);
    private static readonly SearchValues<char> BlankCharacters = SearchValues.Create(Blank);

    // A '/' ends an unquoted text only where a second one makes it a comment.
    private static readonly SearchValues<char> MayEndUnquoted = SearchValues.Create(Reserved + Blank + "\n/");

    // A string whose closing quote comes before any other of these characters needs no unescaping.
    private static readonly SearchValues<char> EndsPlain = SearchValues.Create([
        .. Enumerable.Range(0, ' ').Select(control => (char)control),
        '"',
        '\\',
    ]);

    private readonly string _text = source.Text;
    private int _at;

    public static bool IsBlank(char character) => BlankCharacters.Contains(character);

    public Token Next()
    {
        if (_at >= _text.Length)
            return new Token(TokenKind.End, _text.Length, 0, _text);
        var start = _at;
        var character = _text[start];
        if (IsBlank(character) || character == '#' || IsSlashes(start))
            return Blanks(start);
        switch (character)
        {
            case '\n':
                return Single(TokenKind.Newline);
            case '{':
                return Single(TokenKind.OpenBrace);
            case '}':
                return Single(TokenKind.CloseBrace);
            case '[':
                return Single(TokenKind.OpenBracket);
            case ']':
                return Single(TokenKind.CloseBracket);
            case ',':
                return Single(TokenKind.Comma);
            case ':':
                return Single(TokenKind.Colon);
            case '=':
                return Single(TokenKind.Equals);
            case '+':
                if (start + 1 < _text.Length && _text[start + 1] == '=')
                {
                    _at += 2;
                    return new Token(TokenKind.PlusEquals, start, 2, _text);
                }
                return Refuse(1, "'+' must be quoted; only \"+=\" stands for itself");
            case '"':
                return _text.AsSpan(start).StartsWith("\"\"\"") ? TripleQuoted(start) : Quoted(start);
            case '$':
                return Substitution(start);
        }
        if (NotUnquoted.Contains(character))
            return Refuse(1, $"'{character}' must be quoted");
        return character is '-' or (>= '0' and <= '9') ? Number(start) : Unquoted(start);
    }

    private Token Single(TokenKind kind)
    {
        _at++;
        return new Token(kind, _at - 1, 1, _text);
    }

    private bool IsSlashes(int at) => _text[at] == '/' && at + 1 < _text.Length && _text[at + 1] == '/';

    private Token Blanks(int start)
    {
        while (true)
        {
            var rest = _text.AsSpan(_at);
            var blanks = rest.IndexOfAnyExcept(BlankCharacters);
            _at = blanks < 0 ? _text.Length : _at + blanks;
            if (_at == _text.Length || (_text[_at] != '#' && !IsSlashes(_at)))
                return new Token(TokenKind.Whitespace, start, _at - start, _text);
            // A comment counts as blanks, up to the end of the line.
            var end = _text.IndexOf('\n', _at);
            _at = end < 0 ? _text.Length : end;
        }
    }

    private Token Unquoted(int start)
    {
        // A keyword counts only at the start of a token; the text after it is concatenated.
        var (kind, length) = _text.AsSpan(start) switch
        {
            ['t', 'r', 'u', 'e', ..] => (TokenKind.True, 4),
            ['f', 'a', 'l', 's', 'e', ..] => (TokenKind.False, 5),
            ['n', 'u', 'l', 'l', ..] => (TokenKind.Null, 4),
            _ => (TokenKind.Unquoted, UnquotedLength(start)),
        };
        _at = start + length;
        return new Token(kind, start, length, _text);
    }

    private int UnquotedLength(int start)
    {
        var end = start;
        while (_text.AsSpan(end).IndexOfAny(MayEndUnquoted) is >= 0 and var plain)
        {
            end += plain;
            if (_text[end] != '/' || IsSlashes(end))
                return end - start;
            end++;
        }
        return _text.Length - start;
    }

    private Token Number(int start)
    {
        while (_at < _text.Length && _text[_at] is (>= '0' and <= '9') or 'e' or 'E' or '+' or '-' or '.')
            _at++;
        var text = _text.AsSpan(start, _at - start);
        if (IsNumber(text))
            return new Token(TokenKind.Number, start, text.Length, _text);
        var plus = text.IndexOf('+');
        if (plus < 0)
            return new Token(TokenKind.Unquoted, start, text.Length, _text);
        if (plus + 1 == text.Length && _at < _text.Length && _text[_at] == '=')
        {
            _at = start + plus; // the plus belongs to a += after a key such as 1
            text = text[..plus];
            return new Token(IsNumber(text) ? TokenKind.Number : TokenKind.Unquoted, start, text.Length, _text);
        }
        errors.Add(source, start + plus, 1, "'+' must be quoted; this is not a number");
        return new Token(TokenKind.Broken, start, text.Length, _text);
    }

    /// <summary>True for a number as in JSON (RFC 8259 section 6); leading zeros are allowed.</summary>
    internal static bool IsNumber(ReadOnlySpan<char> text)
    {
        var at = 0;
        if (at < text.Length && text[at] == '-')
            at++;
        var digits = Digits(text, ref at);
        if (digits == 0)
            return false;
        if (at < text.Length && text[at] == '.')
        {
            at++;
            if (Digits(text, ref at) == 0)
                return false;
        }
        if (at < text.Length && text[at] is 'e' or 'E')
        {
            at++;
            if (at < text.Length && text[at] is '+' or '-')
                at++;
            if (Digits(text, ref at) == 0)
                return false;
        }
        return at == text.Length;
    }

    private static int Digits(ReadOnlySpan<char> text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        return at - start;
    }

    private Token Quoted(int start)
    {
        var plain = _text.AsSpan(start + 1).IndexOfAny(EndsPlain);
        if (plain >= 0 && _text[start + 1 + plain] == '"')
        {
            _at = start + plain + 2;
            return new Token(TokenKind.Quoted, start, plain + 2, _text, _text.Substring(start + 1, plain));
        }
        var value = new StringBuilder();
        var broken = false;
        for (_at = start + 1; ;)
        {
            if (_at >= _text.Length || _text[_at] == '\n')
            {
                errors.Add(source, start, Math.Max(1, _at - start), "this string is never closed: '\"' is missing at the end of the line");
                return new Token(TokenKind.Broken, start, _at - start, _text, value.ToString());
            }
            var character = _text[_at];
            if (character == '"')
            {
                _at++;
                return new Token(broken ? TokenKind.Broken : TokenKind.Quoted, start, _at - start, _text, value.ToString());
            }
            if (character == '\\')
            {
                broken |= !Escape(value);
            }
            else
            {
                if (character < ' ')
                {
                    errors.Add(source, _at, 1, $"the control character U+{(int)character:X4} must be escaped in a string");
                    broken = true;
                }
                value.Append(character);
                _at++;
            }
        }
    }

    private bool Escape(StringBuilder value)
    {
        var start = _at;
        var escaped = start + 1 < _text.Length ? _text[start + 1] : '\n';
        _at += escaped == '\n' ? 1 : 2;
        switch (escaped)
        {
            case '"' or '\\' or '/':
                value.Append(escaped);
                return true;
            case 'b':
                value.Append('\b');
                return true;
            case 'f':
                value.Append('\f');
                return true;
            case 'n':
                value.Append('\n');
                return true;
            case 'r':
                value.Append('\r');
                return true;
            case 't':
                value.Append('\t');
                return true;
            case 'u'
                when start + 6 <= _text.Length
                    && ushort.TryParse(
                        _text.AsSpan(start + 2, 4),
                        NumberStyles.AllowHexSpecifier,
                        CultureInfo.InvariantCulture,
                        out var unit
                    ):
                value.Append((char)unit);
                _at = start + 6;
                return true;
            case 'u':
                errors.Add(source, start, 2, "\\u must be followed by four hexadecimal digits");
                return false;
            default:
                errors.Add(
                    source,
                    start,
                    2,
                    $"unknown escape \"\\{(escaped == '\n' ? "" : escaped)}\"; allowed: \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
                return false;
        }
    }

    private Token TripleQuoted(int start)
    {
        var end = _text.IndexOf("\"\"\"", start + 3, StringComparison.Ordinal);
        if (end < 0)
        {
            _at = _text.Length;
            errors.Add(source, start, 3, "this string is never closed: '\"\"\"' is missing");
            return new Token(TokenKind.Broken, start, _at - start, _text, _text[(start + 3)..]);
        }
        end += 3;
        while (end < _text.Length && _text[end] == '"')
            end++; // the last three quotes of the run close it, the others belong to the text
        _at = end;
        return new Token(TokenKind.Quoted, start, end - start, _text, _text[(start + 3)..(end - 3)]);
    }

    private Token Substitution(int start)
    {
        if (start + 1 >= _text.Length || _text[start + 1] != '{')
            return Refuse(1, "'$' must be quoted; a substitution is written ${path} or ${?path}");
        var optional = start + 2 < _text.Length && _text[start + 2] == '?';
        var from = start + (optional ? 3 : 2);
        var inString = false;
        var end = from;
        for (; end < _text.Length && _text[end] != '\n' && (inString || _text[end] != '}'); end++)
        {
            if (_text[end] == '"')
                inString = !inString;
            else if (_text[end] == '\\' && inString)
                end++;
        }
        if (end >= _text.Length || _text[end] != '}')
        {
            _at = Math.Min(end, _text.Length);
            errors.Add(source, start, 2, "this substitution is never closed: '}' is missing at the end of the line");
            return new Token(TokenKind.Broken, start, _at - start, _text, "");
        }
        _at = end + 1;
        return new Token(optional ? TokenKind.OptionalSubstitution : TokenKind.Substitution, start, _at - start, _text, _text[from..end]);
    }

    private Token Refuse(int length, string message)
    {
        errors.Add(source, _at, length, message);
        _at += length;
        return new Token(TokenKind.Broken, _at - length, length, _text);
    }
}
