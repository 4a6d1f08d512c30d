using System.Text;
using System.Text.Json;
using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Configuration.Schema;
using Akka.Actor;

namespace ActorHeartbeat.Configuration.Reloading;

/// <summary>How a reload ended.</summary>
public enum ReloadOutcome
{
    /// <summary>The new configuration runs.</summary>
    Applied,

    /// <summary>The files equal the running configuration.</summary>
    Unchanged,

    /// <summary>The configuration would be applied; this was a dry run.</summary>
    DryRun,

    /// <summary>The files have errors; the last good configuration keeps running.</summary>
    Invalid,

    /// <summary>More than <c>config.max-removed</c> of the endpoints would be removed; the last good configuration keeps running.</summary>
    TooManyRemoved,

    /// <summary>The supervisor has not confirmed the configuration; the next reload compares again.</summary>
    Unanswered,

    /// <summary>Too many requests wait already; each of them reads the files later than this one would have.</summary>
    TooManyWaiting,
}

/// <summary>The answer to <see cref="Reload"/>.</summary>
/// <param name="Outcome">How the reload ended.</param>
/// <param name="Trigger">The source of the request.</param>
/// <param name="Generation">The generation that runs after the reload.</param>
/// <param name="Hash">The hash of the files as read.</param>
/// <param name="Diff">The changes, applied or not; null when the files have errors.</param>
/// <param name="Errors">The errors of the files.</param>
/// <param name="At">The time of the reload, for display.</param>
public sealed record ReloadReport(
    ReloadOutcome Outcome,
    ReloadTrigger Trigger,
    int Generation,
    string Hash,
    ConfigurationDiff? Diff,
    ConfigurationErrors Errors,
    DateTimeOffset At) : INoSerializationVerificationNeeded
{
    /// <summary>Why the supervisor has not applied the configuration, or why it was not read; null for every other outcome.</summary>
    public string? Problem { get; init; }

    /// <summary>The keys of the files that can never have an effect; empty when the files have errors.</summary>
    public ConfigurationErrors Warnings { get; init; } = ConfigurationErrors.None;

    /// <summary>Whether the files were refused, or the supervisor did not confirm them, so that they do not run.</summary>
    public bool IsRefusal => Outcome is ReloadOutcome.Invalid or ReloadOutcome.TooManyRemoved or ReloadOutcome.Unanswered;

    /// <summary>One line for a log.</summary>
    public string Summary =>
        Outcome switch
        {
            ReloadOutcome.Applied =>
                // not null: an applied configuration was compared
                $"configuration generation {Generation} applied ({Trigger}, {Hash[..12]}): {DiffReport.Summary(Diff!)}",
            ReloadOutcome.Unchanged => $"configuration unchanged ({Trigger}, {Hash[..12]})",
            // not null: a dry run was compared
            ReloadOutcome.DryRun => $"configuration would change ({Trigger}, {Hash[..12]}): {DiffReport.Summary(Diff!)}",
            ReloadOutcome.TooManyRemoved =>
                // not null: a refused removal was compared
                $"configuration refused ({Trigger}, {Hash[..12]}): {Diff!.Endpoints.Removed.Count} endpoints would be removed, more than "
                    + $"config.max-removed allows; generation {Generation} runs on; force it if that is meant",
            ReloadOutcome.Unanswered =>
                $"configuration not applied ({Trigger}, {Hash[..12]}): {Problem}; generation {Generation} is the last that was applied; "
                    + "reload again",
            ReloadOutcome.TooManyWaiting => $"configuration not read ({Trigger}): {Problem}; generation {Generation} runs on",
            _ => $"configuration refused ({Trigger}, {Hash[..12]}): {Errors.Total} errors; generation {Generation} runs on",
        };

    /// <summary>The summary, then the errors or the differences.</summary>
    public string ToText()
    {
        var text = new StringBuilder(Summary).Append('\n');
        if (Errors.Count > 0)
            text.Append(ErrorReport.Print(Errors)).Append('\n');
        if (Diff is not null)
            text.Append(DiffReport.Print(Diff));
        return text.ToString();
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("outcome", Values.Kebab(Outcome.ToString()));
        json.WriteString("trigger", Values.Kebab(Trigger.ToString()));
        json.WriteNumber("generation", Generation);
        json.WriteString("hash", Hash);
        json.WriteString("at", At);
        if (Problem is not null)
            json.WriteString("problem", Problem);
        if (Diff is not null)
        {
            json.WritePropertyName("diff");
            DiffReport.Write(json, Diff);
        }
        json.WritePropertyName("errors");
        ErrorReport.Write(json, Errors);
        json.WritePropertyName("warnings");
        ErrorReport.Write(json, Warnings);
        json.WriteEndObject();
    }
}
