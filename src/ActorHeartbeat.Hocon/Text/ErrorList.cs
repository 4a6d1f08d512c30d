namespace ActorHeartbeat.Hocon.Text;

/// <summary>Collects errors up to a bound; the rest is counted.</summary>
internal sealed class ErrorList(int most)
{
    private readonly List<HoconError> _errors = [];

    public IReadOnlyList<HoconError> Errors => _errors;

    public bool Any => _errors.Count > 0;

    public bool IsFull => _errors.Count >= most;

    public void Add(SourceText source, int offset, int length, string message) =>
        Add(new HoconError(source.OriginAt(offset), Math.Max(1, length), message, source.Line(offset)));

    public void Add(HoconError error)
    {
        if (!IsFull && !_errors.Contains(error))
            _errors.Add(error);
    }
}
