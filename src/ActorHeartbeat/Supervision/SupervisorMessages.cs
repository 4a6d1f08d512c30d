using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Subscriptions;
using Akka.Actor;
using Akka.Event;

namespace ActorHeartbeat.Supervision;

/// <summary>
/// Replaces everything that is supervised: endpoints not named are removed, new ones started, changed ones touched only as far as the
/// change asks for. Answered by <see cref="ConfigurationApplied"/>.
/// </summary>
public sealed record ApplyConfiguration(
    ValueList<EndpointSettings> Endpoints, ValueMap<GroupSettings> Groups, SupervisorSettings Supervisor) : ISerializableMessage
{
    /// <summary>The difference from what is supervised. Null (default) lets the supervisor compare.</summary>
    public KnownChanges? Known { get; init; }
}

/// <summary>A difference that the sender of a configuration has computed.</summary>
/// <param name="Changes">The difference to the endpoints of the base.</param>
/// <param name="Base">
/// The <see cref="ConfigurationApplied.Revision"/> from which it was computed. A supervisor
/// that has another revision by now makes the comparison itself, and its answer reports that.
/// </param>
public sealed record KnownChanges(EndpointChanges Changes, long Base);

/// <summary>The answer to <see cref="ApplyConfiguration"/>: it has been applied; connections close and open from here on.</summary>
/// <param name="Changes">What was done, each endpoint named once.</param>
/// <param name="Revision">
/// Counts the changes of what is supervised: by a configuration, or by adding, reconfiguring and removing one endpoint.
/// </param>
public sealed record ConfigurationApplied(EndpointChanges Changes, long Revision) : ISerializableMessage, IDeadLetterSuppression
{
    /// <summary>The revision of a new supervisor's first configuration.</summary>
    public const long FirstRevision = 1;

    /// <summary>
    /// Whether the supervisor made the comparison itself, because the changes
    /// that came with the configuration did not fit what it supervises.
    /// </summary>
    public bool ComparedAgain { get; init; }
}

/// <summary>
/// The answer to a question about one endpoint: what was asked for, or a <see cref="CommandResult"/> for an unknown endpoint.
/// </summary>
public interface IEndpointAnswer : ISerializableMessage;

/// <summary>
/// Supervises one more endpoint. Refused when its id is taken, invalid where a setting does not take its value. Answered by
/// <see cref="CommandResult"/>.
/// </summary>
public sealed record AddEndpoint(EndpointSettings Settings) : ISerializableMessage;

/// <summary>
/// Gives an endpoint new settings; invalid where one does not take its value. Answered by <see cref="CommandResult"/>.
/// </summary>
public sealed record ReconfigureEndpoint(EndpointSettings Settings) : ISerializableMessage;

/// <summary>Closes an endpoint's connection and forgets it. Answered by <see cref="CommandResult"/>.</summary>
public sealed record RemoveEndpoint(EndpointId Endpoint) : ISerializableMessage;

/// <summary>Closes the connection with a Close frame and keeps the endpoint, paused. Answered by <see cref="CommandResult"/>.</summary>
public sealed record PauseEndpoint(EndpointId Endpoint) : ISerializableMessage;

/// <summary>Starts a paused or failed endpoint. Answered by <see cref="CommandResult"/>.</summary>
public sealed record ResumeEndpoint(EndpointId Endpoint) : ISerializableMessage;

/// <summary>Closes and dials again; retries now when it is backing off. Answered by <see cref="CommandResult"/>.</summary>
public sealed record RefreshEndpoint(EndpointId Endpoint) : ISerializableMessage;

/// <summary>Closes for good with this code and reason; the endpoint stays, paused. Answered by <see cref="CommandResult"/>.</summary>
public sealed record CloseEndpoint(EndpointId Endpoint, int Code, string Reason) : ISerializableMessage;

/// <summary>Replaces the connection with a new one, which opens first. Answered by <see cref="CommandResult"/>.</summary>
public sealed record RotateEndpoint(EndpointId Endpoint) : ISerializableMessage;

/// <summary>Sends a message. Answered by <see cref="SendResult"/>, refused when there is no such endpoint.</summary>
public sealed record SendTo(EndpointId Endpoint, OutboundMessage Message) : ISerializableMessage;

