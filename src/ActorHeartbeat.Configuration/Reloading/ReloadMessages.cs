using ActorHeartbeat.Configuration.Loading;
using Akka.Actor;

namespace ActorHeartbeat.Configuration.Reloading;

/// <summary>The source of a reload request.</summary>
public enum ReloadTrigger
{
    /// <summary>The first load of the process.</summary>
    Start,

    /// <summary>SIGHUP.</summary>
    Signal,

    /// <summary><c>POST /v1/config/reload</c>.</summary>
    Http,

    /// <summary>A file changed.</summary>
    Watch,
}

/// <summary>
/// Command: read the configuration again. Answered with a <see cref="ReloadReport"/>.
/// Requests that arrive during a reload share the next one.
/// </summary>
/// <param name="Trigger">The source of the request.</param>
/// <param name="DryRun">Only reports what would change.</param>
/// <param name="Force">Applies the configuration even if it removes more than <c>config.max-removed</c> of the endpoints.</param>
public sealed record Reload(ReloadTrigger Trigger, bool DryRun = false, bool Force = false)
    : INoSerializationVerificationNeeded;

/// <summary>Query: answered with a <see cref="ConfigurationState"/>.</summary>
public sealed record GetConfigurationState : INoSerializationVerificationNeeded
{
    public static readonly GetConfigurationState Instance = new();
}

/// <summary>The running configuration, and the outcome of the last attempt to replace it.</summary>
/// <param name="Configuration">The running configuration.</param>
/// <param name="Generation">1 for the first configuration, one more for each that is applied.</param>
/// <param name="Last">The last reload that was not a dry run; null before the first.</param>
public sealed record ConfigurationState(ServiceConfiguration Configuration, int Generation, ReloadReport? Last)
    : INoSerializationVerificationNeeded
{
    /// <summary>The most reloads that <see cref="Refusals"/> keeps.</summary>
    public const int MostRefusals = 10;

    /// <summary>The latest reloads that did not run, dry runs not among them, newest first.</summary>
    public IReadOnlyList<ReloadReport> Refusals { get; init; } = [];

    /// <summary>
    /// True when the files were refused or the supervisor did not confirm them, so that they do not run: health is degraded.
    /// </summary>
    public bool IsDegraded => Last is { IsRefusal: true };
}
