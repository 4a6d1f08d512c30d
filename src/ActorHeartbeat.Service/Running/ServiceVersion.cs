using System.Reflection;

namespace ActorHeartbeat.Service.Running;

internal static class ServiceVersion
{
    /// <summary>The version of this build.</summary>
    public static string Text { get; } =
        typeof(ServiceVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