/// <summary>
/// Adds a key to a subscription of an endpoint, beside those of its settings: an open connection asks for it now. It is forgotten with the
/// endpoint, and stays beside the same key of the settings. Answered by <see cref="CommandResult"/>.
/// </summary>
public sealed record SubscribeTo(EndpointId Endpoint, string Subscription, string Key) : ISerializableMessage;

/// <summary>
/// Takes away a key that was added; an open connection ends it now. Refused for a key of the settings. Answered by
/// <see cref="CommandResult"/>.
/// </summary>
public sealed record UnsubscribeFrom(EndpointId Endpoint, string Subscription, string Key) : ISerializableMessage;

/// <summary>The answer to a command; the caller need not wait for it.</summary>
/// <param name="Outcome">Whether the command was accepted.</param>
/// <param name="Why">
/// For a command that was not accepted: one line. For a key that was added or declared already: what is so.
/// </param>
public sealed record CommandResult(CommandOutcome Outcome, string Why = "") : IEndpointAnswer, IDeadLetterSuppression;

public enum CommandOutcome
{
    Accepted,
    UnknownEndpoint,
    Refused,

    /// <summary>The endpoint has no such subscription, or no such key.</summary>
    Unknown,

    /// <summary>The command makes no sense whatever the endpoint is doing, such as an empty key.</summary>
    Invalid,
}

/// <summary>Asks for all endpoints; answered by <see cref="EndpointList"/>.</summary>
public sealed record GetEndpoints : ISerializableMessage
{
    public static readonly GetEndpoints Instance = new();
}

public sealed record EndpointList(ValueList<EndpointSnapshot> Endpoints) : ISerializableMessage;

/// <summary>
/// Asks how each key of an endpoint's subscriptions stands; answered by <see cref="SubscriptionList"/>, or <see cref="CommandResult"/> when
/// there is no such endpoint.
/// </summary>
public sealed record GetSubscriptions(EndpointId Endpoint) : ISerializableMessage;

/// <summary>Asks for the keys of subscriptions that were added while endpoints run; answered by <see cref="AddedKeyList"/>.</summary>
public sealed record GetAddedKeys : ISerializableMessage
{
    public static readonly GetAddedKeys Instance = new();
}

/// <summary>The keys of subscriptions that were added while endpoints run, beside those of their settings.</summary>
public sealed record AddedKeyList(ValueList<SubscriptionKey> Keys) : ISerializableMessage;

/// <summary>The keys of an endpoint's subscriptions.</summary>
public sealed record SubscriptionList(EndpointId Endpoint, ValueList<KeyStatus> Keys) : IEndpointAnswer;

/// <summary>Asks for one endpoint; answered by <see cref="EndpointSnapshot"/>, or <see cref="CommandResult"/> when there is none.</summary>
public sealed record GetEndpoint(EndpointId Endpoint) : ISerializableMessage;

/// <summary>
/// Asks for what the endpoints know beyond their connections, where it may be kept; answered by <see cref="SessionList"/>.
/// </summary>
public sealed record GetSessions : ISerializableMessage
{
    public static readonly GetSessions Instance = new();
}

/// <summary>
/// The sessions that may be kept over a restart of the process: of each endpoint that knows something, without those that hold a secret.
/// </summary>
public sealed record SessionList(ValueList<EndpointSession> Sessions) : ISerializableMessage;

/// <summary>
/// Gives endpoints that come later the sessions of an earlier process: the first connection of each begins with its own, once. Send it
/// before <see cref="ApplyConfiguration"/> and <see cref="AddEndpoint"/>. A session that no endpoint can have is told and ignored. Not
/// answered.
/// </summary>
public sealed record RestoreSessions(ValueList<EndpointSession> Sessions) : ISerializableMessage;

/// <summary>Lets a tap of this process listen to an endpoint; answered by <see cref="CommandResult"/>.</summary>
internal sealed record TapConversation(EndpointId Endpoint, ConversationTap Tap) : INoSerializationVerificationNeeded;

/// <summary>
/// Closes every connection with its drain close code and answers <see cref="Drained"/> when
/// all are gone, at the latest after supervisor.shutdown-timeout. The drain happens once,
/// however often it is requested, and every request is answered. Nothing is dialed any more.
/// </summary>
public sealed record Drain(string Reason) : ISerializableMessage;

/// <param name="Forced">Connections that had not closed in time and were dropped.</param>
public sealed record Drained(int Forced) : ISerializableMessage;

