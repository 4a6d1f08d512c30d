namespace ActorHeartbeat.Configuration.Errors;

/// <summary>A configuration that cannot be used; carries what is wrong with it, in the order of the files.</summary>
public sealed class ConfigurationException(ConfigurationErrors errors) : Exception(ErrorReport.Print(errors))
{
    public ConfigurationErrors Errors { get; } = errors;
}
