using ActorHeartbeat.Configuration.Secrets;

namespace ActorHeartbeat.Configuration.Errors;

/// <summary>Collects what is wrong while a configuration is read.</summary>
internal sealed class Diagnostics
{
    /// <summary>Errors that are kept; further ones are counted, for a file may be wrong in each of a million lines.</summary>
    public const int MostKept = 100;

    // Hiding every "on" of a header would make lines unreadable, and two letters are no secret.
    private const int ShortestSecret = 4;

    private readonly List<ConfigurationError> _errors = [];
    private readonly HashSet<(string File, int Line, int Column, int Message)> _once = []; // the hash of a message: many are not kept
    private readonly HashSet<string> _secrets = new(StringComparer.Ordinal);

    /// <summary>All errors, those included that are not kept.</summary>
    public int Count => _once.Count;

    /// <summary>The errors that are kept, by file, in the order the files were first complained about, then by place.</summary>
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

    /// <summary>A text that must not be printed although it stands in a line that is.</summary>
    public void Hide(string secret)
    {
        if (secret.Length >= ShortestSecret)
            _secrets.Add(secret);
    }

    public void Add(ConfigurationError error)
    {
        // What is wrong in a template is wrong once, not for every endpoint that uses it.
        if (_once.Add((error.File, error.Line, error.Column, error.Message.GetHashCode(StringComparison.Ordinal))) && Count <= MostKept)
            _errors.Add(error);
    }

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
