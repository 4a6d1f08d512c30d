using System.Runtime.InteropServices;
using System.Text;
using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Parsing;

/// <summary>
/// Parses one text into nodes. After an error it continues at the next line, comma or closing bracket, to report many errors at once.
/// </summary>
internal sealed class Parser
{
    private readonly SourceText _source;
    private readonly TokenCursor _at;
    private readonly IncludeStatement _include;
    private readonly SubstitutionText _substitution;
    private readonly TreeBudget _budget;
    private readonly int _mostElements; // of one path
    private readonly KeyPool _keys = new();
    private readonly List<Token> _keyTokens = [];
    private readonly StringBuilder _joined = new();
    private readonly List<string> _path; // of the object that is being read
    private string[]? _objectPath; // the same path as an array, made when a += in that object needs it
    private int _lists; // open lists around the current token

    /// <param name="source">The text.</param>
    /// <param name="errors">Receives the errors.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="budget">The budget that all files of the document share.</param>
    /// <param name="includer">Reads included files.</param>
    /// <param name="prefix">The path at which this file is included.</param>
    public Parser(SourceText source, ErrorList errors, HoconLimits limits, TreeBudget budget, Includer includer, string[] prefix)
    {
        (_source, _path, _budget, _mostElements) = (source, [.. prefix], budget, limits.Depth);
        _at = new TokenCursor(source, errors, limits, prefix.Length);
        _include = new IncludeStatement(_at, source, includer);
        _substitution = new SubstitutionText(_at, source, prefix, _keys, limits.Depth);
    }

    public Node ParseRoot()
    {
        _at.SkipBlanks(newlines: true);
        Node root;
        if (_at.Token.Kind == TokenKind.OpenBracket)
        {
            root = ParseArray() ?? (Node)new ObjectNode(_source, 0);
        }
        else if (_at.Token.Kind == TokenKind.OpenBrace)
        {
            root = ParseObject() ?? new ObjectNode(_source, 0);
        }
        else
        {
            var fields = new ObjectNode(_source, 0);
            if (_at.Enter(_at.Token, 1))
                ParseFields(fields, isBraced: false);
            else
                _at.GiveUp();
            root = fields;
        }
        _at.SkipBlanks(newlines: true);
        while (_at.Token.Kind != TokenKind.End)
        {
            _at.Error(_at.Token, $"{TokenCursor.Describe(_at.Token)} after the end of the root {(root is ArrayNode ? "list" : "object")}");
            while (_at.Token.Kind is not (TokenKind.End or TokenKind.Newline))
                _at.Advance();
            _at.SkipBlanks(newlines: true);
        }
        return root;
    }

    /// <summary>Null when the object is nested too deeply, which is reported.</summary>
    private ObjectNode? ParseObject()
    {
        var open = _at.Token;
        var fields = new ObjectNode(_source, open.Start);
        _at.Advance();
        if (!_at.Enter(open, 1))
        {
            _at.SkipToClosing();
            return null;
        }
        ParseFields(fields, isBraced: true);
        _at.Leave(1);
        if (_at.Token.Kind == TokenKind.CloseBrace)
            _at.Advance();
        else
            _at.Error(open, $"'{{' opened here is never closed; the file ends at line {_source.LastLine}");
        return fields;
    }

    private void ParseFields(ObjectNode into, bool isBraced)
    {
        var outerPath = _objectPath;
        _objectPath = null;
        ParseFieldsHere(into, isBraced);
        _objectPath = outerPath;
    }

    private void ParseFieldsHere(ObjectNode into, bool isBraced)
    {
        var separated = true;
        while (true)
        {
            separated |= _at.SkipBlanks(newlines: true);
            switch (_at.Token.Kind)
            {
                case TokenKind.End:
                    return;
                case TokenKind.CloseBrace when isBraced:
                    return;
                case TokenKind.CloseBrace:
                    _at.Error(_at.Token, "'}' closes nothing: there is no '{' before it");
                    _at.Advance();
                    continue;
                case TokenKind.CloseBracket when isBraced && _lists > 0:
                    return;
                case TokenKind.CloseBracket:
                    // Resync stops at closing brackets, so a bracket that closes no list must be consumed here.
                    _at.Error(_at.Token, "']' closes nothing: there is no '[' before it");
                    _at.Advance();
                    continue;
                case TokenKind.Comma:
                    _at.Error(_at.Token, into.Slots.Count == 0 ? "a list of fields must not begin with a comma" : "two commas in a row");
                    _at.Advance();
                    continue;
            }
            if (!separated)
            {
                _at.Error(_at.Token, Unseparated(_at.Token, isBraced ? "'}'" : null));
                _at.Resync();
                separated = true;
                continue;
            }
            if (!ParseField(into))
                _at.Resync();
            separated = _at.SkipBlanks(newlines: true);
            if (_at.Token.Kind == TokenKind.Comma)
            {
                _at.Advance();
                separated = true;
            }
        }
    }

