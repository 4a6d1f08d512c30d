namespace ActorHeartbeat.Hocon.Text;

/// <summary>Collects errors up to a bound; the rest is dropped.</summary>
internal sealed class ErrorList(int most)
{
    /// <summary>A message may quote the input, and a whole file can be one word.</summary>
    private const int LongestMessage = 1000;

    private readonly List<HoconError> _errors = [];

    public IReadOnlyList<HoconError> Errors => _errors;

    public bool Any => _errors.Count > 0;

    public bool IsFull => _errors.Count >= most;

    public void Add(SourceText source, int offset, int length, string message)
    {
        if (!IsFull) // otherwise the source line would be copied in vain for each of a million errors
            Add(new HoconError(source.OriginAt(offset), Math.Max(1, length), message, source.Line(offset)));
    }

    public void Add(HoconError error)
    {
        if (error.Message.Length > LongestMessage)
            error = error with { Message = error.Message[..LongestMessage] + "..." };
        if (!IsFull && !_errors.Contains(error))
            _errors.Add(error);
    }
}