/// <summary>
/// Asks for the last transitions of an endpoint; answered by
/// <see cref="TransitionList"/>, or <see cref="CommandResult"/> when there is none.
/// </summary>
public sealed record GetTransitions(EndpointId Endpoint) : ISerializableMessage;

/// <param name="Transitions">Oldest first, 64 at most.</param>
public sealed record TransitionList(EndpointId Endpoint, ValueList<StateChanged> Transitions) : IEndpointAnswer;

/// <summary>One endpoint as it stands.</summary>
/// <param name="Mode">What the supervisor wants of it, or failed.</param>
/// <param name="Failure">Why it is failed.</param>
/// <param name="Since">Since when it is in its present mode, wall clock.</param>
/// <param name="Settings">As of the last change.</param>
/// <param name="Status">How its connection stands; null before the first started.</param>
/// <param name="Figures">Counts since the endpoint exists.</param>
public sealed record EndpointSnapshot(
    EndpointId Id,
    EndpointMode Mode,
    CloseCause? Failure,
    DateTimeOffset Since,
    EndpointSettings Settings,
    ConnectionStatus? Status,
    EndpointFigures Figures) : IEndpointAnswer
{
    /// <summary>How many keys of each of its subscriptions stand in each state.</summary>
    public ValueList<SubscriptionCounts> Subscriptions { get; init; } = [];

    /// <summary>
    /// When its last open connection ended, wall clock; when it was added, resumed or paused where it had none since; null while it is
    /// open.
    /// </summary>
    public DateTimeOffset? DownSince { get; init; }

    /// <summary>The connection of a rotation that is to take over from the one shown; null where there is none.</summary>
    public ConnectionStatus? Replacement { get; init; }

    /// <summary>
    /// <c>connecting</c>, <c>open</c>, <c>awaiting-pong</c>, <c>backing-off</c>, <c>paused</c> or <c>failed</c>.
    /// </summary>
    public string State => RegistryEntry.StateOf(Mode, Status?.State);
}

/// <summary>Figures of one endpoint over all its connections.</summary>
/// <param name="MessagesIn">Messages that came in.</param>
/// <param name="LastInbound">When the newest message came in, wall clock; null before the first.</param>
/// <param name="MessagesOut">Messages handed to a connection.</param>
/// <param name="BytesOut">Their payloads.</param>
/// <param name="Dials">Dial attempts.</param>
/// <param name="HeartbeatsSent">
/// Heartbeats that went out; the next one goes out when the one before it is answered, forgiven or missed.
/// </param>
/// <param name="HeartbeatsAnswered">Heartbeats that were answered.</param>
/// <param name="StaleEvents">Events of older incarnations that were dropped.</param>
/// <param name="RoundTrips">Of the present connection's heartbeats.</param>
/// <param name="Sockets">Sockets and dials that exist now.</param>
/// <param name="PeakSockets">The most that ever existed at once: 1, or 2 with planned rotations.</param>
public sealed record EndpointFigures(
    long MessagesIn,
    DateTimeOffset? LastInbound,
    long MessagesOut,
    long BytesOut,
    long Dials,
    long HeartbeatsSent,
    long HeartbeatsAnswered,
    long StaleEvents,
    RoundTrips RoundTrips,
    int Sockets,
    int PeakSockets)
{
    /// <summary>Whether a subscriber with the policy pause-reading does not keep up, so that no message is delivered now.</summary>
    public bool IsHeldBack { get; init; }

    /// <summary>
    /// Messages of the peer that are a sign of its life: those of rules with <c>is = beat</c> and of <c>heartbeat.reply</c>.
    /// </summary>
    public long Beats { get; init; }

    /// <summary>When the newest of these came, wall clock; null before the first.</summary>
    public DateTimeOffset? LastBeat { get; init; }
}

/// <summary>Every endpoint is in exactly one: configured = running + paused + failed.</summary>
public enum EndpointMode
{
    Running,
    Paused,

    /// <summary>Attempts exhausted, outcome fatal, or restarts exhausted; lasts until the endpoint is resumed.</summary>
    Failed,
}

/// <summary>Published on the event stream when an endpoint is paused or has failed for good.</summary>
public sealed record EndpointModeChanged(EndpointSnapshot Endpoint) : ISerializableMessage;
