using System.Collections.Immutable;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Service.State;

/// <summary>What survives a restart, or a change of it. A part that is null is unknown, or has not changed.</summary>
internal sealed record StateParts
{
    public static readonly StateParts None = new();

    public GovernorPart? Governor { get; init; }

    public ValueList<EndpointSession>? Sessions { get; init; }

    /// <summary>The endpoints that an operator has paused.</summary>
    public ValueList<EndpointId>? Paused { get; init; }

    /// <summary>When each subscription was added; null for one that was removed.</summary>
    public ImmutableDictionary<SubscriptionKey, DateTimeOffset?> Subscriptions { get; init; } =
        ImmutableDictionary<SubscriptionKey, DateTimeOffset?>.Empty;

    public bool IsNone => Governor is null && Sessions is null && Paused is null && Subscriptions.IsEmpty;

    /// <summary>These parts after a later change.</summary>
    public StateParts Then(StateParts later) => new()
    {
        Governor = later.Governor ?? Governor,
        Sessions = later.Sessions ?? Sessions,
        Paused = later.Paused ?? Paused,
        Subscriptions = Subscriptions.SetItems(later.Subscriptions),
    };
}

/// <summary>The governor's part as it was saved last. Its pauses count from its own time.</summary>
internal sealed record GovernorPart(DateTimeOffset SavedAt, GovernorState State);

/// <summary>A key of a subscription that was added while the service ran.</summary>
internal sealed record AddedSubscription(SubscriptionKey Name, DateTimeOffset AddedAt);
