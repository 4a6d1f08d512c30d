using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Parsing;

/// <summary>Reads one text into nodes. After an error it goes on at the next line, comma or closing bracket, so that it reports many.</summary>
internal sealed class Parser
{
    private readonly SourceText _source;
    private readonly ErrorList _errors;
    private readonly HoconLimits _limits;
    private readonly Includer? _includer;
    private readonly Lexer _lexer;
    private readonly string[] _prefix;
    private Token _token;
    private int _depth;
    private int _lists; // open around what is being read

    /// <param name="source">The text.</param>
    /// <param name="errors">Hears what is wrong.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="includer">Reads included files; null where there is nothing to be relative to.</param>
    /// <param name="prefix">The keys under which this file is included.</param>
    public Parser(SourceText source, ErrorList errors, HoconLimits limits, Includer? includer, string[] prefix)
    {
        (_source, _errors, _limits, _includer, _prefix) = (source, errors, limits, includer, prefix);
        _lexer = new Lexer(source, errors);
        Advance();
    }

    public Node ParseRoot()
    {
        SkipBlanks(newlines: true);
        Node root;
        if (_token.Kind == TokenKind.OpenBracket)
        {
            root = ParseArray(null);
        }
        else if (_token.Kind == TokenKind.OpenBrace)
        {
            root = ParseObject(_prefix, "");
        }
        else
        {
            var fields = new ObjectNode(_source, 0);
            ParseFields(fields, _prefix, isBraced: false);
            root = fields;
        }
        SkipBlanks(newlines: true);
        while (_token.Kind != TokenKind.End)
        {
            Error(_token, $"{Describe(_token)} after the end of the root {(root is ArrayNode ? "list" : "object")}");
            while (_token.Kind is not (TokenKind.End or TokenKind.Newline))
                Advance();
            SkipBlanks(newlines: true);
        }
        return root;
    }

    private void Advance() => _token = _lexer.Next();

    /// <summary>Skips blanks, and newlines if asked to; whether a newline was among them.</summary>
    private bool SkipBlanks(bool newlines)
    {
        var sawNewline = false;
        while (_token.Kind == TokenKind.Whitespace || (newlines && _token.Kind == TokenKind.Newline))
        {
            sawNewline |= _token.Kind == TokenKind.Newline;
            Advance();
        }
        return sawNewline;
    }

    private ObjectNode ParseObject(string[]? path, string key)
    {
        var open = _token;
        var fields = new ObjectNode(_source, open.Start);
        Advance();
        if (!Enter(open))
            return fields;
        ParseFields(fields, path, isBraced: true);
        Leave();
        if (_token.Kind == TokenKind.CloseBrace)
            Advance();
        else
            Error(open, $"'{{' opened here{(key.Length == 0 ? "" : $" (\"{key}\")")} is never closed; the file ends at line {_source.LastLine}");
        return fields;
    }

    private void ParseFields(ObjectNode into, string[]? path, bool isBraced)
    {
        var separated = true;
        while (true)
        {
            separated |= SkipBlanks(newlines: true);
            switch (_token.Kind)
            {
                case TokenKind.End:
                    return;
                case TokenKind.CloseBrace when isBraced:
                    return;
                case TokenKind.CloseBrace:
                    Error(_token, "'}' closes nothing: there is no '{' before it");
                    Advance();
                    continue;
                case TokenKind.CloseBracket when isBraced && _lists > 0:
                    return;
                case TokenKind.CloseBracket:
                    // Going on behind an error stops at brackets, so one that nobody waits for has to be taken here.
                    Error(_token, "']' closes nothing: there is no '[' before it");
                    Advance();
                    continue;
                case TokenKind.Comma:
                    Error(_token, into.Slots.Count == 0 ? "a list of fields must not begin with a comma" : "two commas in a row");
                    Advance();
                    continue;
            }
            if (!separated)
            {
                Error(_token, $"expected a newline, ',' {(isBraced ? "or '}' " : "")}before {Describe(_token)}");
                Resync();
                separated = true;
                continue;
            }
            if (!ParseField(into, path))
                Resync();
            separated = SkipBlanks(newlines: true);
            if (_token.Kind == TokenKind.Comma)
            {
                Advance();
                separated = true;
            }
        }
    }

