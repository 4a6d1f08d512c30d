using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using Akka.Actor;

namespace ActorHeartbeat.Governor;

/// <summary>
/// Asks for a permit. A repeated request keeps its place, unless it is for another host or group. Answered
/// by <see cref="PermitGranted"/>, or by <see cref="PermitRefused"/> where <see cref="OrRefuse"/> is set.
/// </summary>
/// <param name="Endpoint">The endpoint that is to be dialed. Places and permits belong to the sender, one of each at a time.</param>
/// <param name="Host">The host and port that would be dialed.</param>
/// <param name="Group">The group whose budget it spends; null for none.</param>
/// <param name="Request">Comes back with the answer, so that the sender recognizes the answer to an older request.</param>
public sealed record RequestPermit(EndpointId Endpoint, string Host, string? Group, long Request) : ISerializableMessage
{
    /// <summary>
    /// Whether to refuse the request instead of letting it wait when the group has its max-connections: room may never come. Default false.
    /// </summary>
    public bool OrRefuse { get; init; }
}

/// <summary>Gives up a place in the queue.</summary>
public sealed record CancelRequest(EndpointId Endpoint) : ISerializableMessage;

/// <summary>
/// A permit to dial once. The holder returns it by <see cref="ReturnPermit"/>; the governor also takes it back when it learns by
/// <see cref="HolderStopped"/> that the holder is dead.
/// </summary>
public sealed record PermitGranted(EndpointId Endpoint, long Request) : ISerializableMessage;

/// <summary>The group has no room for another connection, and the place in the queue is given up.</summary>
/// <param name="Why">One line.</param>
public sealed record PermitRefused(EndpointId Endpoint, long Request, string Why) : ISerializableMessage;

/// <summary>The handshake and its opening dialogue are over, whether they succeeded or failed.</summary>
public sealed record ReturnPermit(EndpointId Endpoint) : ISerializableMessage;

/// <summary>The socket that the permit led to is gone: its place under the group's max-connections is free.</summary>
public sealed record ConnectionReleased(EndpointId Endpoint) : ISerializableMessage;

/// <summary>An actor that may have a place or a permit has stopped, or crashed: it has neither any more.</summary>
/// <param name="Holder">The actor. Whoever watches the holders sends this.</param>
internal sealed record HolderStopped(IActorRef Holder) : INoSerializationVerificationNeeded;

/// <summary>Stops all dials in a scope for a time, as the outcome of a failed attempt or connection demands.</summary>
public sealed record PauseScope(GovernorScope Scope, string Key, TimeSpan For, string Why) : ISerializableMessage;

/// <summary>Sets new budgets; what was spent stays spent.</summary>
public sealed record ConfigureGovernor(SupervisorSettings Settings, ValueMap<GroupSettings> Groups)
    : ISerializableMessage;

/// <summary>Asks for the place of an endpoint in the queue; answered by <see cref="QueuePlace"/>.</summary>
public sealed record GetPlace(EndpointId Endpoint) : ISerializableMessage;

/// <param name="Place">Counted from 1; 0 when the endpoint does not wait.</param>
/// <param name="Why">What holds it up.</param>
/// <param name="Until">When the wait may end, wall clock; null when only an event can end it, or the endpoint does not wait.</param>
public sealed record QueuePlace(EndpointId Endpoint, int Place, string Why, DateTimeOffset? Until) : ISerializableMessage;

/// <summary>Asks how every budget stands and who waits; answered by <see cref="GovernorReport"/>.</summary>
/// <param name="Most">So many hosts, and so many of those that wait, are named.</param>
public sealed record GetGovernor(int Most) : ISerializableMessage;

/// <summary>How the governor stands.</summary>
/// <param name="Waiting">Dials that wait for a permit.</param>
/// <param name="Connecting">Handshakes in flight.</param>
/// <param name="MaxConnecting">The most of them at once, <see cref="SupervisorSettings.MaxConnecting"/>.</param>
/// <param name="NoRoom">What the process is short of; null when it has room.</param>
/// <param name="Budgets">The overall budget, then groups, then hosts that are paused or of which something is spent.</param>
/// <param name="FirstInLine">Those that wait, in the order in which they would be granted if nothing held one up.</param>
public sealed record GovernorReport(
    int Waiting, int Connecting, int MaxConnecting, string? NoRoom, ValueList<BudgetReport> Budgets, ValueList<QueuePlace> FirstInLine)
    : ISerializableMessage;

/// <summary>How one budget stands.</summary>
/// <param name="Scope">Global, group or host.</param>
/// <param name="Name">The group, or host and port; empty for the overall budget.</param>
/// <param name="Dials">What may be dialed now; null for no limit.</param>
/// <param name="Pause">Why no dial of this scope starts for a time; null when it is not paused.</param>
public sealed record BudgetReport(GovernorScope Scope, string Name, TokenBucket? Dials, PauseReport? Pause) : ISerializableMessage
{
    /// <summary>Connections of the group, dialing or open.</summary>
    public int Connections { get; init; }

    /// <summary>The most of them, <see cref="GroupSettings.MaxConnections"/>; null for no limit.</summary>
    public int? MaxConnections { get; init; }
}

/// <param name="Until">When it ends, wall clock.</param>
/// <param name="Why">The detail of the failure that called for it.</param>
public sealed record PauseReport(DateTimeOffset Until, string Why) : ISerializableMessage;
