using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon;

/// <summary>Where a value or key stands. Line and column are counted when they are asked for: nearly no origin ever is.</summary>
public readonly struct HoconOrigin : IEquatable<HoconOrigin>
{
    private readonly object? _source; // a name, or the text to count in
    private readonly int _lineOrOffset;
    private readonly int _column;

    /// <param name="source">The file as named by whoever asked for it or included it, or a name for text that is in no file.</param>
    /// <param name="line">Counted from 1; 0 when it stands in no text, such as an environment variable.</param>
    /// <param name="column">Counted from 1, in UTF-16 units.</param>
    public HoconOrigin(string source, int line, int column) => (_source, _lineOrOffset, _column) = (source, line, column);

    internal HoconOrigin(SourceText text, int offset) => (_source, _lineOrOffset, _column) = (text, offset, 0);

    /// <summary>The file as named by whoever asked for it or included it, or a name for text that is in no file.</summary>
    public string Source => _source is SourceText text ? text.Name : (string?)_source ?? "";

    /// <summary>Counted from 1; 0 when it stands in no text, such as an environment variable.</summary>
    public int Line => _source is SourceText text ? text.LineOf(_lineOrOffset) : _lineOrOffset;

    /// <summary>Counted from 1, in UTF-16 units.</summary>
    public int Column => _source is SourceText text ? text.ColumnOf(_lineOrOffset) : _column;

    public static bool operator ==(HoconOrigin left, HoconOrigin right) => left.Equals(right);

    public static bool operator !=(HoconOrigin left, HoconOrigin right) => !left.Equals(right);

    public bool Equals(HoconOrigin other) => (ReferenceEquals(_source, other._source) && _lineOrOffset == other._lineOrOffset && _column == other._column)
        || (Line == other.Line && Column == other.Column && string.Equals(Source, other.Source, StringComparison.Ordinal));

    public override bool Equals(object? obj) => obj is HoconOrigin other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Source, Line, Column);

    public override string ToString() => Line == 0 ? Source : $"{Source}:{Line}:{Column}";
}
