using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Governor;

/// <summary>
/// Asks for leave to dial; asking again while waiting keeps the place, unless for another host or group. Answered by
/// <see cref="PermitGranted"/>, or by <see cref="PermitRefused"/> where that was asked for.
/// </summary>
/// <param name="Endpoint">Who asks; one place and one permit at a time.</param>
/// <param name="Host">The host and port that would be dialed.</param>
/// <param name="Group">The group whose budget it spends; null for none.</param>
/// <param name="Request">Comes back with the permit, so that an answer to an older request is told apart.</param>
public sealed record RequestPermit(EndpointId Endpoint, string Host, string? Group, long Request) : ISerializableMessage
{
    /// <summary>
    /// Whether to refuse rather than to let wait when the group has its max-connections: that may never change. Default false.
    /// </summary>
    public bool OrRefuse { get; init; }
}

/// <summary>Gives up a place in the queue.</summary>
public sealed record CancelRequest(EndpointId Endpoint) : ISerializableMessage;

/// <summary>Leave to dial once. Its holder gives it back by <see cref="ReturnPermit"/>; the death of the holder does so too.</summary>
public sealed record PermitGranted(EndpointId Endpoint, long Request) : ISerializableMessage;

/// <summary>There is no room for another connection, and the place in the queue is given up.</summary>
/// <param name="Why">One line.</param>
public sealed record PermitRefused(EndpointId Endpoint, long Request, string Why) : ISerializableMessage;

/// <summary>The handshake is over, one way or the other.</summary>
public sealed record ReturnPermit(EndpointId Endpoint) : ISerializableMessage;

/// <summary>The socket that the permit led to is gone: its place under the group's max-connections is free.</summary>
public sealed record ConnectionReleased(EndpointId Endpoint) : ISerializableMessage;

/// <summary>Nobody in this scope dials for so long; a server said so.</summary>
public sealed record PauseScope(GovernorScope Scope, string Key, TimeSpan For, string Why) : ISerializableMessage;

/// <summary>New budgets, from now on; what was spent stays spent.</summary>
public sealed record ConfigureGovernor(SupervisorSettings Settings, ValueMap<GroupSettings> Groups)
    : ISerializableMessage;

/// <summary>Asks where an endpoint stands; answered by <see cref="QueuePlace"/>.</summary>
public sealed record GetPlace(EndpointId Endpoint) : ISerializableMessage;

/// <param name="Place">Counted from 1; 0 when the endpoint does not wait.</param>
/// <param name="Why">What holds it up.</param>
/// <param name="Until">When that may be over, wall clock; null when only an event can tell.</param>
public sealed record QueuePlace(EndpointId Endpoint, int Place, string Why, DateTimeOffset? Until) : ISerializableMessage;