    private bool ParseField(ObjectNode into)
    {
        if (_include.IsNext)
        {
            return _include.Parse(into, _lists > 0 ? null : _path);
        }
        var keyToken = _at.Token;
        if (ParseKey() is not { } keys)
            return false;
        if (_at.Token.Kind == TokenKind.Newline)
            _at.SkipBlanks(newlines: true);
        var separator = _at.Token;
        if (separator.Kind is TokenKind.Colon or TokenKind.Equals or TokenKind.PlusEquals)
        {
            _at.Advance();
            _at.SkipBlanks(newlines: true);
        }
        else if (separator.Kind != TokenKind.OpenBrace)
        {
            _at.Error(keyToken, $"this key is followed by {TokenCursor.Describe(separator)}; expected '=', ':', '+=' or '{{'");
            return false;
        }
        if (!_at.Enter(keyToken, keys.Length - 1))
            return false;
        _path.AddRange(keys);
        var value = ParseAssigned(separator, keys);
        _path.RemoveRange(_path.Count - keys.Length, keys.Length);
        _at.Leave(keys.Length - 1);
        if (value is null)
            return false;
        if (!_budget.Count(_source, keyToken.Start, keys.Length))
            _at.GiveUp();
        Put(into, keys, keyToken.Start, value);
        return true;
    }

    private string[]? ParseKey()
    {
        _keyTokens.Clear();
        while ((_at.Token.IsSimple || _at.Token.Kind == TokenKind.Whitespace) && _keyTokens.Count <= PathText.MostTokens(_mostElements))
        {
            _keyTokens.Add(_at.Token);
            _at.Advance();
        }
        switch (_at.Token.Kind)
        {
            case TokenKind.Broken:
                return null;
            case var _ when _keyTokens.Count == 0:
                _at.Error(_at.Token, $"expected a key, found {TokenCursor.Describe(_at.Token)}");
                return null;
            case TokenKind.Substitution or TokenKind.OptionalSubstitution:
                _at.Error(_at.Token, "a substitution is not allowed in a key");
                return null;
        }
        if (_keyTokens is [{ IsSimple: true }] or [{ IsSimple: true }, { Kind: TokenKind.Whitespace }]
            && PathText.Simple(_keyTokens[0], _keys, _mostElements) is { } simple)
            return simple;
        if (PathText.Parse(_keyTokens, _mostElements, out var why, out var at) is { } keys)
            return keys;
        _at.Error(at, why);
        return null;
    }

    private Node? ParseAssigned(Token separator, string[] keys)
    {
        var start = _at.Token;
        var reports = _at.Reports;
        var value = ParseValue();
        if (value is null && _at.Reports == reports)
            _at.Error(start, $"the key has no value: found {TokenCursor.Describe(start)}");
        return value is not null && separator.Kind == TokenKind.PlusEquals ? Append(separator, keys, value) : value;
    }

    private Node Append(Token separator, string[] keys, Node value)
    {
        if (_lists > 0)
        {
            _at.Error(separator, "'+=' is not possible inside a list: there is no earlier value to append to");
            return value;
        }
        var item = new ArrayNode(_source, value.Start);
        item.Items.Add(value);
        // Share the object's part of the path: a full copy for each of a million += would take gigabytes.
        _objectPath ??= [.. CollectionsMarshal.AsSpan(_path)[..^keys.Length]];
        var previous = new SubstitutionNode(
            _source, separator.Start, separator.Length, keys, _objectPath, isOptional: true, isAppend: true);
        return new ConcatenationNode(_source, value.Start, value.Length, [new Piece("", previous), new Piece("", item)]);
    }

    private void Put(ObjectNode into, string[] keys, int keyStart, Node value)
    {
        foreach (var key in keys.AsSpan(0, keys.Length - 1))
        {
            var slot = into.SlotOf(key);
            if (slot.Count == 0 || slot.Last.Value is not ObjectNode)
                slot.Assign(new Assignment(_source, keyStart, new ObjectNode(_source, keyStart)));
            into = (ObjectNode)slot.Last.Value;
        }
        into.SlotOf(keys[^1]).Assign(new Assignment(_source, keyStart, value));
    }

