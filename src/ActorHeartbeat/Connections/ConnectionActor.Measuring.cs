using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Connections;

/// <content>
/// What metrics and traces learn of an attempt and of the connection that comes of it: once when it begins, once when it ends. Only this
/// file knows what has not been counted yet.
/// </content>
public sealed partial class ConnectionActor
{
    private static readonly CloseCause ActorIsGone = new(CauseKind.Crashed, "its actor has ended");

    private TimeSpan? _dialedAt, _openedAt; // of what has not ended

    private void MeasureDial() => (_dialedAt, _openedAt) = (Now, null);

    private void MeasureOpen()
    {
        MeasureAttempt(AttemptEnd.Open);
        _openedAt = Now;
    }

    /// <summary>Counts the end of what is open or being dialed; nothing when neither is.</summary>
    private void MeasureEnd(CloseCause cause)
    {
        MeasureAttempt(AttemptEnd.Of(cause));
        if (_openedAt is not { } openedAt)
            return;
        _openedAt = null;
        var end = Disconnect.Of(cause);
        _plane.Counters.CountDisconnect(end);
        _dependencies.Measures?.ConnectionEnded(Now - openedAt, end);
    }

    private void MeasureAttempt(AttemptEnd end)
    {
        if (_dialedAt is not { } dialedAt)
            return;
        _dialedAt = null;
        _plane.Counters.CountAttempt(end);
        _dependencies.Measures?.AttemptEnded(Now - dialedAt, end);
    }

    /// <summary>Tells how long an event has waited in the mailbox, where it says since when.</summary>
    private void MeasureWait(ConnectionEvent message)
    {
        if (message.At is { } at)
            _dependencies.Measures?.Waited(Now - at);
    }
}
