using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Reading;

/// <summary>What a part of a text is, judged by its place alone.</summary>
public enum HoconPieceKind
{
    /// <summary>A key in front of its separator, or an include statement.</summary>
    Key,

    /// <summary>Text that is a value or a part of one.</summary>
    Value,

    /// <summary>A substitution.</summary>
    Substitution,

    /// <summary>A comment with its marker.</summary>
    Comment,

    /// <summary>Text of unknown meaning: a key without a separator, or anything after malformed text.</summary>
    Unknown,
}

/// <summary>A part of a text: everything but blanks and punctuation.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it begins, in UTF-16 units from 0.</param>
/// <param name="Length">Its length; it may span lines.</param>
/// <param name="ValueStart">Where the value that it belongs to begins; the same as <paramref name="Start"/> for anything else.</param>
public readonly record struct HoconPiece(HoconPieceKind Kind, int Start, int Length, int ValueStart);

/// <summary>Tells keys and values of a text apart, well-formed or not, for tools that show a part of it.</summary>
public sealed class HoconOutline
{
    private readonly Stack<bool> _open = new(); // true for a list
    private readonly List<HoconPiece> _ready = [];
    private readonly List<HoconPiece> _keys = []; // until a separator shows that they are keys; comments among them
    private bool _isValue;
    private bool _isInclude;
    private bool _isBroken; // after malformed text, nothing is certain
    private bool _hasBegun; // the value has
    private bool _afterStructure; // text behind it begins the next field
    private int _valueStart;

    private HoconOutline()
    {
    }

    private bool IsInList => _open.TryPeek(out var isList) && isList;

    /// <summary>The pieces in order. Never throws for the content of a text.</summary>
    public static IEnumerable<HoconPiece> Of(string text)
    {
        var outline = new HoconOutline();
        var lexer = new Lexer(new SourceText("", text), new ErrorList(0));
        for (var token = lexer.Next(); token.Kind != TokenKind.End; token = lexer.Next())
        {
            outline.Take(token);
            foreach (var piece in outline._ready)
                yield return piece;
            outline._ready.Clear();
        }
        outline.Settle(HoconPieceKind.Unknown);
        foreach (var piece in outline._ready)
            yield return piece;
    }

    private void Take(Token token)
    {
        switch (token.Kind)
        {
            case TokenKind.Whitespace:
                TakeBlanks(token);
                break;
            case TokenKind.Newline:
                _isInclude = false;
                if (_isValue && _hasBegun)
                    EndValue();
                break;
            case TokenKind.Comma:
                EndValue();
                break;
            case TokenKind.OpenBrace or TokenKind.OpenBracket:
                Settle(HoconPieceKind.Key);
                _open.Push(token.Kind == TokenKind.OpenBracket);
                Begin(isValue: token.Kind == TokenKind.OpenBracket);
                break;
            case TokenKind.CloseBrace or TokenKind.CloseBracket:
                Settle(HoconPieceKind.Unknown);
                _open.TryPop(out _);
                Begin(isValue: true);
                (_hasBegun, _afterStructure) = (true, true);
                break;
            case TokenKind.Colon or TokenKind.Equals or TokenKind.PlusEquals:
                TakeSeparator();
                break;
            default:
                TakeText(token);
                break;
        }
    }

    private void TakeBlanks(Token token)
    {
        if (token.Span.IndexOfAny('#', '/') is not (>= 0 and var blanks))
            return;
        var comment = new HoconPiece(HoconPieceKind.Comment, token.Start + blanks, token.Length - blanks, token.Start + blanks);
        (_keys.Count > 0 ? _keys : _ready).Add(comment);
    }

    private void TakeSeparator()
    {
        _isBroken |= _isValue;
        Settle(HoconPieceKind.Key);
        Begin(isValue: true);
    }

    private void TakeText(Token token)
    {
        _isBroken |= token.Kind == TokenKind.Broken;
        if (_isValue && _afterStructure && token.IsSimple)
            EndValue();
        if (_isBroken)
        {
            Settle(HoconPieceKind.Unknown);
            Add(HoconPieceKind.Unknown, token);
            return;
        }
        _isInclude |= !_isValue && _keys.Count == 0 && token.Kind == TokenKind.Unquoted && token.Span.SequenceEqual("include");
        if (_isValue)
            TakeValue(token);
        else if (_isInclude)
            Add(HoconPieceKind.Key, token);
        else
            _keys.Add(new HoconPiece(HoconPieceKind.Key, token.Start, token.Length, token.Start));
    }

    private void TakeValue(Token token)
    {
        if (!_hasBegun)
            (_hasBegun, _valueStart) = (true, token.Start);
        var kind = token.IsSimple ? HoconPieceKind.Value : HoconPieceKind.Substitution;
        _ready.Add(new HoconPiece(kind, token.Start, token.Length, _valueStart));
    }

    private void EndValue()
    {
        Settle(HoconPieceKind.Unknown);
        Begin(isValue: IsInList);
    }

    private void Begin(bool isValue) => (_isValue, _isInclude, _hasBegun, _afterStructure) = (isValue, false, false, false);

    /// <summary>Decides what the waiting keys are.</summary>
    private void Settle(HoconPieceKind kind)
    {
        foreach (var key in _keys)
            _ready.Add(key.Kind == HoconPieceKind.Comment ? key : key with { Kind = _isBroken ? HoconPieceKind.Unknown : kind });
        _keys.Clear();
    }

    private void Add(HoconPieceKind kind, Token token) => _ready.Add(new HoconPiece(kind, token.Start, token.Length, token.Start));
}