    private bool ParseField(ObjectNode into, string[]? path)
    {
        var keyTokens = new List<Token>();
        while (_token.IsSimple || _token.Kind == TokenKind.Whitespace)
        {
            if (keyTokens.Count == 0 && IsInclude())
                return ParseInclude(into, path);
            keyTokens.Add(_token);
            Advance();
        }
        if (keyTokens.Count == 0)
        {
            if (_token.Kind != TokenKind.Broken)
                Error(_token, $"expected a key, found {Describe(_token)}");
            return false;
        }
        if (_token.Kind is TokenKind.Substitution or TokenKind.OptionalSubstitution)
        {
            Error(_token, "a substitution is not allowed in a key");
            return false;
        }
        if (_token.Kind == TokenKind.Broken)
            return false;
        var keyToken = keyTokens[0];
        if (PathText.Parse(keyTokens, out var why, out var at) is not { } keys)
        {
            _errors.Add(_source, at, 1, why);
            return false;
        }
        if (_token.Kind == TokenKind.Newline)
            SkipBlanks(newlines: true);
        var fullPath = path is null ? null : (string[])[.. path, .. keys];
        var separator = _token;
        if (separator.Kind is TokenKind.Colon or TokenKind.Equals or TokenKind.PlusEquals)
        {
            Advance();
            SkipBlanks(newlines: true);
        }
        else if (separator.Kind != TokenKind.OpenBrace)
        {
            Error(keyToken, $"key \"{PathText.Of(keys)}\" is followed by {Describe(separator)}; expected '=', ':', '+=' or '{{'");
            return false;
        }
        var valueStart = _token;
        var value = ParseValue(fullPath, PathText.Of(keys));
        if (value is null)
        {
            if (valueStart.Kind != TokenKind.Broken)
                Error(valueStart, $"key \"{PathText.Of(keys)}\" has no value: found {Describe(valueStart)}");
            return false;
        }
        if (separator.Kind == TokenKind.PlusEquals)
            value = Append(separator, fullPath, value);
        Put(into, keys, keyToken.Start, value);
        return true;
    }

    private Node Append(Token separator, string[]? path, Node value)
    {
        if (path is null)
        {
            Error(separator, "'+=' is not possible inside a list: there is no earlier value to append to");
            return value;
        }
        var item = new ArrayNode(_source, value.Start);
        item.Items.Add(value);
        var previous = new SubstitutionNode(_source, separator.Start, separator.Length, path, [], isOptional: true, isAppend: true);
        return new ConcatenationNode(_source, value.Start, value.Length, [new Piece("", previous), new Piece("", item)]);
    }

    private void Put(ObjectNode into, string[] keys, int keyStart, Node value)
    {
        foreach (var key in keys.AsSpan(0, keys.Length - 1))
        {
            var slot = into.SlotOf(key);
            if (slot.Assignments is not [.., { Value: ObjectNode }])
                slot.Assign(new Assignment(_source, keyStart, new ObjectNode(_source, keyStart)));
            into = (ObjectNode)slot.Assignments[^1].Value;
        }
        into.SlotOf(keys[^1]).Assign(new Assignment(_source, keyStart, value));
    }

    /// <summary>The pieces up to the end of the value; null when there are none.</summary>
    private Node? ParseValue(string[]? path, string key)
    {
        var pieces = new List<Piece>();
        var start = _token.Start;
        var end = start;
        var blanks = "";
        while (true)
        {
            var token = _token;
            switch (token.Kind)
            {
                case TokenKind.Whitespace:
                    blanks = token.Text;
                    Advance();
                    continue;
                case TokenKind.OpenBrace:
                    pieces.Add(new Piece(pieces.Count == 0 ? "" : blanks, ParseObject(path, key)));
                    break;
                case TokenKind.OpenBracket:
                    pieces.Add(new Piece(pieces.Count == 0 ? "" : blanks, ParseArray(key)));
                    break;
                case TokenKind.Substitution or TokenKind.OptionalSubstitution:
                    if (ParseSubstitution(token) is { } substitution)
                        pieces.Add(new Piece(pieces.Count == 0 ? "" : blanks, substitution));
                    Advance();
                    break;
                case var _ when token.IsSimple:
                    pieces.Add(new Piece(pieces.Count == 0 ? "" : blanks, new ScalarNode(_source, token)));
                    Advance();
                    break;
                case TokenKind.Broken:
                    Advance();
                    pieces.Add(new Piece("", new ScalarNode(_source, token with { Kind = TokenKind.Quoted })));
                    break;
                default:
                    return pieces.Count switch
                    {
                        0 => null,
                        1 => pieces[0].Value,
                        _ => new ConcatenationNode(_source, start, end - start, pieces),
                    };
            }
            end = token.End;
            blanks = "";
        }
    }

    private SubstitutionNode? ParseSubstitution(Token token)
    {
        var isOptional = token.Kind == TokenKind.OptionalSubstitution;
        var inner = new ErrorList(1);
        var lexer = new Lexer(new SourceText(_source.Name, token.Text), inner);
        var tokens = new List<Token>();
        for (var part = lexer.Next(); part.Kind != TokenKind.End; part = lexer.Next())
        {
            if (!part.IsSimple && part.Kind != TokenKind.Whitespace)
            {
                Error(token, inner.Any ? $"in the path of this substitution: {inner.Errors[0].Message}" : $"{Describe(part)} is not allowed in the path of a substitution");
                return null;
            }
            tokens.Add(part);
        }
        if (PathText.Parse(tokens, out var why, out _) is { } path)
            return new SubstitutionNode(_source, token.Start, token.Length, path, _prefix, isOptional);
        Error(token, $"in the path of this substitution: {why}");
        return null;
    }

