namespace ActorHeartbeat.Hocon;

/// <summary>The place of a value or key. Line and column are computed on demand: almost no origin is ever printed.</summary>
public readonly struct HoconOrigin : IEquatable<HoconOrigin>
{
    // A text with an offset, or a Spot. Two fields, because every value and key of a file carries an origin.
    private readonly object? _source;
    private readonly int _offset;

    /// <param name="source">The path under which the file was read, or the name of a text that is in no file.</param>
    /// <param name="line">Counted from 1; 0 for a value from outside any text, such as an environment variable.</param>
    /// <param name="column">Counted from 1, in UTF-16 units.</param>
    public HoconOrigin(string source, int line, int column) => _source = new Spot(source, line, column);

    internal HoconOrigin(HoconSource text, int offset) => (_source, _offset) = (text, offset);

    /// <summary>The path under which the file was read, or the name of a text that is in no file.</summary>
    public string Source => _source is HoconSource text ? text.Name : (_source as Spot)?.Source ?? "";

    /// <summary>Counted from 1; 0 for a value from outside any text, such as an environment variable.</summary>
    public int Line => _source is HoconSource text ? text.LineOf(_offset) : (_source as Spot)?.Line ?? 0;

    /// <summary>Counted from 1, in UTF-16 units.</summary>
    public int Column => _source is HoconSource text ? text.ColumnOf(_offset) : (_source as Spot)?.Column ?? 0;

    public static bool operator ==(HoconOrigin left, HoconOrigin right) => left.Equals(right);

    public static bool operator !=(HoconOrigin left, HoconOrigin right) => !left.Equals(right);

    public bool Equals(HoconOrigin other) => (ReferenceEquals(_source, other._source) && _offset == other._offset)
        || (Line == other.Line && Column == other.Column && string.Equals(Source, other.Source, StringComparison.Ordinal));

    public override bool Equals(object? obj) => obj is HoconOrigin other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Source, Line, Column);

    public override string ToString() => Line == 0 ? Source : $"{Source}:{Line}:{Column}";

    private sealed record Spot(string Source, int Line, int Column);
}
