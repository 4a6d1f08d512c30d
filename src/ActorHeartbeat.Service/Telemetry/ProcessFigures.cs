using System.Diagnostics.Metrics;
using ActorHeartbeat.Configuration.Reloading;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Service.Access;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Telemetry;

namespace ActorHeartbeat.Service.Telemetry;

/// <summary>
/// What the process measures beside the endpoints: reloads, dead letters, lost lines of the audit log, file descriptors. It counts when
/// something happens, and costs nothing before. Thread-safe.
/// </summary>
internal sealed class ProcessFigures : IDisposable
{
    /// <summary>Each has a series from the start.</summary>
    private static readonly ReloadOutcome[] Outcomes = [.. Enum.GetValues<ReloadOutcome>().Where(each => each != ReloadOutcome.DryRun)];

    private readonly Meter _meter = new(MeterSettings.Name);
    private readonly long[] _reloads = new long[Enum.GetValues<ReloadOutcome>().Length];
    private long _deadLetters;
    private volatile bool _isGood = true; // the process starts with a good configuration

    /// <param name="audit">The audit log; null where there is none, and no series then.</param>
    public ProcessFigures(AuditLog? audit = null)
    {
        _meter.CreateObservableCounter("actorheartbeat.config.reloads", Reloads, "{reload}", "Reloads of the configuration, by outcome.");
        _meter.CreateObservableGauge(
            "actorheartbeat.config.last_reload.success", () => _isGood ? 1 : 0, null,
            "1 when the files say what runs; 0 when the last reload was refused or not confirmed.");
        _meter.CreateObservableCounter(
            "actorheartbeat.actor.dead_letters", () => Volatile.Read(ref _deadLetters), "{message}",
            "Messages to actors that had ended.");
        if (audit is not null)
            _meter.CreateObservableCounter(
                "actorheartbeat.audit.dropped", () => audit.Dropped, "{line}",
                "Lines of the audit log that were not written: the disk refused them, or did not keep up.");
        _meter.CreateObservableUpDownCounter(
            "actorheartbeat.process.descriptors.open", ProcessRoom.OpenDescriptors, "{descriptor}", "File descriptors that are open.");
        _meter.CreateObservableGauge(
            "actorheartbeat.process.descriptors.limit",
            () => ProcessRoom.DescriptorLimit() is { } limit ? [new Measurement<int>(limit)] : Array.Empty<Measurement<int>>(),
            "{descriptor}",
            "File descriptors that the process may have open; no series where there is no limit.");
    }

    public void Reloaded(ReloadReport report)
    {
        Interlocked.Increment(ref _reloads[(int)report.Outcome]);
        if (report.Outcome != ReloadOutcome.TooManyWaiting)
            _isGood = report.Outcome is ReloadOutcome.Applied or ReloadOutcome.Unchanged;
    }

    public void DeadLetter() => Interlocked.Increment(ref _deadLetters);

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> Reloads() => Outcomes.Select(outcome => new Measurement<long>(
        Volatile.Read(ref _reloads[(int)outcome]), new KeyValuePair<string, object?>("outcome", Spelling.Kebab(outcome))));
}
