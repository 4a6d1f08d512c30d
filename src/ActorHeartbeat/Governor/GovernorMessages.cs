using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

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
/// A permit to dial once. The holder returns it by <see cref="ReturnPermit"/>; the governor also takes it back when the holder dies.
/// </summary>
public sealed record PermitGranted(EndpointId Endpoint, long Request) : ISerializableMessage;

/// <summary>The group has no room for another connection, and the place in the queue is given up.</summary>
/// <param name="Why">One line.</param>
public sealed record PermitRefused(EndpointId Endpoint, long Request, string Why) : ISerializableMessage;

/// <summary>The handshake and its opening dialogue are over, whether they succeeded or failed.</summary>
public sealed record ReturnPermit(EndpointId Endpoint) : ISerializableMessage;

/// <summary>The socket that the permit led to is gone: its place under the group's max-connections is free.</summary>
public sealed record ConnectionReleased(EndpointId Endpoint) : ISerializableMessage;

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
