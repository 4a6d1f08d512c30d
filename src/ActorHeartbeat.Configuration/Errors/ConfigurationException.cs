namespace ActorHeartbeat.Configuration.Errors;

/// <summary>A configuration that cannot be used; carries everything that is wrong with it, in the order of the files.</summary>
public sealed class ConfigurationException(IReadOnlyList<ConfigurationError> errors) : Exception(ErrorReport.Print(errors))
{
    public IReadOnlyList<ConfigurationError> Errors { get; } = errors;
}
