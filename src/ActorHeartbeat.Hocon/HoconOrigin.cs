namespace ActorHeartbeat.Hocon;

/// <summary>Where a value or key stands. Line and column are counted when they are asked for: nearly no origin ever is.</summary>
public readonly struct HoconOrigin : IEquatable<HoconOrigin>
{
    // The text to count in and a place in it, or a Spot: every value and key of a file carries one of these.
    private readonly object? _source;
    private readonly int _offset;

    /// <param name="source">The file as named by whoever asked for it or included it, or a name for text that is in no file.</param>
    /// <param name="line">Counted from 1; 0 when it stands in no text, such as an environment variable.</param>
    /// <param name="column">Counted from 1, in UTF-16 units.</param>
    public HoconOrigin(string source, int line, int column) => _source = new Spot(source, line, column);

    internal HoconOrigin(HoconSource text, int offset) => (_source, _offset) = (text, offset);

    /// <summary>The file as named by whoever asked for it or included it, or a name for text that is in no file.</summary>
    public string Source => _source is HoconSource text ? text.Name : (_source as Spot)?.Source ?? "";

    /// <summary>Counted from 1; 0 when it stands in no text, such as an environment variable.</summary>
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
