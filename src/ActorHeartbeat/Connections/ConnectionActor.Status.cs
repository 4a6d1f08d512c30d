using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Connections;

/// <content>What the actor says of itself.</content>
public sealed partial class ConnectionActor
{
    private void Publish(ConnectionState from, ConnectionState to)
    {
        if (!_role.IsPrimary)
            return;
        var next = NextStateData;
        var backingOff = next as BackingOffData;
        var utcNow = _with.Clock.UtcNow;
        var before = _memory.LastSaid;
        var retryIn = backingOff is { Phase: BackingOffPhase.Delay } ? Remaining(backingOff.Until) : (TimeSpan?)null;
        var changed = from != to || before?.State != to; // the latter after a restart
        var said = new ConnectionStatus(
            to,
            changed ? utcNow : before!.Since,
            LinkOf(next)?.Incarnation ?? before?.Incarnation ?? 0,
            next.Failures + 1,
            Target.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped),
            next is ConnectedData connected ? connected.Link.Subprotocol : null,
            backingOff is { Cause.Kind: not CauseKind.Start } ? backingOff.Cause : before?.LastClose,
            changed && backingOff is { Cause.Kind: not CauseKind.Start } ? utcNow : before?.LastCloseAt,
            retryIn is { } wait ? utcNow + wait : null,
            Waiting(next),
            (next as ConnectedData)?.Missed ?? 0)
        {
            Role = _role,
            FailedRotation = next is ConnectedData { RotationFailure: { } failure, RotateAt: { } rotateAt } ? new FailedRotation(failure, utcNow + Remaining(rotateAt)) : null,
        };
        if (!_memory.TrySay(before, said) || !changed)
            return;
        var change = new StateChanged(_memory.Id, said.Incarnation, from, to, next.Failures + 1, backingOff?.Cause, retryIn, utcNow);
        _memory.Journal.Add(change);
        _memory.Feed.StateChanged(to, backingOff?.Cause.Detail ?? "");
        Context.System.EventStream.Publish(change);
    }

    // A first dial without a spread is due when the actor is constructed, and that was a moment ago.
    private TimeSpan Remaining(TimeSpan until) => TimeSpan.FromTicks(Math.Max(0, (until - Now).Ticks));

    private static ConnectionLink? LinkOf(ConnectionData data) => data switch
    {
        ConnectingData connecting => connecting.Link,
        ConnectedData connected => connected.Link,
        _ => null,
    };

    private static string Waiting(ConnectionData data) => data switch
    {
        BackingOffData { Phase: BackingOffPhase.Delay } => "the delay before the next attempt",
        BackingOffData { Phase: BackingOffPhase.Leaving } => "the previous socket to be gone",
        BackingOffData { Phase: BackingOffPhase.Queued } => "a permit to dial",
        BackingOffData => "its socket to be gone, for good",
        ConnectingData { Step: null } => "the handshake",
        ConnectingData { Step: { } step } => $"the answer to opening message {step}",
        ConnectedData { PongDeadline: not null } => "a sign of life",
        _ => "nothing",
    };
}
