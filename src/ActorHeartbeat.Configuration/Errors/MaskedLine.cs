using System.Text;
using ActorHeartbeat.Configuration.Secrets;
using ActorHeartbeat.Hocon.Reading;

namespace ActorHeartbeat.Configuration.Errors;

/// <summary>A line of a file, some of its pieces masked.</summary>
/// <param name="text">The line.</param>
/// <param name="start">Where it begins in its file.</param>
internal sealed class MaskedLine(string text, int start)
{
    private readonly StringBuilder _masked = new();
    private readonly List<(int From, int To, int Shown, int ShownEnd)> _replaced = [];
    private HoconPiece? _last;
    private int _done;

    /// <summary>Adds the next piece in order. One that is not shown becomes a mask, and so do the pieces of one value.</summary>
    public void Add(in HoconPiece piece, bool isShown)
    {
        var from = Math.Max(0, piece.Start - start);
        var to = Math.Min(text.Length, piece.Start + piece.Length - start);
        var gap = text.AsSpan(_done, from - _done);
        if (!isShown && _last is { Kind: HoconPieceKind.Value } last && piece.Kind == HoconPieceKind.Value
            && last.ValueStart == piece.ValueStart && gap.IsWhiteSpace())
        {
            _replaced[^1] = _replaced[^1] with { To = to };
            _done = to;
            return;
        }
        _masked.Append(gap);
        var shown = _masked.Length;
        var written = text[from..to];
        _masked.Append(
            piece.Kind == HoconPieceKind.Comment ? (written[0] == '#' ? "#" : "//") + SecretMask.Mask
            : !isShown ? SecretMask.Mask
            : piece.Kind == HoconPieceKind.Value ? SecretMask.Url(written)
            : written);
        _replaced.Add((from, to, shown, _masked.Length));
        _done = to;
        _last = isShown ? null : piece;
    }

    public ConfigurationError Under(ConfigurationError error)
    {
        var from = Math.Min(text.Length, Math.Max(0, error.Column - 1));
        var shown = _masked.ToString() + text[_done..];
        var mark = Moved(from, isEnd: false);
        // A quoted text is marked with its quotes and escapes, which its length as a value does not count.
        var end = _replaced.Find(piece => piece.From == from && piece.From < piece.To && text[from] == '"') is { To: > 0 } quoted
            ? quoted.To
            : Math.Min(text.Length, from + error.MarkLength);
        return error with
        {
            SourceLine = shown,
            MarkStart = mark,
            MarkLength = Math.Max(1, Moved(end, isEnd: true) - mark),
        };
    }

    private int Moved(int at, bool isEnd)
    {
        var moved = at;
        foreach (var (from, to, shown, shownEnd) in _replaced)
        {
            if (from < at && at < to)
                return to - from == shownEnd - shown ? shown + at - from : isEnd ? shownEnd : shown;
            if (to <= at)
                moved = at - to + shownEnd;
        }
        return moved;
    }
}
