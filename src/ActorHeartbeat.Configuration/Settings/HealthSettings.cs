using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Settings;

/// <summary>What the health checks ask for beside the process itself.</summary>
public sealed record HealthSettings
{
    /// <summary>
    /// By label selector, the share of the endpoints that must be open for the service to be ready. Default none: an upstream's outage
    /// takes no replica out.
    /// </summary>
    public ValueMap<OpenShare> OpenShares { get; init; } = ValueMap<OpenShare>.Empty;
}

/// <summary>A share of endpoints that must be open.</summary>
/// <param name="Share">0 to 1, of those that are not paused.</param>
public sealed record OpenShare(double Share);
