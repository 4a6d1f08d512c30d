using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Transport;

/// <summary>Reads the secrets of one attempt, each once. A message of an exception names the place and the secret, never a value.</summary>
/// <param name="environment">Looks up a variable.</param>
/// <param name="readFile">Reads a file; null for none.</param>
/// <param name="time">The clock of placeholders.</param>
/// <param name="names">The values of names.</param>
/// <param name="functions">The functions of the host.</param>
/// <param name="cancellation">Gives the attempt up.</param>
internal sealed class AttemptSecrets(
    Func<string, string?> environment,
    Func<string, CancellationToken, Task<string>>? readFile,
    TimeProvider time,
    ITemplateNames names,
    HostFunctions functions,
    CancellationToken cancellation)
{
    private readonly Dictionary<SecretReference, string> _read = [];
    private readonly HashSet<string> _made = new(StringComparer.Ordinal);

    /// <summary>Tells whether two attempts have read the same, within this process.</summary>
    public int Fingerprint
    {
        get
        {
            var fingerprint = default(HashCode);
            foreach (var read in _read)
                fingerprint.Add((read.Key, read.Value));
            return fingerprint.ToHashCode();
        }
    }

    /// <summary>The values so far, in every spelling in which a server may repeat them.</summary>
    public IReadOnlyCollection<string> Texts =>
        _read.Count + _made.Count == 0
            ? []
            : [.. _read.Values.Concat(_made).SelectMany(SecretSpelling.Of).Distinct(StringComparer.Ordinal)];

    /// <summary>Fills a template; each value has to fit.</summary>
    /// <param name="place">The key of the text, for the message.</param>
    /// <param name="text">The template.</param>
    /// <param name="flaw">What a value that does not fit has.</param>
    /// <param name="fits">Whether a value fits.</param>
    public async ValueTask<string> FillAsync(string place, string text, string flaw, Func<string, bool> fits)
    {
        var template = Template.Parse(text);
        foreach (var reference in template.References)
            await ReadAsync(place, reference, flaw, template.HasAlone(reference) ? fits : null).ConfigureAwait(false);
        var scope = new TemplateScope
        {
            Secrets = _read,
            Names = names,
            Functions = functions,
            Now = time.GetUtcNow(),
            NewUuid = Guid.NewGuid,
        };
        if (template.Fill(scope, fits) is not { } filled)
            throw new SecretUnavailableException($"{place}: {scope.Lacking} has {(scope.DoesNotFit ? flaw : "no value")}");
        _made.UnionWith(scope.Made);
        return filled;
    }

    public async ValueTask<string> ReadAsync(string place, SecretReference reference, string flaw = "", Func<string, bool>? fits = null)
    {
        if (!_read.TryGetValue(reference, out var value))
            _read[reference] = value = await FetchAsync(place, reference).ConfigureAwait(false);
        return fits is null || fits(value) ? value : throw Unavailable(place, reference, $"has {flaw}");
    }

    private async ValueTask<string> FetchAsync(string place, SecretReference reference)
    {
        var value = reference.Source == SecretSource.Environment
            ? environment(reference.Name)
            : await ReadFileAsync(place, reference).ConfigureAwait(false);
        return value switch
        {
            null => throw Unavailable(place, reference, "is not set"),
            "" => throw Unavailable(place, reference, "is empty"),
            _ => value,
        };
    }

    private async ValueTask<string> ReadFileAsync(string place, SecretReference reference)
    {
        if (readFile is null)
            throw new SecretUnavailableException($"{place}: {reference.Name} is a file, and this resolver reads no files");
        try
        {
            return await readFile(reference.Name, cancellation).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            var why = problem is FileNotFoundException or DirectoryNotFoundException
                ? "does not exist"
                : $"cannot be read: {problem.Message}";
            throw Unavailable(place, reference, why, problem);
        }
    }

    private static SecretUnavailableException Unavailable(
        string place, SecretReference reference, string why, Exception? problem = null) => new(
            $"{place}: the {(reference.Source == SecretSource.File ? "file" : "environment variable")} {reference.Name} {why}", problem);
}
