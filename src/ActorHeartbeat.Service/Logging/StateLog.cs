using ActorHeartbeat.Configuration.Reloading;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Supervision;
using Akka.Actor;

namespace ActorHeartbeat.Service.Logging;

/// <summary>Writes one line per state change, mode change and reload on the event stream; the loss of a connection is a warning.</summary>
internal sealed class StateLog : ReceiveActor
{
    private readonly ILogger _log;

    public StateLog(ILogger log)
    {
        _log = log;
        Receive<StateChanged>(Write);
        Receive<EndpointModeChanged>(changed => Write(changed.Endpoint));
        Receive<ReloadReport>(Write);
    }

    public static Props Props(ILogger log) => Akka.Actor.Props.Create(() => new StateLog(log));

    /// <summary>Called by the code that starts the actor, so that not even the first line is missed.</summary>
    public static void Subscribe(IActorRef stateLog, Akka.Event.EventStream events)
    {
        foreach (var kind in new[] { typeof(StateChanged), typeof(EndpointModeChanged), typeof(ReloadReport) })
            events.Subscribe(stateLog, kind);
    }

    private void Write(StateChanged change)
    {
        var state = change.To.Name();
        var level = change.Cause is { IsFailure: true } ? LogLevel.Warning : LogLevel.Information;
        if (change.Cause is not { } cause)
            _log.StateEntered(level, change.Endpoint, state, change.Incarnation, change.Attempt);
        else if (change.RetryIn is { } delay)
            _log.BackingOff(
                level,
                change.Endpoint,
                state,
                change.Incarnation,
                change.Attempt,
                Spelling.Kebab(cause.Kind),
                cause.FullDetail,
                delay.TotalSeconds);
        else
            _log.Ended(level, change.Endpoint, state, change.Incarnation, change.Attempt, Spelling.Kebab(cause.Kind), cause.Detail);
    }

    private void Write(EndpointSnapshot endpoint)
    {
        if (endpoint.Failure is { } failure)
            _log.FailedForGood(LogLevel.Error, endpoint.Id, endpoint.State, Spelling.Kebab(failure.Kind), failure.Detail);
        else
            _log.ModeEntered(LogLevel.Information, endpoint.Id, endpoint.State);
    }

    private void Write(ReloadReport report)
    {
        var refused = report.Outcome is ReloadOutcome.Invalid or ReloadOutcome.TooManyRemoved or ReloadOutcome.Unanswered;
        _log.Reloaded(refused ? LogLevel.Error : LogLevel.Information, refused ? report.ToText().TrimEnd() : report.Summary);
        if (report.Outcome is ReloadOutcome.Applied or ReloadOutcome.Unchanged)
            _log.Warn(report.Warnings);
        if (report.Outcome != ReloadOutcome.Applied || report.Diff is not { } diff)
            return;
        foreach (var setting in diff.NeedsRestart)
            _log.NeedsRestart(setting.Key);
    }
}
