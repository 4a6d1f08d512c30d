using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorHeartbeat.Connections;

/// <summary>Close and dial again; does not count as a failure. While backing off: retry now.</summary>
public sealed record Refresh(string Why);

/// <summary>Close for good, with a Close frame, then stop. The messages of on-close go out first.</summary>
public sealed record CloseConnection(int Code, string Reason);

/// <summary>The endpoint's settings were replaced in its <see cref="EndpointMemory"/>.</summary>
/// <param name="Effect">The strongest effect of what changed.</param>
public sealed record SettingsChanged(ChangeEffect Effect);

/// <summary>
/// Send a message; answered by <see cref="SendResult"/>. A message that is queued is answered twice: that it is queued, and what became of it.
/// </summary>
public sealed record SendMessage(OutboundMessage Message)
{
    /// <summary>Whose <see cref="Supervision.LostSends"/> answers should it find its actor dead.</summary>
    internal IActorRef? By { get; init; }
}

/// <param name="Status">What became of the message.</param>
/// <param name="Why">For a message that was not sent: one line.</param>
public sealed record SendResult(SendStatus Status, string Why = "") : IDeadLetterSuppression;

/// <summary>The subscription of a key was remembered or forgotten. A connection that is open and opened before that sends the message, if any, now.</summary>
/// <param name="Change">Counts the changes of the endpoint's <see cref="RememberedSubscriptions"/>.</param>
internal sealed record SubscriptionChanged(long Change, string Key, OutboundMessage? Message);

/// <summary>Published on the event stream at every transition of an endpoint's connection.</summary>
/// <param name="Attempt">Failures in a row so far, plus one.</param>
/// <param name="Cause">Why, when <paramref name="To"/> is backing off; otherwise null.</param>
/// <param name="RetryIn">The delay before the next dial asks for its permit, when backing off.</param>
public sealed record StateChanged(
    EndpointId Endpoint, long Incarnation, ConnectionState From, ConnectionState To, int Attempt, CloseCause? Cause, TimeSpan? RetryIn, DateTimeOffset At);

/// <summary>
/// What a connection actor tells the supervisor. It may come after the endpoint was paused and resumed, or replaced its connection: the role
/// says who speaks, and the supervisor hears only those it has not let go.
/// </summary>
internal abstract record ConnectionReport(EndpointId Endpoint, ConnectionRole Role);

/// <summary>The actor stops for good: attempts exhausted or outcome fatal.</summary>
internal sealed record ConnectionFailed(EndpointId Endpoint, ConnectionRole Role, CloseCause Cause) : ConnectionReport(Endpoint, Role);

/// <summary>The connection is due for replacement.</summary>
internal sealed record RotationDue(EndpointId Endpoint, ConnectionRole Role) : ConnectionReport(Endpoint, Role);

/// <summary>The successor has seen data, or has been open long enough, and can take over.</summary>
internal sealed record SuccessorReady(EndpointId Endpoint, ConnectionRole Role) : ConnectionReport(Endpoint, Role);

/// <summary>The successor of a planned rotation is the endpoint's connection from now on.</summary>
internal sealed record TakeOver
{
    public static readonly TakeOver Instance = new();
}

/// <summary>A successor lost its connection or attempt and stops; the old connection stays.</summary>
/// <param name="RetryIn">How long until the next attempt at least.</param>
internal sealed record SuccessorFailed(EndpointId Endpoint, ConnectionRole Role, CloseCause Cause, TimeSpan RetryIn) : ConnectionReport(Endpoint, Role);

/// <summary>Told to the primary: the connection that was to replace it has failed and is gone; ask again after a while.</summary>
internal sealed record RotationFailed(CloseCause Cause, TimeSpan RetryIn);

/// <summary>What a dial or a socket reports. An event of an older incarnation changes nothing and is counted.</summary>
internal abstract record ConnectionEvent(long Incarnation);

internal sealed record DialCompleted(long Incarnation, DialResult Result) : ConnectionEvent(Incarnation);

internal sealed record ConnectionEnded(long Incarnation, ConnectionEnd End) : ConnectionEvent(Incarnation);

/// <summary>A frame came in while the actor waited for one; told once per heartbeat.</summary>
internal sealed record SignOfLife(long Incarnation) : ConnectionEvent(Incarnation);

internal sealed record HeartbeatAnswered(long Incarnation) : ConnectionEvent(Incarnation);

/// <summary>The opening message with this index was answered as expected.</summary>
internal sealed record HelloAnswered(long Incarnation, int Index) : ConnectionEvent(Incarnation);

/// <summary>The server asked for a sign of life.</summary>
internal sealed record PeerAsked(long Incarnation) : ConnectionEvent(Incarnation);

/// <summary>The first data message came in; told only when asked for.</summary>
internal sealed record FirstData(long Incarnation) : ConnectionEvent(Incarnation);
