using ActorHeartbeat.Configuration.Errors;

namespace ActorHeartbeat.Configuration.Loading;

/// <summary>A configuration, or what is wrong with it.</summary>
/// <param name="Configuration">Null when there are errors.</param>
/// <param name="Errors">In the order of the files; empty when there is a configuration.</param>
/// <param name="Files">What was read, also when it is wrong.</param>
public sealed record LoadResult(ServiceConfiguration? Configuration, ConfigurationErrors Errors, SourceFiles Files)
{
    /// <exception cref="ConfigurationException">There are errors.</exception>
    public ServiceConfiguration OrThrow() => Configuration ?? throw new ConfigurationException(Errors);

    /// <summary>
    /// The reader itself failed, which no input should make it do. It is reported like an error, so that what runs runs on.
    /// </summary>
    internal static LoadResult Broken(SourceFiles files, Exception bug) =>
        Refused(files, files.All is [var main, ..] ? main.Path : "configuration", $"reading failed: {bug.GetType().Name}: {bug.Message}");

    /// <summary>A file did not answer: the files are taken to be as they were.</summary>
    internal static LoadResult Hangs(SourceFiles files, string path, string message) => Refused(files, path, message);

    private static LoadResult Refused(SourceFiles files, string path, string message) =>
        new(null, new ConfigurationErrors([new ConfigurationError(path, 0, 0, "", message)], 1), files);
}
