using ActorHeartbeat.Configuration.Errors;

namespace ActorHeartbeat.Service.Logging;

/// <summary>Writes the warnings of a configuration into the log, one line each.</summary>
internal static class ConfigurationWarnings
{
    /// <summary>Maximum number of lines; the others are counted. A generated file can have one for each of its endpoints.</summary>
    public const int MostLogged = 20;

    public static void Warn(this ILogger log, ConfigurationErrors warnings)
    {
        foreach (var warning in warnings.Take(MostLogged))
            log.ConfigurationWarning(warning.Summary);
        if (warnings.Total > MostLogged)
            log.MoreConfigurationWarnings(warnings.Total - MostLogged);
    }
}