    /// <summary>The pieces up to the end of the value; null when there are none.</summary>
    private Node? ParseValue()
    {
        Node? first = null;
        List<Piece>? pieces = null; // nearly all values have one piece
        var start = _at.Token.Start;
        var end = start;
        Token blanks = default;
        while (true)
        {
            if (_at.Token.Kind == TokenKind.Whitespace)
            {
                blanks = _at.Token;
                _at.Advance();
                continue;
            }
            var token = _at.Token;
            // Text cannot join an object or a list, so it begins the next field or element: a { } b { }.
            var isNext = token.IsSimple && (pieces is null ? first : pieces[^1].Value) is ObjectNode or ArrayNode;
            Node? piece = null;
            if (isNext || !ParsePiece(out piece))
                return pieces is null ? first : Joined(start, end, pieces);
            if (piece is not null && first is null)
            {
                first = piece;
            }
            else if (piece is not null)
            {
                pieces ??= [new Piece("", first!)];
                pieces.Add(new Piece(blanks.Kind == TokenKind.Whitespace && token.Kind != TokenKind.Broken ? blanks.Text : "", piece));
            }
            end = token.End;
            blanks = default;
        }
    }

    // Literal pieces, such as the two of 10s, are joined at once.
    private Node Joined(int start, int end, List<Piece> pieces)
    {
        _joined.Clear();
        foreach (var (blanks, value) in pieces)
        {
            if (value is not ScalarNode scalar)
                return new ConcatenationNode(_source, start, end - start, pieces);
            _joined.Append(blanks).Append(scalar.Text);
        }
        return new ScalarNode(_source, start, end - start, TokenKind.Quoted, _joined.ToString());
    }

    /// <summary>Returns false at the end of the value. The piece is null after an error, which is reported.</summary>
    private bool ParsePiece(out Node? piece)
    {
        var token = _at.Token;
        piece = null;
        if (!_budget.Count(_source, token.Start, 1))
        {
            _at.GiveUp();
            return false;
        }
        switch (token.Kind)
        {
            case TokenKind.OpenBrace:
                piece = ParseObject();
                return true;
            case TokenKind.OpenBracket:
                piece = ParseArray();
                return true;
            case TokenKind.Substitution or TokenKind.OptionalSubstitution:
                piece = _substitution.Parse(token);
                _at.Advance();
                return true;
            case TokenKind.Broken:
                piece = new ScalarNode(_source, token with { Kind = TokenKind.Quoted });
                _at.Advance();
                return true;
            case var _ when token.IsSimple:
                piece = new ScalarNode(_source, token);
                _at.Advance();
                return true;
            default:
                return false;
        }
    }

    /// <summary>Null when the list is nested too deeply, which is reported.</summary>
    private ArrayNode? ParseArray()
    {
        var open = _at.Token;
        var items = new ArrayNode(_source, open.Start);
        _at.Advance();
        if (!_at.Enter(open, 1))
        {
            _at.SkipToClosing();
            return null;
        }
        _lists++;
        ParseItems(items);
        _lists--;
        _at.Leave(1);
        if (_at.Token.Kind == TokenKind.CloseBracket)
            _at.Advance();
        else
            _at.Error(open, $"'[' opened here is never closed; {Instead()}");
        return items;
    }

    /// <summary>Parses items up to the closing bracket, or up to the place where it must be missing.</summary>
    private void ParseItems(ArrayNode items)
    {
        var separated = true;
        while (true)
        {
            separated |= _at.SkipBlanks(newlines: true);
            if (_at.Token.Kind is TokenKind.CloseBracket or TokenKind.End)
                return;
            if (_at.Token.Kind == TokenKind.Comma)
            {
                _at.Error(_at.Token, items.Items.Count == 0 ? "a list must not begin with a comma" : "two commas in a row");
                _at.Advance();
                continue;
            }
            var start = _at.Token;
            var reports = _at.Reports;
            var value = separated ? ParseValue() : null;
            if (value is null)
            {
                if (start.Kind == TokenKind.CloseBrace)
                    return;
                if (_at.Reports == reports)
                {
                    _at.Error(start, separated ? $"expected a value, found {TokenCursor.Describe(start)}" : Unseparated(start, "']'"));
                    _at.Advance();
                }
                _at.Resync();
                separated = true;
                continue;
            }
            items.Items.Add(value);
            separated = _at.SkipBlanks(newlines: true);
            if (_at.Token.Kind == TokenKind.Comma)
            {
                _at.Advance();
                separated = true;
            }
        }
    }

    private static string Unseparated(in Token next, string? closing) => next.IsSimple
        ? $"a ',' or a line break is missing before {TokenCursor.Describe(next)}"
        : $"expected a newline, ',' {(closing is null ? "" : $"or {closing} ")}before {TokenCursor.Describe(next)}"
            + (next.Kind is TokenKind.Equals or TokenKind.PlusEquals ? "; is a ',' or a line break missing before its key?" : "");

    private string Instead() => _at.Token.Kind == TokenKind.End
        ? $"the file ends at line {_source.LastLine}"
        : $"found {TokenCursor.Describe(_at.Token)} at line {_source.OriginAt(_at.Token.Start).Line}";
}
