namespace ActorHeartbeat.Hocon.Text;

/// <summary>A text and where its lines begin.</summary>
internal sealed class SourceText(string name, string text) : HoconSource
{
    private List<int>? _lineStarts;
    private (int Number, string Text)? _lastShown; // errors come in clusters, and a line may be the whole file
    private int? _lastLine;

    public override string Name { get; } = name;

    public string Text { get; } = text;

    // Computed on first use: almost no place is ever printed. Two threads that compute it at once get the same result.
    private List<int> LineStarts => _lineStarts ??= Count(Text);

    public int LastLine => _lastLine ??= LineOf(Math.Max(0, Text.AsSpan().TrimEnd('\n').Length));

    public HoconOrigin OriginAt(int offset) => new(this, offset);

    public override int ColumnOf(int offset) => offset - LineStarts[LineOf(offset) - 1] + 1;

    public string Line(int offset)
    {
        var line = LineOf(offset);
        if (_lastShown is { } last && last.Number == line)
            return last.Text;
        var start = LineStarts[line - 1];
        var end = line < LineStarts.Count ? LineStarts[line] - 1 : Text.Length;
        var shown = Text[start..Math.Max(start, end)].TrimEnd('\r');
        _lastShown = (line, shown);
        return shown;
    }

    public override int LineOf(int offset)
    {
        var found = LineStarts.BinarySearch(offset);
        return found >= 0 ? found + 1 : ~found;
    }

    private static List<int> Count(string text)
    {
        List<int> starts = [0];
        for (var at = text.IndexOf('\n'); at >= 0; at = text.IndexOf('\n', at + 1))
            starts.Add(at + 1);
        return starts;
    }
}
