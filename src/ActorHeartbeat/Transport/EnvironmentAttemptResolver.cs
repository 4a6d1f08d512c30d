using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Transport;

/// <summary>
/// Resolves literal header values and those of environment variables, read again for every attempt. A value from a file is an
/// <see cref="InvalidOperationException"/>: this library opens no files on behalf of settings; whoever does brings a resolver of its own.
/// </summary>
/// <param name="read">Reads an environment variable; null when it is not set.</param>
public sealed class EnvironmentAttemptResolver(Func<string, string?> read) : IAttemptResolver
{
    public EnvironmentAttemptResolver()
        : this(Environment.GetEnvironmentVariable)
    {
    }

    public ValueTask<DialRequest> ResolveAsync(EndpointSettings settings, Uri url, CancellationToken cancellation)
    {
        try
        {
            return ValueTask.FromResult(new DialRequest(settings, url, [.. settings.Headers.Select(header => KeyValuePair.Create(header.Key, Resolve(header.Key, header.Value)))]));
        }
        catch (InvalidOperationException exception)
        {
            return ValueTask.FromException<DialRequest>(exception);
        }
    }

    private string Resolve(string header, SecretValue value) => value.Source switch
    {
        SecretSource.Literal => value.Prefix + value.Text,
        SecretSource.Environment => value.Prefix + (read(value.Text)
            ?? throw new InvalidOperationException($"header {header}: the environment variable {value.Text} is not set")),
        _ => throw new InvalidOperationException($"header {header}: {value.Text} is a file, and this resolver reads no files"),
    };
}
