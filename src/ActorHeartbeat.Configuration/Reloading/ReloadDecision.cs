using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Configuration.Loading;

namespace ActorHeartbeat.Configuration.Reloading;

/// <summary>Decides the outcome for a configuration that was read while another one runs. Pure.</summary>
internal static class ReloadDecision
{
    public static ReloadReport Decide(Reload request, LoadResult read, ServiceConfiguration running, int generation, DateTimeOffset now)
    {
        if (read.Configuration is not { } next)
            return new ReloadReport(ReloadOutcome.Invalid, request.Trigger, generation, read.Files.Hash, null, read.Errors, now);
        var diff = ConfigurationDiff.Between(running, next);
        var outcome = Outcome(request, diff, running);
        var after = outcome == ReloadOutcome.Applied ? generation + 1 : generation;
        return new ReloadReport(outcome, request.Trigger, after, next.Hash, diff, ConfigurationErrors.None, now)
        {
            Warnings = next.Warnings,
        };
    }

    // The guard of the running configuration counts: a truncated file has lost its own.
    private static ReloadOutcome Outcome(Reload request, ConfigurationDiff diff, ServiceConfiguration running) =>
        diff.IsEmpty ? ReloadOutcome.Unchanged
        : diff.Endpoints.RemovedShare > running.Process.Config.MaxRemoved && !request.Force ? ReloadOutcome.TooManyRemoved
        : request.DryRun ? ReloadOutcome.DryRun
        : ReloadOutcome.Applied;
}