    private ArrayNode ParseArray(string? key)
    {
        var open = _token;
        var items = new ArrayNode(_source, open.Start);
        Advance();
        if (!Enter(open))
            return items;
        _lists++;
        var separated = true;
        while (true)
        {
            separated |= SkipBlanks(newlines: true);
            if (_token.Kind is TokenKind.CloseBracket or TokenKind.End)
                break;
            if (_token.Kind == TokenKind.Comma)
            {
                Error(_token, items.Items.Count == 0 ? "a list must not begin with a comma" : "two commas in a row");
                Advance();
                continue;
            }
            var start = _token;
            var value = separated ? ParseValue(null, key ?? "") : null;
            if (value is null)
            {
                if (start.Kind == TokenKind.CloseBrace)
                    break;
                if (start.Kind != TokenKind.Broken)
                    Error(start, separated ? $"expected a value, found {Describe(start)}" : $"expected a newline, ',' or ']' before {Describe(start)}");
                Advance();
                Resync();
                separated = true;
                continue;
            }
            items.Items.Add(value);
            separated = SkipBlanks(newlines: true);
            if (_token.Kind == TokenKind.Comma)
            {
                Advance();
                separated = true;
            }
        }
        _lists--;
        Leave();
        if (_token.Kind == TokenKind.CloseBracket)
            Advance();
        else
            Error(open, $"'[' opened here{(string.IsNullOrEmpty(key) ? "" : $" (\"{key}\")")} is never closed; {(_token.Kind == TokenKind.End ? $"the file ends at line {_source.LastLine}" : $"found {Describe(_token)} at line {_source.OriginAt(_token.Start).Line}")}");
        return items;
    }

    private bool IsInclude() => _token is { Kind: TokenKind.Unquoted, Text: "include" };

    private bool ParseInclude(ObjectNode into, string[]? path)
    {
        var statement = _token;
        Advance();
        SkipBlanks(newlines: true);
        var required = TakeWord("required(");
        var isFile = TakeWord("file(");
        SkipBlanks(newlines: false);
        if (_token is { Kind: TokenKind.Unquoted } word && (word.Text.StartsWith("url(", StringComparison.Ordinal) || word.Text.StartsWith("classpath(", StringComparison.Ordinal)))
        {
            Error(word, $"{word.Text}...) is not supported in include; expected \"file\", file(\"...\") or required(...)");
            return false;
        }
        if (_token.Kind != TokenKind.Quoted)
        {
            Error(statement, $"include is followed by {Describe(_token)}; expected \"file\", file(\"...\") or required(...), or quote \"include\" to use it as a key");
            return false;
        }
        var name = _token;
        Advance();
        var toClose = (required ? 1 : 0) + (isFile ? 1 : 0);
        SkipBlanks(newlines: false);
        while (toClose > 0 && _token is { Kind: TokenKind.Unquoted } closing && closing.Text.All(character => character == ')') && closing.Text.Length <= toClose)
        {
            toClose -= closing.Text.Length;
            Advance();
            SkipBlanks(newlines: false);
        }
        if (toClose > 0)
        {
            Error(_token, $"')' is missing at the end of the include statement, found {Describe(_token)}");
            return false;
        }
        if (_includer is null || path is null)
        {
            Error(statement, path is null ? "include is not possible inside a list" : "include is not possible here: the text is in no file");
            return true;
        }
        if (_includer.Include(_source, statement.Start, name.Text, required, path) is { } included)
            into.Absorb(included);
        return true;
    }

    private bool TakeWord(string word)
    {
        if (_token.Kind != TokenKind.Unquoted || !_token.Text.StartsWith(word, StringComparison.Ordinal))
            return false;
        if (_token.Text.Length == word.Length)
            Advance();
        else
            _token = new Token(TokenKind.Unquoted, _token.Start + word.Length, _token.Length - word.Length, _token.Text[word.Length..]);
        SkipBlanks(newlines: false);
        return true;
    }

    private bool Enter(Token open)
    {
        if (++_depth <= _limits.Depth)
            return true;
        Error(open, $"nested more than {_limits.Depth} deep");
        while (_token.Kind != TokenKind.End)
            Advance();
        return false;
    }

    private void Leave() => _depth--;

    /// <summary>Goes to where the next field or element may begin.</summary>
    private void Resync()
    {
        var nesting = 0;
        while (_token.Kind != TokenKind.End)
        {
            switch (_token.Kind)
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

    private void Error(Token token, string message) => _errors.Add(_source, token.Start, token.Length, message);

    private static string Describe(Token token) => token.Kind switch
    {
        TokenKind.End => "the end of the file",
        TokenKind.Newline => "the end of the line",
        TokenKind.Quoted => $"\"{token.Text}\"",
        TokenKind.Substitution or TokenKind.OptionalSubstitution => $"${{{token.Text}}}",
        _ => $"'{token.Text}'",
    };
}
