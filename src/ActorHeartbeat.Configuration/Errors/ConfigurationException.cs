namespace ActorHeartbeat.Configuration.Errors;

/// <summary>Thrown for a configuration that cannot be used. Carries its errors in the order of the files.</summary>
public sealed class ConfigurationException(ConfigurationErrors errors) : Exception(ErrorReport.Print(errors))
{
    public ConfigurationErrors Errors { get; } = errors;
}
