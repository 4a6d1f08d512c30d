namespace ActorHeartbeat.Configuration.Errors;

/// <summary>Collects errors while a configuration is read.</summary>
internal sealed class Diagnostics
{
    /// <summary>
    /// Maximum number of errors that are kept. Further errors are only counted, because each of a million lines may have one.
    /// </summary>
    public const int MostKept = 100;

    /// <summary>The longest key and message that are kept: a key can be as long as the file.</summary>
    private const int LongestText = 1000;

    private readonly List<ConfigurationError> _errors = [];
    private readonly HashSet<(string File, int Line, int Column, int Message)> _once = []; // the message as a hash: most are not kept

    /// <summary>Number of errors, including those that are not kept.</summary>
    public int Count => _once.Count;

    /// <summary>The kept errors without their lines, by file in the order of each file's first error, then by place.</summary>
    public ConfigurationErrors Sorted
    {
        get
        {
            var files = _errors
                .Select(error => error.File)
                .Distinct(StringComparer.Ordinal)
                .Select((file, index) => (file, index))
                .ToDictionary(pair => pair.file, pair => pair.index, StringComparer.Ordinal);
            return new ConfigurationErrors(
                [.. _errors.OrderBy(error => files[error.File]).ThenBy(error => error.Line).ThenBy(error => error.Column)],
                Count);
        }
    }

    public void Add(ConfigurationError error)
    {
        // Report an error in a template once, not for every endpoint that uses it.
        if (_once.Add((error.File, error.Line, error.Column, error.Message.GetHashCode(StringComparison.Ordinal))) && Count <= MostKept)
            _errors.Add(error with { KeyPath = Bounded(error.KeyPath), Message = Bounded(error.Message) });
    }

    private static string Bounded(string text) =>
        text.Length <= LongestText ? text : text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)] + "…";
}
