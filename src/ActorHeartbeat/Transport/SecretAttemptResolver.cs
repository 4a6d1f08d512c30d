using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Transport;

/// <summary>
/// Resolves the headers of an attempt: literals as they are, environment variables and files read again each time, so that a
/// rotated secret applies from the next dial. This class opens no files itself; the caller supplies the function that reads them.
/// </summary>
/// <param name="environment">Looks up a variable; null when it is not set. Default: the process's environment.</param>
/// <param name="readFile">Reads a file; null (default) refuses every value from a file.</param>
public sealed class SecretAttemptResolver(
    Func<string, string?>? environment = null,
    Func<string, CancellationToken, Task<string>>? readFile = null
) : IAttemptResolver
{
    private readonly Func<string, string?> _environment = environment ?? Environment.GetEnvironmentVariable;

    /// <exception cref="SecretUnavailableException">
    /// A variable is not set or a file cannot be read; the message names it, never a value.
    /// </exception>
    public async ValueTask<DialRequest> ResolveAsync(EndpointSettings settings, Uri url, CancellationToken cancellation)
    {
        if (settings.Headers.Count == 0)
            return new DialRequest(settings, url, []);
        var headers = new KeyValuePair<string, string>[settings.Headers.Count];
        var next = 0;
        foreach (var (name, value) in settings.Headers)
            headers[next++] = new(name, value.Prefix + await ResolveAsync(name, value, cancellation).ConfigureAwait(false));
        return new DialRequest(settings, url, headers);
    }

    private async ValueTask<string> ResolveAsync(string header, SecretValue value, CancellationToken cancellation) => value.Source switch
    {
        SecretSource.Literal => value.Text,
        SecretSource.Environment => Checked(header, $"the environment variable {value.Text}", _environment(value.Text)),
        _ => Checked(header, $"the file {value.Text}", await ReadAsync(header, value.Text, cancellation).ConfigureAwait(false)),
    };

    private async Task<string> ReadAsync(string header, string path, CancellationToken cancellation)
    {
        if (readFile is null)
            throw new SecretUnavailableException($"header {header}: {path} is a file, and this resolver reads no files");
        try
        {
            return await readFile(path, cancellation).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            var why = problem is FileNotFoundException or DirectoryNotFoundException
                ? "does not exist"
                : $"cannot be read: {problem.Message}";
            throw new SecretUnavailableException($"header {header}: the file {path} {why}", problem);
        }
    }

    // Checked here, because a lower layer would refuse a value that breaks out of its header with a message that repeats the value.
    private static string Checked(string header, string source, string? text)
    {
        if (text is null)
            throw new SecretUnavailableException($"header {header}: {source} is not set");
        if (text.Length == 0)
            throw new SecretUnavailableException($"header {header}: {source} is empty");
        if (text.AsSpan().ContainsAny('\r', '\n', '\0'))
            throw new SecretUnavailableException($"header {header}: {source} has more than one line");
        return text;
    }
}

/// <summary>
/// A secret that an attempt needs is missing; the attempt fails and backs off. The message names the secret, never its value.
/// </summary>
public sealed class SecretUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
