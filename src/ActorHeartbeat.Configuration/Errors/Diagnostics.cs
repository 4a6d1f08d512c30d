using ActorHeartbeat.Configuration.Secrets;

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

    // Masking a header value such as "on" everywhere would make lines unreadable, and two letters are no secret.
    private const int ShortestSecret = 4;

    private readonly List<ConfigurationError> _errors = [];
    private readonly HashSet<(string File, int Line, int Column, int Message)> _once = []; // the message as a hash: most are not kept
    private readonly HashSet<string> _secrets = new(StringComparer.Ordinal);

    /// <summary>Number of errors, including those that are not kept.</summary>
    public int Count => _once.Count;

    /// <summary>The kept errors, by file in the order of each file's first error, then by place.</summary>
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
                [.. _errors.OrderBy(error => files[error.File]).ThenBy(error => error.Line).ThenBy(error => error.Column).Select(Masked)],
                Count);
        }
    }

    /// <summary>Masks a text in the source lines of errors, unless it is too short to be a secret.</summary>
    public void Hide(string secret)
    {
        if (secret.Length >= ShortestSecret)
            _secrets.Add(secret);
    }

    public void Add(ConfigurationError error)
    {
        // Report an error in a template once, not for every endpoint that uses it.
        if (_once.Add((error.File, error.Line, error.Column, error.Message.GetHashCode(StringComparison.Ordinal))) && Count <= MostKept)
            _errors.Add(error with { KeyPath = Bounded(error.KeyPath), Message = Bounded(error.Message) });
    }

    private static string Bounded(string text) =>
        text.Length <= LongestText ? text : text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)] + "…";

    private ConfigurationError Masked(ConfigurationError error)
    {
        if (error.SourceLine is not { } line)
            return error;
        var mark = error.MarkStart;
        foreach (var secret in _secrets)
            line = SecretMask.Text(line, secret, ref mark);
        return error with { SourceLine = line, MarkStart = mark };
    }
}
