namespace ActorHeartbeat.Configuration;

/// <summary>A configuration, or everything that is wrong with it.</summary>
/// <param name="Configuration">Null when there are errors.</param>
/// <param name="Errors">In the order of the files; empty when there is a configuration.</param>
/// <param name="Files">What was read, also when it is wrong.</param>
public sealed record LoadResult(ServiceConfiguration? Configuration, IReadOnlyList<ConfigurationError> Errors, SourceFiles Files)
{
    /// <exception cref="ConfigurationException">There are errors.</exception>
    public ServiceConfiguration OrThrow() => Configuration ?? throw new ConfigurationException(Errors);

    /// <summary>The reader itself failed, which no input should make it do; told like an error, so that what runs runs on.</summary>
    internal static LoadResult Broken(SourceFiles files, Exception bug) =>
        new(null, [new ConfigurationError(files.All is [var main, ..] ? main.Path : "configuration", 0, 0, "", $"reading failed: {bug.GetType().Name}: {bug.Message}")], files);
}
