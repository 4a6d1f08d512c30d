namespace ActorHeartbeat.Hocon.Text;

/// <summary>A text and where its lines begin.</summary>
internal sealed class SourceText
{
    private readonly List<int> _lineStarts = [0];

    public SourceText(string name, string text)
    {
        Name = name;
        Text = text;
        for (var at = text.IndexOf('\n'); at >= 0; at = text.IndexOf('\n', at + 1))
            _lineStarts.Add(at + 1);
    }

    public string Name { get; }

    public string Text { get; }

    public int LastLine => LineOf(Math.Max(0, Text.TrimEnd('\n').Length));

    public HoconOrigin OriginAt(int offset) => new(this, offset);

    public int ColumnOf(int offset) => offset - _lineStarts[LineOf(offset) - 1] + 1;

    public string Line(int offset)
    {
        var line = LineOf(offset);
        var start = _lineStarts[line - 1];
        var end = line < _lineStarts.Count ? _lineStarts[line] - 1 : Text.Length;
        return Text[start..Math.Max(start, end)].TrimEnd('\r');
    }

    public int LineOf(int offset)
    {
        var found = _lineStarts.BinarySearch(offset);
        return found >= 0 ? found + 1 : ~found;
    }
}
