using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Connections;

/// <content>
/// What metrics and traces learn of an attempt and of the connection that comes of it: once when it begins, once when it ends. Only this
/// file knows what has not been counted yet.
/// </content>
public sealed partial class ConnectionActor
{
    private static readonly CloseCause ActorIsGone = new(CauseKind.Crashed, "its actor has ended");

    private static readonly CloseCause NotWanted = CloseCause.Refresh("not wanted any more");

    private TimeSpan? _dialedAt, _openedAt; // of what has not ended

    private AttemptTrace? _trace; // of the attempt that has not ended; null when nobody listens

    /// <summary>An attempt begins with its place in the governor's queue, and keeps it when it asks again.</summary>
    private void TraceAttempt(int failures) => _trace ??= AttemptTrace.Begin(_settings, Target, failures + 1);

    private void MeasureDial(ConnectionLink link)
    {
        (_dialedAt, _openedAt) = (Now, null);
        _trace?.Granted(link.Incarnation);
    }

    private void MeasureConnected(ConnectionLink link, DialCompleted dialed)
    {
        MeasureWait(dialed);
        _trace?.Connected(link);
    }

    private void MeasureOpen()
    {
        MeasureAttempt(AttemptEnd.Open);
        _openedAt = Now;
        _trace?.Opened();
        _trace = null;
    }

    /// <summary>Counts the end of what is open or being dialed; nothing when neither is.</summary>
    private void MeasureEnd(CloseCause cause)
    {
        _trace?.Ended(cause);
        _trace = null;
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

    /// <summary>The actor stops: what it has not counted ends with it. An attempt without a permit is given up.</summary>
    private void MeasureStop() => MeasureEnd(_dialedAt is null && _openedAt is null ? NotWanted : ActorIsGone);

    /// <summary>Tells how long an event has waited in the mailbox, where it says since when.</summary>
    private void MeasureWait(ConnectionEvent message)
    {
        if (message.At is { } at)
            _dependencies.Measures?.Waited(Now - at);
    }
}
