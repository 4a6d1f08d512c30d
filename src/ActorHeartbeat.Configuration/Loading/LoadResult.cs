using ActorHeartbeat.Configuration.Errors;

namespace ActorHeartbeat.Configuration.Loading;

/// <summary>A configuration, or its errors.</summary>
/// <param name="Configuration">Null when there are errors.</param>
/// <param name="Errors">In the order of the files; empty when there is a configuration.</param>
/// <param name="Files">The files that were read, also when they have errors.</param>
public sealed record LoadResult(ServiceConfiguration? Configuration, ConfigurationErrors Errors, SourceFiles Files)
{
    /// <exception cref="ConfigurationException">There are errors.</exception>
    public ServiceConfiguration OrThrow() => Configuration ?? throw new ConfigurationException(Errors);

    /// <summary>
    /// The result when the reader itself fails, which no input should cause.
    /// It is reported as an error, so that the running configuration stays.
    /// </summary>
    internal static LoadResult Broken(SourceFiles files, Exception bug) =>
        Refused(files, files.All is [var main, ..] ? main.Path : "configuration", $"reading failed: {bug.GetType().Name}: {bug.Message}");

    /// <summary>The result when a file does not answer: the files are assumed to be unchanged.</summary>
    internal static LoadResult Hangs(SourceFiles files, string path, string message) => Refused(files, path, message);

    private static LoadResult Refused(SourceFiles files, string path, string message) =>
        new(null, new ConfigurationErrors([new ConfigurationError(path, 0, 0, "", message)], 1), files);
}
