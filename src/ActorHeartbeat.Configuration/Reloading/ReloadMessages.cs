using ActorHeartbeat.Configuration.Loading;

namespace ActorHeartbeat.Configuration.Reloading;

/// <summary>What asked for a reload.</summary>
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
/// Command: read the configuration again. Answered with a <see cref="ReloadReport"/>; requests that come while one is in flight share the
/// next one.
/// </summary>
/// <param name="Trigger">What asked for it.</param>
/// <param name="DryRun">Only says what would change.</param>
/// <param name="Force">Goes through although more than <c>config.max-removed</c> of the endpoints would go.</param>
public sealed record Reload(ReloadTrigger Trigger, bool DryRun = false, bool Force = false);

/// <summary>Query: answered with a <see cref="ConfigurationState"/>.</summary>
public sealed record GetConfigurationState
{
    public static readonly GetConfigurationState Instance = new();
}

/// <summary>The configuration that runs, and what became of the last attempt to replace it.</summary>
/// <param name="Configuration">What runs.</param>
/// <param name="Generation">1 for the first, one more for each that was applied.</param>
/// <param name="Last">The last reload that was no dry run; null before the first.</param>
public sealed record ConfigurationState(ServiceConfiguration Configuration, int Generation, ReloadReport? Last)
{
    /// <summary>The files say something that does not run, because it is refused or was not taken: health is degraded.</summary>
    public bool IsDegraded => Last is { Outcome: ReloadOutcome.Invalid or ReloadOutcome.TooManyRemoved or ReloadOutcome.Unanswered };
}
