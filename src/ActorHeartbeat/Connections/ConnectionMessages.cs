using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Templates;
using ActorHeartbeat.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorHeartbeat.Connections;

/// <summary>Close and dial again; does not count as a failure. While backing off: retry now.</summary>
public sealed record Refresh(string Why) : ISerializableMessage
{
    /// <summary>Where the next dial goes, once; null (default) for the endpoint's own URL.</summary>
    public Uri? To { get; init; }

    /// <summary>Whether the peer goes on with the next connection where it was. Default false.</summary>
    public bool IsResumed { get; init; }
}

/// <summary>Close for good, with a Close frame, then stop. The messages of on-close go out first.</summary>
public sealed record CloseConnection(int Code, string Reason) : ISerializableMessage;

/// <summary>Gives the endpoint new settings.</summary>
/// <param name="Settings">The complete settings.</param>
/// <param name="SendRate">What the endpoint's group allows to be sent over one connection; null for no limit.</param>
/// <param name="Effect">The strongest effect of what changed.</param>
public sealed record SettingsChanged(EndpointSettings Settings, Rate? SendRate, ChangeEffect Effect) : ISerializableMessage;

/// <summary>Send the messages of the endpoint's <see cref="SendInbox"/>, or queue or refuse them.</summary>
internal sealed record TakeSends : INoSerializationVerificationNeeded
{
    public static readonly TakeSends Instance = new();
}

/// <summary>
/// What became of a message. A message that is queued is answered twice: that it is queued, and later whether it was sent.
/// </summary>
/// <param name="Status">What became of the message.</param>
/// <param name="Why">For a message that was not sent: one line.</param>
public sealed record SendResult(SendStatus Status, string Why = "") : ISerializableMessage, IDeadLetterSuppression;

/// <summary>
/// The supervisor publishes this on the event stream when an endpoint's connection moves between connecting, open
/// and backing-off. A heartbeat that waits for its answer is not published: <see cref="ConnectionStatus"/> shows it.
/// The list of transitions has one more kind, usually from open to open: the new connection of a rotation failed, the old one stays.
/// </summary>
/// <param name="Incarnation">Which connection of the endpoint; of a failed rotation the new one.</param>
/// <param name="Attempt">Failures in a row so far, plus one; of a failed rotation, the rotations in a row that failed.</param>
/// <param name="Cause">Why, when <paramref name="To"/> is backing off, or a rotation failed; otherwise null.</param>
/// <param name="RetryIn">The delay before the next dial asks for its permit, when there is a cause.</param>
public sealed record StateChanged(
    EndpointId Endpoint,
    long Incarnation,
    ConnectionState From,
    ConnectionState To,
    int Attempt,
    CloseCause? Cause,
    TimeSpan? RetryIn,
    DateTimeOffset At) : ISerializableMessage;

/// <summary>
/// A report of a connection actor to the supervisor. It may arrive after the endpoint was
/// paused and resumed, or has replaced its connection: the id tells which connection reports.
/// </summary>
internal abstract record ConnectionReport(EndpointId Endpoint, ConnectionId Connection) : ISerializableMessage;

/// <summary>The connection moved between connecting, open and backing-off.</summary>
/// <param name="Status">How it stands now.</param>
/// <param name="Cause">Why, when it backs off; otherwise null.</param>
/// <param name="RetryIn">The delay before the next dial asks for its permit, when it backs off.</param>
internal sealed record ConnectionChanged(
    EndpointId Endpoint,
    ConnectionId Connection,
    ConnectionStatus Status,
    CloseCause? Cause,
    TimeSpan? RetryIn
) : ConnectionReport(Endpoint, Connection);

/// <summary>The actor stops for good: attempts exhausted or outcome fatal.</summary>
internal sealed record ConnectionFailed(EndpointId Endpoint, ConnectionId Connection, CloseCause Cause)
    : ConnectionReport(Endpoint, Connection);

/// <summary>The connection is due for replacement.</summary>
internal sealed record RotationDue(EndpointId Endpoint, ConnectionId Connection) : ConnectionReport(Endpoint, Connection)
{
    /// <summary>Failures in a row that the successor begins with, where a peer asks young connections to go.</summary>
    public int Failures { get; init; }

    /// <inheritdoc cref="Refresh.To"/>
    public Uri? To { get; init; }

    /// <inheritdoc cref="Refresh.IsResumed"/>
    public bool IsResumed { get; init; }
}

/// <summary>The successor has proved that it works and can take over. Answered by <see cref="TakeOver"/>.</summary>
internal sealed record SuccessorReady(EndpointId Endpoint, ConnectionId Connection) : ConnectionReport(Endpoint, Connection);

/// <summary>
/// Asks a successor to become the primary; answered by <see cref="TookOver"/>. A successor that has
/// lost its connection meanwhile has reported <see cref="SuccessorFailed"/> and does not answer.
/// </summary>
/// <param name="Before">The status of the endpoint until then.</param>
internal sealed record TakeOver(ConnectionStatus? Before) : ISerializableMessage;

/// <summary>The successor is the primary from now on; the supervisor closes the old connection.</summary>
internal sealed record TookOver(EndpointId Endpoint, ConnectionId Connection, ConnectionStatus Status)
    : ConnectionReport(Endpoint, Connection);

/// <summary>A successor lost its connection or attempt and stops; the old connection stays.</summary>
internal sealed record SuccessorFailed(EndpointId Endpoint, ConnectionId Connection, CloseCause Cause)
    : ConnectionReport(Endpoint, Connection);

/// <summary>Tells the primary that its successor has failed and is gone; the primary asks again after a delay.</summary>
internal sealed record RotationFailed(CloseCause Cause, TimeSpan RetryIn) : ISerializableMessage;

/// <summary>
/// An event of a dial or a socket, for its actor; it never leaves the
/// process. An event of an older incarnation changes nothing and is counted.
/// </summary>
internal abstract record ConnectionEvent(long Incarnation) : INoSerializationVerificationNeeded
{
    /// <summary>When it was sent, on the scheduler's clock, where its wait in the mailbox is measured; otherwise null.</summary>
    public TimeSpan? At { get; init; }
}

internal sealed record DialCompleted(long Incarnation, DialResult Result) : ConnectionEvent(Incarnation)
{
    /// <summary>What a step of prepare has decided about a failure; null where the outcome table decides.</summary>
    public Outcome? Asked { get; init; }

    /// <summary>What the answers before the dial set, as text by key; null in place of a text that has no value.</summary>
    public ValueMap<string?> Set { get; init; } = ValueMap<string?>.Empty;
}

internal sealed record ConnectionEnded(long Incarnation, ConnectionEnd End) : ConnectionEvent(Incarnation);

/// <summary>A frame came in while the actor waited for one; sent at most once per heartbeat.</summary>
internal sealed record SignOfLife(long Incarnation) : ConnectionEvent(Incarnation);

internal sealed record HeartbeatAnswered(long Incarnation, TimeSpan RoundTrip) : ConnectionEvent(Incarnation);

/// <summary>The opening message with this index was answered as expected.</summary>
internal sealed record OpeningAnswered(long Incarnation, int Index) : ConnectionEvent(Incarnation)
{
    /// <summary>The step for which the pump waits now; null when it waits for none.</summary>
    public int? Next { get; init; }

    /// <summary>What the answer sets, as text by key; null in place of a text that has no value.</summary>
    public ValueMap<string?> Set { get; init; } = ValueMap<string?>.Empty;
}

/// <summary>The opening message with this index was refused.</summary>
/// <param name="Reason">What the peer said about it, as it may be shown; empty when nothing.</param>
internal sealed record OpeningRefused(long Incarnation, int Index, string Reason) : ConnectionEvent(Incarnation)
{
    /// <summary>Why an HTTP request has no good answer; null for a refusal by a message.</summary>
    public DialFailure? Failure { get; init; }

    /// <inheritdoc cref="DialCompleted.Asked"/>
    public Outcome? Asked { get; init; }
}

/// <summary>The HTTP request of a keep-alive has no good answer. It ends nothing.</summary>
/// <param name="Why">One line, with its place.</param>
internal sealed record KeepAliveFailed(long Incarnation, string Why) : ConnectionEvent(Incarnation);

/// <summary>The credentials of the endpoint as they are now, for a connection that was refused because of them.</summary>
/// <param name="Credentials">Their fingerprint; null when they cannot be read.</param>
internal sealed record CredentialsRead(int? Credentials) : INoSerializationVerificationNeeded;

/// <summary>A message came in whose rule has a reply or an action.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Number">Its place among those of on-message, from 1.</param>
/// <param name="Message">What reply and action take from the message.</param>
internal sealed record RuleMatched(long Incarnation, MessageRule Rule, int Number, MessageAtHand Message) : ConnectionEvent(Incarnation)
{
    /// <summary>Bytes of the message.</summary>
    public int Size { get; init; }

    /// <inheritdoc cref="OpeningAnswered.Set"/>
    public ValueMap<string?> Set { get; init; } = ValueMap<string?>.Empty;

    /// <summary>The names as they were then; null where nothing asks for one.</summary>
    public ITemplateNames? Names { get; init; }

    /// <summary>The pointers that its match looked at with their values, as they may be shown; empty where nothing ends for it.</summary>
    public string Looked { get; init; } = "";
}

/// <summary>Numbers of the peer are missing, and the connection is to end for it.</summary>
/// <param name="Why">One line.</param>
internal sealed record NumbersMissing(long Incarnation, string Why) : ConnectionEvent(Incarnation);

/// <summary>Keys of subscriptions have been accepted, refused or ended.</summary>
internal sealed record KeysChanged(long Incarnation) : ConnectionEvent(Incarnation)
{
    /// <summary>What is wrong with a key though the peer has not refused it; null for nothing.</summary>
    public KeyTrouble? Trouble { get; init; }
}

/// <summary>What is wrong with a key though the peer has not refused it.</summary>
/// <param name="Kind">Of which it is one of several: only the first of a connection is logged.</param>
/// <param name="Why">What it is, one line, as it may be shown.</param>
internal sealed record KeyTrouble(string Kind, string Why);

/// <summary>A key of a subscription goes without data, and asking for it again was in vain.</summary>
/// <param name="Reconnects">Whether a new connection was in vain too, so that the old one ends first.</param>
/// <param name="Why">One line.</param>
internal sealed record KeyStale(long Incarnation, bool Reconnects, string Why) : ConnectionEvent(Incarnation);

/// <summary>A value was not captured, because it is too large.</summary>
/// <param name="Name">Its name.</param>
internal sealed record NotCaptured(long Incarnation, string Name) : ConnectionEvent(Incarnation);

/// <summary>A frame cannot be decoded within the limit, or the peer asks faster than it is answered.</summary>
/// <param name="Code">The close code for it.</param>
/// <param name="Why">One line.</param>
internal sealed record PeerAtFault(long Incarnation, int Code, string Why) : ConnectionEvent(Incarnation);

/// <summary>A message was not sent, because a placeholder has no value.</summary>
/// <param name="Placeholder">As it is written.</param>
internal sealed record NotSaid(long Incarnation, string Placeholder) : ConnectionEvent(Incarnation);

/// <summary>
/// The message came in that proves a successor: that of ready-when, or the first data after an answered opening dialogue.
/// </summary>
internal sealed record ProofSeen(long Incarnation) : ConnectionEvent(Incarnation);
